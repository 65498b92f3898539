"""The selected GPU compared with the trace's own GPU description."""

from pathlib import Path

import pytest

from nsys_tools.model import gpus
from nsys_tools.roofline.comparison import _check_card
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import build

# Highest clocks that the drivers of these GPUs report; the peaks of all but the last two are stated at lower clocks.
HIGHEST = {
    "h100-sxm": 1.98e9,
    "h100-pcie": 1.755e9,
    "h200-sxm": 1.98e9,
    "h20": 1.98e9,
    "gh200": 1.98e9,
    "b200": 1.965e9,
    "b300": 2.032e9,
    "gb200": 2.062e9,
    "rtx-a6000": 2.1e9,
    "t4": 1.59e9,
    "gb10": 2.418e9,
}


def notes(
    folder: Path,
    name: str,
    *,
    gpu: str = "",
    dtype: str = "",
    sm_count: int | None = None,
    clock_hz: float | None = None,
) -> list[str]:
    """Return the notes on a trace of the GPU `gpu` (`name` unless given) that is compared with the GPU `name`."""
    shown, known = gpus.load(gpu or name), gpus.load(name)

    def fill(b: TraceBuilder) -> None:
        b.gpu(
            shown.trace_names[0], memory=shown.memory_bytes, bandwidth=int(shown.bytes_per_s),
            sm_count=shown.sm_count if sm_count is None else sm_count,
            clock_hz=int(shown.boost_clock_hz if clock_hz is None else clock_hz),
        )  # fmt: skip

    with open_trace(build(folder, fill), cache=False) as trace:
        return _check_card(trace, known, known.peak(dtype) if dtype else known.peaks[0])


@pytest.mark.parametrize("name", HIGHEST)
def test_the_highest_clock_of_a_gpu_is_no_oddity(tmp_path: Path, name: str) -> None:
    assert notes(tmp_path, name, clock_hz=HIGHEST[name]) == []


def test_another_number_of_sms_is_noted(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, "h100-sxm", sm_count=114, clock_hz=1.98e9)
    assert note == (
        "The trace describes a GPU with 114 SMs. The peak used for NVIDIA H100 SXM, 989.4 TFLOP/s in bf16, is for "
        "132 SMs. Check --gpu."
    )


def test_a_clock_below_that_of_the_peak_is_noted(tmp_path: Path) -> None:
    # The peaks are stated at 1.83 GHz; 5 % below that is 1.7385 GHz.
    assert notes(tmp_path, "h100-sxm", clock_hz=1.74e9) == []
    (note,) = notes(tmp_path, "h100-sxm", clock_hz=1.735e9)
    assert note == (
        "The trace describes a GPU with a maximum clock of 1.735 GHz. The peak used for NVIDIA H100 SXM, 989.4 TFLOP/s "
        "in bf16, is stated at 1.830 GHz and cannot be reached."
    )
    # The peak of fp32 is stated at 1.98 GHz.
    (note,) = notes(tmp_path, "h100-sxm", dtype="fp32", clock_hz=1.83e9)
    assert "stated at 1.980 GHz" in note


def test_another_name_is_noted(tmp_path: Path) -> None:
    assert notes(tmp_path, "h800", gpu="h100-sxm") == [
        "According to its name, the GPU in the trace is not NVIDIA H800 SXM."
    ]


def test_what_the_trace_does_not_say_is_no_oddity(tmp_path: Path) -> None:
    assert notes(tmp_path, "h100-sxm", sm_count=0, clock_hz=0) == []


OF_OTHER_GPUS = {"four_streams", "schema_2021", "two_gpu_after", "two_gpu_before"}
"""Shared traces that describe no GPU, or one that is not shipped."""


def test_real_traces_are_of_the_gpus_that_they_name(shared_trace: Path) -> None:
    known = {name: gpu for gpu in map(gpus.load, gpus.available()) for name in gpu.trace_names}
    with open_trace(shared_trace, cache=False) as trace:
        found = [known[row["name"]] for row in trace.query("gpu").records() if row["name"] in known]
        assert bool(found) == (shared_trace.stem not in OF_OTHER_GPUS)
        assert [_check_card(trace, gpu, peak) for gpu in found for peak in gpu.peaks] == [
            [] for gpu in found for _ in gpu.peaks
        ]
