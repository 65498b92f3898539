from __future__ import annotations

import pytest

from nsys_tools.capture import doctor

CARD = {"name": "NVIDIA H200", "memory.total": "143771 MiB", "driver_version": "570.1"}


@pytest.mark.parametrize(
    ("nvtx", "nsys", "state"),
    [("0.2.11", "2023.4.4.54", "ok"), ("0.2.12", "2023.4.4.54", "fail"), ("0.2.13", "2022.5.1", "fail"),
     ("0.3.0", "2023.4.4", "fail"), ("0.2.12", "2025.1.1", "ok"), ("0.2.9", "2021.3.2", "ok"),
     (None, "2023.4.4", "warn"), ("0.2.11", None, "warn")],
)  # fmt: skip
def test_the_known_bad_pair_is_named(nvtx, nsys, state):
    found = doctor.pair(nvtx, nsys)
    assert found.state == state
    assert bool(found.advice) == (state != "ok")


def test_missing_tools_say_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("platformdirs.user_data_path", lambda _name: tmp_path)
    by_subject = {one.subject: one for one in doctor.examine(folder=tmp_path)}
    if by_subject["nsys"].state != "ok":  # a CUDA Toolkit may still contain one
        assert by_subject["nsys"].state == "fail"
        assert "install-nsys" in by_subject["nsys"].advice
    if by_subject["ncu"].state != "ok":
        assert by_subject["ncu"].state == "warn"
        assert "CUDA Toolkit" in by_subject["ncu"].advice


def test_a_tool_that_does_not_run_is_not_taken_for_one(program, tmp_path):
    broken = program("nsys", "exit 3")
    [found] = [one for one in doctor.examine(nsys=str(broken), folder=tmp_path) if one.subject == "nsys"]
    assert (found.state, found.found) == ("fail", f"{broken} does not run")


def test_a_tool_tells_its_version(program, tmp_path):
    working = program("nsys", "echo NVIDIA Nsight Systems version 2025.3.1.90-253135822126v0")
    [found] = [one for one in doctor.examine(nsys=str(working), folder=tmp_path) if one.subject == "nsys"]
    assert (found.state, found.found) == ("ok", f"2025.3.1.90 at {working}")


def test_packages_are_asked_for_by_name():
    found = doctor.packages({"torch": "2.13.0", "transformers": None, "pillow": "11.0", "nvtx": None})
    assert [one.state for one in found] == ["ok", "fail", "ok", "fail"]
    assert "nsys-tools[capture]" in found[1].advice


@pytest.mark.parametrize(
    ("parameters", "state"),
    [("RmProfilingAdminOnly: 1\n", "warn"), ("Other: 1\nRmProfilingAdminOnly: 0\n", "ok"), (None, "warn")],
)
def test_counter_permission_is_read_from_the_driver(parameters, state):
    found = doctor.permission(parameters)
    assert found.state == state
    assert ("NVreg_RestrictProfilingToAdminUsers=0" in found.advice) == (parameters is not None and state == "warn")


@pytest.mark.parametrize(
    ("cuda", "cards", "state", "advice"),
    [
        ({"torch_built_for": "12.8", "available": True}, [CARD], "ok", ""),
        ({"torch_built_for": "12.8", "available": False}, [CARD], "warn", "driver"),
        ({"torch_built_for": None, "available": False}, [CARD], "warn", "Install torch from an index"),
        ({"torch_built_for": None, "available": False}, [], "warn", ""),
        (None, [], "warn", ""),
    ],
)
def test_torch_without_its_gpu_is_explained(cuda, cards, state, advice):
    found = doctor.torch_gpu(cuda, cards)
    assert found.state == state
    assert advice in found.advice


def test_gpu_and_driver_are_named():
    assert doctor.gpu([CARD]).found == "NVIDIA H200 (143771 MiB), driver 570.1"
    assert "--device cpu" in doctor.gpu([]).advice


def test_a_full_disk_is_a_warning():
    assert doctor.space(10**9).state == "warn"
    assert doctor.space(10**12).state == "ok"


@pytest.mark.parametrize(
    ("version", "parts"), [("0.2.11", (0, 2, 11)), ("2.13.0+cpu", (2, 13, 0)), ("1.2rc1", (1, 2)), ("x", ())]
)
def test_versions_compare_as_numbers(version, parts):
    assert doctor.numbers(version) == parts
