from __future__ import annotations

import json
from pathlib import Path

import pytest

from nsys_tools.capture.run_folder import InterruptedRunError, RunFolder, new_run_id, without_home
from nsys_tools.errors import NsysToolsError


def status(folder: RunFolder) -> dict:
    return json.loads((folder.path / "status.json").read_text())


def test_a_run_that_ends_says_done_with_its_steps(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with folder.step("profile"):
        assert status(folder)["state"] == "running"
        assert status(folder)["step"] == "profile"
    folder.finish()
    assert status(folder)["state"] == "done"
    assert [(step["name"], step["state"]) for step in status(folder)["steps"]] == [("profile", "done")]
    assert folder.failure() is None


def test_a_failure_says_where_and_what_to_do(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(NsysToolsError), folder.step("export"):
        raise NsysToolsError("It broke.", "Mend it.")
    found = status(folder)
    assert (found["state"], found["step"]) == ("failed", "export")
    assert (found["message"], found["hint"]) == ("It broke.", "Mend it.")


def test_the_first_failure_stays_the_child_knows_more_than_its_parent(tmp_path):
    folder = RunFolder(tmp_path / "run")

    def parent():
        with folder.step("profile"):
            with pytest.raises(NsysToolsError), RunFolder(folder.path).step("workload"):
                raise NsysToolsError("Out of memory in prefill.")
            raise NsysToolsError("parent: exit code 1")

    with pytest.raises(NsysToolsError, match="parent"):
        parent()
    assert status(folder)["message"] == "Out of memory in prefill."
    assert status(folder)["step"] == "workload"
    assert str(folder.failure()) == "Out of memory in prefill."


def test_ctrl_c_is_an_interruption_not_a_failure(tmp_path):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(InterruptedRunError), folder.step("profile"):
        raise KeyboardInterrupt
    assert status(folder)["state"] == "interrupted"
    assert "during profile" in status(folder)["message"]
    assert isinstance(folder.failure(), InterruptedRunError)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NsysToolsError, match="Cannot create the run folder"):
        RunFolder(tmp_path / "file" / "run")


def test_the_home_folder_is_not_written_down(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/alice"))
    assert without_home("/home/alice/x /home/alice --out=/home/alice/y") == "~/x ~ --out=~/y"
    assert without_home("/home/alicette/x") == "/home/alicette/x"
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(NsysToolsError), folder.step("profile"):
        raise NsysToolsError("No file /home/alice/w.", "Look in /home/alice.")
    assert "alice" not in (folder.path / "status.json").read_text()


def test_run_ids_sort_by_time_and_name_the_model():
    assert new_run_id("deepseek-ocr", "tiny").endswith("-deepseek-ocr-tiny")
    assert len(new_run_id("m", "tiny")) == len("20250131-120000-m-tiny")
