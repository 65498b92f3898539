"""Predicted timelines: roofline times, in order, attributed, and marked as predicted."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, database, figures, gpus
from nsys_tools.model.schedule import Enter, Operation, schedule
from nsys_tools.model.settings import settings
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic import prediction
from tests.conftest import installed_nsys

SHORTEST_NS = 2


def predicted(path: Path, model: str, gpu: str, *assignments: str) -> list[prediction.Part]:
    found, formulas = architecture.load(model), database.load()
    events = schedule(found, formulas, settings(found, assignments=assignments, gpu=gpu))
    return prediction.write(path, events, gpus.load(gpu))


def roofline_ns(model: str, gpu: str, *assignments: str) -> dict[str, float]:
    found, formulas = architecture.load(model), database.load()
    rows = figures.evaluate(found, formulas, settings(found, assignments=assignments, gpu=gpu))
    return {phase: total.roofline_ns or 0 for phase, total in figures.by_phase(found, rows).items()}


def test_the_parts_last_as_long_as_the_roofline_says(tmp_path: Path) -> None:
    values = ("decode_steps=5", "crop_rows=1", "crop_columns=3")
    parts = predicted(tmp_path / "p.sqlite", "deepseek-ocr", "h200-sxm", *values)
    expected = roofline_ns("deepseek-ocr", "h200-sxm", *values)
    assert [part.name for part in parts] == list(expected)
    for part in parts:
        # A kernel lasts at least two nanoseconds.
        low = expected[part.name]
        assert low - 1 <= part.duration_ns <= low + SHORTEST_NS * part.kernel_count


def test_every_operation_lies_in_the_range_of_its_module(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    found, formulas = architecture.load("deepseek-ocr"), database.load()
    chosen = settings(found, assignments=("decode_steps=2",), gpu="rtx-5090")
    events = list(schedule(found, formulas, chosen))
    prediction.write(path, events, gpus.load("rtx-5090"))
    expected = Counter(event.name for event in events if isinstance(event, Operation))
    with open_trace(path) as trace:
        rows = trace.sql(
            "SELECT r.name, count(*) FROM attribution AS a JOIN range AS r USING (range_id) GROUP BY r.name"
        ).rows()
        conserved = trace.sql(
            "SELECT difference_count, unattributed_count FROM trace_conservation WHERE kind = 'all'"
        ).rows()
        origin = trace.sql("SELECT origin FROM trace_summary").rows()
    assert dict(rows) == expected
    assert list(conserved) == [(0, 0)]
    assert list(origin) == [("predicted",)]


def test_blocks_that_repeat_take_turns(tmp_path: Path) -> None:
    found, formulas = architecture.load("deepseek-ocr"), database.load()
    events = schedule(found, formulas, settings(found, assignments=("crop_mode=0",), gpu="h200-sxm"))
    names = [event.name for event in events if isinstance(event, Enter)]
    blocks = [name for name in names if name.startswith("model.sam_model.blocks.") and name.count(".") == 3]
    assert blocks == [f"model.sam_model.blocks.{index}" for index in range(12)]
    assert "crops" not in names


def test_what_if(tmp_path: Path) -> None:
    """Decoding is limited by bandwidth: 4800 vs. 300 GB/s is a factor of 16; a batch reads the weights once."""
    h200, l4 = (roofline_ns("llama-2-7b", gpu)["decode"] for gpu in ("h200-sxm", "l4"))
    assert l4 / h200 == pytest.approx(4800 / 300, rel=1e-6)
    alone, batch = (roofline_ns("llama-2-7b", "h200-sxm", f"batch_size={n}")["decode"] for n in (1, 8))
    assert alone < batch < 8 * alone


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "measured.sqlite"
    path.write_bytes(b"precious")
    with pytest.raises(NsysToolsError, match=r"measured\.sqlite already exists"):
        predicted(path, "llama-2-7b", "l4", "decode_steps=1")
    assert path.read_bytes() == b"precious"
    with pytest.raises(NsysToolsError, match="cannot be written"):
        predicted(tmp_path / "no" / "folder.sqlite", "llama-2-7b", "l4", "decode_steps=1")


@pytest.mark.nsys
def test_nsys_stats_opens_it(tmp_path: Path) -> None:
    nsys = str(installed_nsys())
    path = tmp_path / "p.sqlite"
    parts = predicted(path, "llama-2-7b", "l4", "decode_steps=1")
    command = [nsys, "stats", "--report", "nvtx_gpu_proj_sum", "--format", "csv", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    times = {
        line.split(",")[0].removeprefix(":"): int(line.split(",")[2])
        for line in done.stdout.splitlines()
        if ",PushPop," in line
    }
    assert {part.name: part.duration_ns for part in parts} == {name: times[name] for name in ("prefill", "decode")}
