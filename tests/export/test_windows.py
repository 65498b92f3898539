"""Exports of a part of the trace: a time window, a stage, steps."""

from __future__ import annotations

from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.export.windows import both, merged
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.export.decoded import decode


def fill(b: TraceBuilder) -> None:
    """Add five steps of 100 ns, each with one kernel that starts 60 ns after it, and nothing between them."""
    for number in range(5):
        start = 1000 * number
        b.range(THREAD, f"step {number}", start, start + 100)
        launch(b, start + 10, start + 60, start + 180)


@pytest.mark.parametrize(
    ("given", "kernels"),
    [
        ({"time": "1us/1180ns"}, [1060]),
        ({"time": "1180/2060"}, [1060, 2060]),  # operations that overlap it
        ({"time": "181/1059"}, []),
        ({"stage": "step *"}, [60, 1060, 2060, 3060, 4060]),
        ({"step": "3"}, [3060]),
        ({"step": "1..2"}, [1060, 2060]),
        ({"step": "1..2", "time": "2us/"}, [2060]),
    ],
)
def test_a_part(tmp_path: Path, given: dict[str, str], kernels: list[int]) -> None:
    trace = build(tmp_path, fill)
    done = nt.export_timeline([trace], tmp_path / "out.pftrace", steps="step *", **given)  # type: ignore[arg-type]
    decoded = decode(done.path)
    found = [one.start for one in decoded.of("kernel")]
    assert sorted({start for start in found if start in kernels}) == kernels
    assert found == kernels or "step" in given  # a step lasts until the next one begins
    assert sum(row["row_count"] for row in done.counts if row["table"] == "kernel") == len(found)


def test_launch_and_kernel_of_a_step_are_both_there(tmp_path: Path) -> None:
    """The CPU begins a step before the GPU does."""
    decoded = decode(nt.export_timeline([build(tmp_path, fill)], tmp_path / "o.pftrace", step="4", steps="step *").path)
    assert [one.start for one in decoded.of("api")] == [4010]
    assert decoded.of("api")[0].flows == decoded.of("kernel")[-1].flows


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"stage": "nothing"}, "the trace has no stage 'nothing'"),
        ({"step": "99"}, "the trace has no step 99"),
        ({"step": "3..1"}, "is not a range of steps"),
        ({"step": "x"}, "is not a range of steps"),
        ({"time": "2s/1s"}, "--time '2s/1s': the start is after the end"),
        ({"step": "1", "time": "4us/5us"}, "do not overlap"),
    ],
)
def test_what_names_nothing_is_refused(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with pytest.raises(nt.NsysToolsError, match=words.replace("(", r"\(")):
        nt.export_timeline([build(tmp_path, fill)], tmp_path / "out.pftrace", steps="step *", **given)  # type: ignore[arg-type]
    assert not (tmp_path / "out.pftrace").exists()


def test_stretches() -> None:
    assert merged([(5, 6), (1, 3), (3, 4)]) == [(1, 4), (5, 6)]
    assert both([(0, 10), (20, 30)], [(5, 22), (25, 26), (30, 40)]) == [(5, 10), (20, 22), (25, 26), (30, 30)]
    assert both([(0, 1)], [(2, 3)]) == []
