"""Commands that write a file never replace an existing one without permission, and never replace an input."""

from __future__ import annotations

import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.files import new_file, whole_file
from nsys_tools.stats import delivery
from nsys_tools.synthetic.timeline import Timeline
from tests.commands import refused, run
from tests.conftest import REPOSITORY

GRAPH = REPOSITORY / "capture" / "samples" / "callgraph.json"
SMALL_MODEL = """
def build():
    import torch
    return torch.nn.Linear(2, 2), (torch.ones(1, 2),)
"""
# The command, with {} for the file or folder, and the file in it that is in the way.
COMMANDS = {
    "sql": ("sql {trace} SELECT\t1\tAS\tone --no-cache --format csv --out {}", "out.csv"),
    "model predict": ("model predict llama-2-7b --gpu l4 --set decode_steps=1 --out {}", "out.sqlite"),
    "model sweep": ("model sweep llama-2-7b --over batch_size=1,2 --chart {}", "out.svg"),
    "callgraph group": ("callgraph group {graph} --out .", "groups.md"),
    "callgraph trace": ("callgraph trace small.py:build --hooks-only --out {}", "out.json"),
}


def words(command: str, name: str, trace: Path) -> list[str]:
    filled = command.format(name, trace=trace, graph=GRAPH)
    return [word.replace("\t", " ") for word in filled.split(" ")]


@pytest.mark.parametrize("which", [*list(COMMANDS)[:-1], pytest.param("callgraph trace", marks=pytest.mark.torch)])
def test_a_file_that_exists_stays_without_force(sample: tuple[Path, Timeline], tmp_path: Path, which: str) -> None:
    command, name = COMMANDS[which]
    if which == "callgraph trace":
        pytest.importorskip("torch", reason="torch is not installed")
        (tmp_path / "small.py").write_text(SMALL_MODEL)
    mine = tmp_path / name
    mine.write_text("mine")
    asked = words(command, name, sample[0])
    before = {path.name for path in tmp_path.iterdir()}
    said = refused(*asked, cwd=tmp_path)
    assert f"{name} already exists" in said
    assert "--force" in said
    assert mine.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == before
    done = run(*asked, "--force", cwd=tmp_path)
    assert done.returncode == 0, done
    assert mine.read_bytes() not in {b"mine", b""}
    left = {path.name for path in tmp_path.iterdir()} - before - {"__pycache__"}
    assert left <= {"groups.json"}


def test_a_report_of_a_model_replaces_its_own_files_only(tmp_path: Path) -> None:
    asked = ("model", "report", "llama-2-7b", "--out", ".")
    assert run(*asked, cwd=tmp_path).returncode == 0
    assert "already exists" in refused(*asked, cwd=tmp_path)
    assert run(*asked, "--force", cwd=tmp_path).returncode == 0
    page = tmp_path / "static_analysis" / "analytic_model" / "README.md"
    page.write_text("mine")
    assert "README.md was modified" in refused(*asked, "--force", cwd=tmp_path)
    assert page.read_text() == "mine"


def test_no_result_goes_over_what_is_read(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    trace = tmp_path / "v.sqlite"
    shutil.copyfile(sample[0], trace)
    (tmp_path / "link.sqlite").symlink_to(trace)
    for out in ("v.sqlite", "link.sqlite", "./../" + tmp_path.name + "/v.sqlite"):
        said = refused("sql", "v.sqlite", "SELECT 1", "--no-cache", "--out", out, "--force", cwd=tmp_path)
        assert "contains it or is inside it" in said
    shutil.copyfile(trace, tmp_path / "x_nvtx_sum.csv")
    asked = ("stats", "x_nvtx_sum.csv", "--no-cache", "-r", "nvtx_sum", "-o", "x", "--force-overwrite")
    assert "contains it or is inside it" in refused(*asked, cwd=tmp_path)
    model = tmp_path / "m.json"
    shutil.copyfile(REPOSITORY / "analytic" / "models" / "llama-2-7b.json", model)
    asked = ("model", "predict", "m.json", "--gpu", "l4", "--out", "m.json", "--force")
    assert "contains it or is inside it" in refused(*asked, cwd=tmp_path)
    (tmp_path / "mine.py").write_text("def build(): ...")
    asked = ("callgraph", "trace", "mine.py:build", "--out", "mine.py", "--force")
    assert "contains it or is inside it" in refused(*asked, cwd=tmp_path)
    assert trace.read_bytes() == (tmp_path / "x_nvtx_sum.csv").read_bytes() == sample[0].read_bytes()
    assert model.read_text().startswith("{")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Root could replace a device, such as /dev/null."""
    make(tmp_path / "special")
    with pytest.raises(nt.NsysToolsError, match="is not a regular file"), new_file(tmp_path / "special", force=True):
        pass
    assert not (tmp_path / "special").is_file()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    with pytest.raises(nt.NsysToolsError, match="already exists"), new_file(tmp_path / "link", force=False):
        pass
    with new_file(tmp_path / "link", force=True) as draft:
        draft.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"


@pytest.mark.parametrize("has_links", [True, False])
def test_of_two_at_once_the_first_stays(tmp_path: Path, has_links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_links:

        def refuse(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr("os.link", refuse)

    def write(text: str, *earlier: str) -> None:
        with new_file(tmp_path / "a", force=False) as draft:
            draft.write_text(text)
            for other in earlier:
                write(other)

    with pytest.raises(nt.NsysToolsError, match="already exists"):
        write("late", "first")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "first")]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with whole_file(tmp_path / "a") as draft:
            draft.write_text("half")
            raise ValueError("full")

    with pytest.raises(ValueError, match="full"):
        fill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [*(f"sql {{trace}} FROM\trange --no-cache --format {form} --out {{}}" for form in ("csv", "parquet", "sqlite")),
     "model predict llama-2-7b --gpu l4 --out {}"],
)  # fmt: skip
def test_a_full_disk_is_a_sentence(sample: tuple[Path, Timeline], tmp_path: Path, command: str) -> None:
    """A limit on the file size stops writing like a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, before[1]))
    try:
        said = refused(*words(command, "out", sample[0]), cwd=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert said.startswith(
        ("nsys-tools: out cannot be written (", "nsys-tools: The SQLite file out cannot be written (")
    )
    assert "no such table" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["-", "base"])
@pytest.mark.parametrize("error", [duckdb.IOException("No space left"), OSError(28, "No space left")])
def test_stats_on_a_full_disk_is_a_sentence(
    sample: tuple[Path, Timeline], tmp_path: Path, target: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> int:
        raise error

    monkeypatch.setattr(delivery, "writer", lambda *_: fail)
    asked = ("stats", str(sample[0]), "--no-cache", "-r", "nvtx_sum", "-o", target)
    assert "cannot be written (No space left)" in refused(*asked, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_stats_keeps_what_another_process_has_written(
    sample: tuple[Path, Timeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(draft: Path) -> int:
        draft.write_text("late")
        (tmp_path / "base_nvtx_sum.csv").write_text("first")
        return 1

    monkeypatch.setattr(delivery, "writer", lambda *_: write)
    done = run("stats", str(sample[0]), "--no-cache", "-r", "nvtx_sum", "-o", "base", cwd=tmp_path)
    assert "skipped: base_nvtx_sum.csv already exists" in done.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("base_nvtx_sum.csv", "first")]
