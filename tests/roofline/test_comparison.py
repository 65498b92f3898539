"""Measured vs. roofline: hand computations, sums, and rejected results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nsys_tools import assets
from nsys_tools.api.analysis import Analysis
from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model.request import Request
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import LAUNCH, PROCESS, THREAD, analyzed, build, launch
from tests.roofline import slow_run
from tests.synthetic.test_prediction import predicted

# Llama 2 7B on 2048 tokens, with full and with causal attention: published figures, derived by hand.
FULL, CAUSAL = 29_261_612_187_648, 28_162_100_559_872
PEAK = 312e12  # A100, dense bf16
MS = 1_000_000
PROMPT = Request("llama-2-7b", assignments=("seq_len=2048",), gpu="a100-80gb-sxm")


def prefill(b: TraceBuilder, end: int = 500 * MS) -> None:
    """Add a prefill: 100 ms of work, 50 ms idle because of a launch gap, 150 ms of work."""
    b.range(THREAD, "prefill", 0, end)
    launch(b, 1 * MS, 10 * MS, 110 * MS)
    launch(b, 150 * MS, 160 * MS, 310 * MS)


def compared(path: Path, request: Request, stages: Path | None = None) -> Analysis:
    return analyzed(path, request, stages=stages)


def row(path: Path, request: Request = PROMPT) -> dict[str, Any]:
    (found,) = compared(path, request).tables["roofline_stage"].records()
    return found


def test_figures_equal_the_hand_computation(tmp_path: Path) -> None:
    found = row(build(tmp_path, prefill))
    assert found["matrix_flops"] == FULL
    assert (found["wall_ns"], found["span_ns"], found["busy_ns"]) == (500 * MS, 300 * MS, 250 * MS)
    assert found["mfu_ratio"] == pytest.approx(FULL / (0.5 * PEAK))
    assert found["util_span_ratio"] == pytest.approx(FULL / (0.3 * PEAK))
    assert found["util_busy_ratio"] == found["util_sum_ratio"] == pytest.approx(FULL / (0.25 * PEAK))
    assert found["mbu_ratio"] == pytest.approx(found["accessed_bytes"] / (0.3 * 2039e9))
    assert found["launch_gap_ns"] == 50 * MS
    assert found["other_idle_ns"] == 0
    assert found["above_roofline_ns"] == pytest.approx(300 * MS - found["roofline_ns"])
    parts = found["inefficiency_ns"] + found["launch_gap_ns"] + found["other_idle_ns"]
    assert parts == pytest.approx(found["above_roofline_ns"])
    assert found["roofline_ns"] >= FULL / PEAK * 1e9


def test_on_two_gpus_wall_time_is_that_of_both(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 500 * MS)
        for device in (0, 1):
            correlation = b.correlation(PROCESS)
            b.call(THREAD, LAUNCH, MS, 2 * MS, correlation)
            b.kernel(PROCESS, "k", 10 * MS, 210 * MS, correlation, device=device)

    found = row(build(tmp_path, fill))
    assert (found["gpu_count"], found["wall_ns"], found["span_ns"]) == (2, 500 * MS, 400 * MS)
    assert found["mfu_ratio"] == pytest.approx(FULL / (0.5 * 2 * PEAK))
    assert found["util_span_ratio"] == pytest.approx(FULL / (0.2 * 2 * PEAK))


def test_attention_convention_and_executions(tmp_path: Path) -> None:
    def twice(b: TraceBuilder) -> None:
        prefill(b)
        b.range(THREAD, "prefill", 600 * MS, 1000 * MS)
        launch(b, 601 * MS, 610 * MS, 860 * MS)

    found = row(build(tmp_path, twice), Request("llama-2-7b", "", ("seq_len=2048",), "a100-80gb-sxm", "", "causal"))
    assert found["execution_count"] == 2
    assert found["matrix_flops"] == 2 * CAUSAL


def test_wall_time_is_no_latency_unless_the_gpu_was_drained(tmp_path: Path) -> None:
    found = row(build(tmp_path, lambda b: prefill(b, end=200 * MS)))
    assert found["is_drained"] is False
    assert found["mfu_ratio"] is None
    assert found["util_span_ratio"] == pytest.approx(FULL / (0.3 * PEAK))


def test_more_than_the_hardware_can_is_refused(tmp_path: Path) -> None:
    path = build(tmp_path, prefill)
    with pytest.raises(NsysToolsError, match=r"Stage prefill: mfu is \d{3} %") as caught:
        compared(path, Request("llama-2-7b", assignments=("seq_len=8192",), gpu="t4", dtype="fp16"))
    for suspect in ("workload", "dtype", "GPU", "pattern"):
        assert suspect in caught.value.hint


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("llama-2-7b"), "the trace does not record a GPU name"),
        (Request("llama-2-7b", gpu="rtx-9090"), "Unknown GPU 'rtx-9090'"),
        (Request("llama-3-900b", gpu="l4"), "Unknown model 'llama-3-900b'"),
        (Request("llama-2-7b", gpu="v100-sxm2", dtype="bf16"), "no dense peak for bf16"),
        (Request("llama-2-7b", gpu="l4", assignments=("tokens=1",)), "tokens"),
        (
            Request("deepseek-ocr", gpu="l4", assignments=("pages=3",)),
            "Stage prefill has 1 instances, but one execution of the workload has 3 runs",
        ),
    ],
)
def test_refusals(tmp_path: Path, request_: Request, said: str) -> None:
    with pytest.raises(NsysToolsError) as caught:
        compared(build(tmp_path, prefill), request_)
    assert said in caught.value.message


def test_a_card_by_its_name_in_the_trace_is_checked(tmp_path: Path) -> None:
    def with_card(b: TraceBuilder) -> None:
        prefill(b)
        b.gpu("NVIDIA A100-SXM4-80GB", sm_count=54, clock_hz=1_410_000_000, memory=8 * 10**10, bandwidth=2 * 10**12)

    found = compared(build(tmp_path, with_card), Request("llama-2-7b", assignments=("seq_len=2048",))).comparison
    assert found is not None
    assert found.peak.gpu == "NVIDIA A100 80GB SXM"
    (note,) = found.notes
    assert note.startswith("The trace describes a GPU with 54 SMs.")
    assert note.endswith("is for 108 SMs. Check --gpu.")


def test_phases_that_ran_unequally_often_are_refused(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        prefill(b)
        for start in (600 * MS, 700 * MS):
            b.range(THREAD, "decode", start, start + 50 * MS)
            launch(b, start + MS, start + 2 * MS, start + 40 * MS)

    with pytest.raises(NsysToolsError, match="different numbers of times: prefill 1 times, decode 2 times"):
        compared(build(tmp_path, fill), PROMPT)


def test_steps_that_do_not_match_the_workload_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    predicted(path, "llama-2-7b", "l4", "seq_len=64", "decode_steps=3")
    said = "Stage step has 3 instances, but one execution of the workload has 5 steps"
    with pytest.raises(NsysToolsError, match=said):
        compared(path, Request("llama-2-7b", assignments=("seq_len=64", "decode_steps=5"), gpu="l4"))


def test_inputs_that_contradict_each_other_are_refused_before_anything_is_compared(tmp_path: Path) -> None:
    path = build(tmp_path, prefill)
    with pytest.raises(UsageError, match="decode_steps=500 contradicts new_tokens=10"):
        compared(path, Request("llama-2-7b", assignments=("new_tokens=10", "decode_steps=500"), gpu="l4"))
    with pytest.raises(UsageError, match="batch_size is 0"):
        compared(path, Request("llama-2-7b", assignments=("batch_size=0",), gpu="l4"))


def test_a_run_beyond_the_context_of_the_model_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    predicted(path, "llama-2-7b", "l4", "seq_len=4096", "decode_steps=1")
    found = compared(path, Request("llama-2-7b", assignments=("seq_len=4096", "decode_steps=1"), gpu="l4"))
    assert found.comparison is not None
    assert [note for note in found.comparison.notes if "exceed llama-2-7b's context length of 4,096" in note]


def test_a_stage_of_no_phase_is_named(tmp_path: Path) -> None:
    stages = tmp_path / "s.toml"
    stages.write_text('[[stage]]\nname = "sam"\nmatch = "prefill"\nphase = "visio"\n')
    with pytest.raises(NsysToolsError, match="the model has no phase 'visio'"):
        compared(build(tmp_path, prefill), Request("deepseek-ocr", gpu="l4"), stages)


def test_a_model_smaller_than_what_was_traced_is_refused(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        prefill(b)
        for layer in range(40):  # Llama 2 13B has 40 layers, 7B has 32
            b.range(THREAD, f"model.layers.{layer}", 160 * MS + layer, 160 * MS + layer + 1)

    with pytest.raises(NsysToolsError, match="The trace has more layers than llama-2-7b") as caught:
        compared(build(tmp_path, fill), PROMPT)
    assert "(8 in all). The model's last layer is model.layers." in caught.value.message


def test_a_model_without_a_dtype_is_refused(tmp_path: Path) -> None:
    shipped = assets.find("analytic/models/llama-2-7b.json")
    assert shipped is not None
    data = json.loads(shipped.read_text(encoding="utf-8"))
    del data["dtype"]
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(data))
    with pytest.raises(NsysToolsError, match="'dtype' is a required property"):
        compared(build(tmp_path, prefill), Request(str(file), gpu="l4"))


def test_a_dtype_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="Unknown dtype 'bf61'"):
        compared(build(tmp_path, prefill), Request("llama-2-7b", gpu="l4", dtype="bf61"))


def test_a_slow_run_of_deepseek_ocr_adds_up_to_what_it_was_made_of(tmp_path: Path) -> None:
    """Layers add up to stages, stages to the run, and time above roofline to measured minus roofline."""
    path = tmp_path / "slow.sqlite"
    truth = slow_run.write(path, "deepseek-ocr", "h200-sxm", "new_tokens=4")
    found = compared(path, Request("deepseek-ocr", assignments=("new_tokens=4",)))
    rows = {(row["stage"], row["name"]): row for row in found.tables["roofline_layer"].records()}
    assert rows.keys() == truth.keys()
    assert min(sum(made.late_ns for made in truth.values()), sum(made.queued_ns for made in truth.values())) > 0
    for key, made in truth.items():
        row = rows[key]
        assert (row["operation_count"], row["sum_ns"], row["busy_ns"]) == (made.count, made.busy_ns, made.busy_ns), key
        assert (row["launch_gap_ns"], row["other_idle_ns"]) == (made.late_ns, made.queued_ns), key
        assert row["roofline_ns"] == pytest.approx(made.roofline_ns), key
        measured = made.busy_ns + made.late_ns + made.queued_ns
        assert row["above_roofline_ns"] == pytest.approx(measured - made.roofline_ns)
    for stage in found.tables["roofline_exclusive"].records():
        mine = [made for (name, _), made in truth.items() if name == stage["stage"]]
        assert stage["measured_ns"] == sum(made.busy_ns + made.late_ns + made.queued_ns for made in mine)
        assert stage["roofline_ns"] == pytest.approx(sum(made.roofline_ns for made in mine))
    assert len(found.tables["roofline_conservation"].records()) == 14
    assert not any(row["difference_ns"] for row in found.tables["roofline_conservation"].records())
    parts = ("roofline_ns", "inefficiency_ns", "launch_gap_ns", "other_idle_ns")
    whole = sum(row[part] for row in found.tables["roofline_exclusive"].records() for part in parts)
    assert whole == pytest.approx(sum(row["span_ns"] for row in found.tables["gpu_summary"].records()))


def test_what_a_stage_loses_beyond_its_roofline_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "slow.sqlite"
    truth = slow_run.write(path, "deepseek-ocr", "h200-sxm", "new_tokens=4")
    found = compared(path, Request("deepseek-ocr", assignments=("new_tokens=4",)))
    said = {one.names[0]: one for one in found.findings if one.rule == "below_roofline"}
    for stage in ("vision", "prefill"):
        mine = [made for (name, _), made in truth.items() if name == stage]
        lost = sum(made.busy_ns - made.roofline_ns for made in mine)
        assert said[stage].at_stake_ns == pytest.approx(lost, abs=1)
        kinds = {
            row["name"]: row["inefficiency_ns"]
            for row in found.tables["roofline_op"].records()
            if row["stage"] == stage
        }
        assert said[stage].names[1] == max(kinds, key=lambda name: kinds[name])


def test_a_predicted_run_is_as_fast_as_possible(tmp_path: Path) -> None:
    """The timeline at the roofline, compared with the roofline; parts add up to stages, stages to the run."""
    path = tmp_path / "p.sqlite"
    predicted(path, "llama-2-7b", "l4", "seq_len=64", "decode_steps=3")
    found = compared(path, Request("llama-2-7b", assignments=("seq_len=64", "decode_steps=3"), gpu="l4"))
    rows = {record["stage"]: record for record in found.tables["roofline_stage"].records()}
    assert set(rows) == {"prefill", "decode", "step"}
    for record in rows.values():
        assert record["slowdown"] == pytest.approx(1, rel=1e-3)
    assert found.findings == []
    assert rows["prefill"]["span_ns"] + rows["decode"]["span_ns"] == found.summary["operation_sum_ns"]
