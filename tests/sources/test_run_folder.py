"""Run folders: files that are used, notes for the reader, and rejected input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.api.analysis import Analysis
from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture
from nsys_tools.model.request import Request
from nsys_tools.sources import run_folder as run
from tests import case
from tests.case import THREAD, build
from tests.sources import made_run
from tests.sources.made_run import TWO, Page


def analyzed(folder: Path, request: Request | None = None, **given: Path) -> Analysis:
    return case.analyzed(folder, request, **given)


def empty_run(folder: Path, **changes: Any) -> Path:
    """Return a run folder with a trace of a single range: enough for the notes, nothing to compare."""
    made_run.write(folder, pages=(), **changes)
    (folder / "trace.sqlite").unlink()
    build(folder, lambda b: b.range(THREAD, "prefill", 0, 9)).rename(folder / "trace.sqlite")
    return folder


def test_a_predicted_run_of_unlike_pages_is_as_fast_as_possible(tmp_path: Path) -> None:
    """Two pages, twice: the trace has separate phases for each page, which only workload.json explains."""
    found = analyzed(made_run.write(tmp_path / "run"))
    assert found.notes == [note for note in found.notes if "less than their roofline time" in note]
    rows = {row["stage"]: row for row in found.tables["roofline_stage"].records()}
    assert set(rows) == {"vision", "prefill", "decode", "step"}
    for row in rows.values():
        assert row["execution_count"] == 2
        assert row["slowdown"] == pytest.approx(1, rel=1e-3)
    # The closed forms of DeepSeek-OCR, see ../shared/deepseek-ocr: global views and six crops; prompts of 913 and 283
    # tokens with one position for lm_head and the rotary embedding as a product; five steps.
    assert rows["vision"]["matrix_flops"] == 2 * (2 * 1_139_967_033_344 + 6 * 388_149_837_824)
    prompts = sum(n * 817_233_920 + 12 * 4 * n * n * 1280 + 330_956_800 + 1536 * n for n in (913, 283))
    assert rows["prefill"]["matrix_flops"] == 2 * prompts
    steps = sum(1_148_190_720 + 61_440 * (cached + 1) + 1536 for cached in (913, 914, 915, 283, 284))
    assert rows["step"]["matrix_flops"] == 2 * steps


def test_what_the_folder_says_is_in_the_facts(tmp_path: Path) -> None:
    found = {fact.title: fact.values for fact in run.read(made_run.write(tmp_path / "my-run", sync=True)).facts()}
    assert found == {
        "Run": (("", "my-run"),),
        "Model": (
            ("", "deepseek-ocr"), ("scale", "full"), ("weights", "random, seed 0"), ("parameters", "3,335,504,128"),
            ("dtype", "bfloat16"), ("on", "cuda"), ("attention by", "sdpa"),
        ),
        "Pages": (
            ("", "2"), ("batches of", "1"), ("crops", "0 to 6"), ("prompt tokens", "283 to 913"),
            ("new tokens", "3 to 4"),
        ),
        "Recording": (
            ("repeats", "2"), ("warm-up batches", "1"), ("NVTX level", "op"), ("GPU drained at stage ends", "yes"),
        ),
        "Versions": (("driver", "999.1"), ("torch", "2.99")),
    }  # fmt: skip


def test_a_path_of_weights_is_not_told(tmp_path: Path) -> None:
    folder = empty_run(tmp_path / "run", weights="/home/somebody/models/DeepSeek-OCR")
    assert ("weights", "DeepSeek-OCR") in run.read(folder).facts()[1].values


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"scale": "tiny"},
            "the run was recorded with --scale tiny, but the analytic model describes the full-size model",
        ),
        ({"model": "gpt-900"}, "there is no analytic model named gpt-900"),
        ({"model": "../models/deepseek-ocr"}, "there is no analytic model named"),
        ({"device": "cpu"}, "the run was on the CPU"),
        ({}, "workload.json contains no page"),
        ({"images": [TWO[0].counted(0, 0)]}, "--gpu auto: the trace does not record a GPU name"),
    ],
)
def test_why_a_run_is_not_compared(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    """The comparison was not requested explicitly: the report is written, and states why it is missing."""
    found = analyzed(empty_run(tmp_path / "run", **changes))
    assert "roofline_stage" not in found.tables
    assert found.comparison is None
    (note,) = found.notes
    assert note.startswith("Not compared with an analytic model: ")
    assert said in note


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"images": [TWO[0].counted(0, 0), TWO[1].counted(0, 1), TWO[1].counted(0, 2)]},
            "Stage vision has 4 instances, but one execution of the workload has 3 runs",
        ),
        ({"dtype": "float32"}, "busy time is more than NVIDIA H200 SXM can compute in fp32"),
        ({"dtype": "float64"}, "float64"),
    ],
)
def test_a_workload_that_does_not_fit_is_not_compared(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    found = analyzed(made_run.write(tmp_path / "run", **changes))
    assert found.comparison is None
    assert "roofline_stage" not in found.tables
    (note,) = found.notes
    assert said in note


@pytest.mark.parametrize(
    ("status", "workload", "said"),
    [
        ({"state": "done"}, {}, ""),
        ({"state": "running", "step": "analyze"}, {}, ""),
        ({"state": "running", "step": "profile"}, {}, "The run has not ended or was killed. Its last step is profile."),
        ({"state": "failed", "step": "ncu", "message": "No kernel."}, {}, "The run failed at step ncu: No kernel."),
        (
            {"state": "interrupted", "step": "workload", "message": "Interrupted."},
            {},
            "The run was interrupted at step workload: Interrupted.",
        ),
        ({"state": "done"}, {"complete": False}, "The workload did not finish. Over all repeats, it processed 0 pages"),
    ],
)
def test_a_run_that_did_not_go_well_is_said_to_be_so(
    tmp_path: Path, status: dict[str, Any], workload: dict[str, Any], said: str
) -> None:
    folder = empty_run(tmp_path / "run", **workload)
    (folder / "status.json").write_text(json.dumps(status))
    notes = run.read(folder).notes()
    assert [said] == [note[: len(said)] for note in notes] if said else not notes


def test_without_a_workload_the_trace_is_analysed(tmp_path: Path) -> None:
    folder = empty_run(tmp_path / "run")
    (folder / "workload.json").unlink()
    notes = analyzed(folder).notes
    assert notes[0] == "The run folder has no workload.json, so it is unknown which pages or prompts were processed."
    assert notes[1].startswith("Not compared with an analytic model: workload.json, which records what ran, is missing")


def inputs(folder: Path, *items: dict[str, Any], model: str = "deepseek-ocr", **changes: Any) -> list[dict[str, int]]:
    recorded = run.read(empty_run(folder, images=list(items), **changes)).recorded
    assert recorded is not None
    batches = recorded.inputs(architecture.load(model))
    return [{name: int(value) for name, _, value in (text.partition("=") for text in batch)} for batch in batches]


def test_inputs_of_a_batch(tmp_path: Path) -> None:
    """Pages of one batch are as long as the longest, and share the crops."""
    long, short = Page(2, 3, 4), Page(1, 1, 4)
    items = [long.counted(0, 0), short.counted(0, 0) | {"padded_prompt_tokens": 913}]
    (found,) = inputs(tmp_path / "run", *items, batch_size=2)
    assert found == {
        "batch_size": 2, "pages": 1, "base_size": 1024, "image_size": 640, "crop_mode": 1, "crops": 3,
        "prompt_tokens": 10, "seq_len": 913, "new_tokens": 4, "head_positions": 1,
    }  # fmt: skip
    recorded = run.read(tmp_path / "run").recorded
    assert recorded is not None
    (note,) = recorded.notes(architecture.load("deepseek-ocr"))
    assert "630 of 1,826 prompt tokens are padding" in note


def test_what_the_model_derives_itself_is_left_to_it(tmp_path: Path) -> None:
    """An option can then change derived values; values that differ from the formula stay."""
    page = Page(2, 3, 4).counted(0, 0)
    (found,) = inputs(tmp_path / "a", page)
    assert found == {
        "batch_size": 1, "pages": 1, "base_size": 1024, "image_size": 640, "crop_columns": 2, "crop_rows": 3,
        "crop_mode": 1, "prompt_tokens": 10, "new_tokens": 4, "head_positions": 1,
    }  # fmt: skip
    (found,) = inputs(tmp_path / "b", page | {"padded_prompt_tokens": 920, "decode_steps": 2, "head_positions": 920})
    assert (found["seq_len"], found["decode_steps"], "head_positions" in found) == (920, 2, False)


def test_crops_that_the_model_cannot_say(tmp_path: Path) -> None:
    items = [Page(3, 1, 4).counted(0, 0), Page(1, 1, 4).counted(0, 0)]
    with pytest.raises(NsysToolsError, match=r"The pages of a batch have 3, 0 crops"):
        inputs(tmp_path / "run", *items)


def test_repeats_that_are_unlike_are_one_execution(tmp_path: Path) -> None:
    page, other = Page(2, 3, 4), Page(2, 3, 5)
    alike = [page.counted(0, 0), other.counted(0, 1), other.counted(1, 0), page.counted(1, 1)]
    assert [batch["new_tokens"] for batch in inputs(tmp_path / "a", *alike)] == [4, 5]
    unlike = [page.counted(0, 0), page.counted(0, 1), page.counted(1, 0), other.counted(1, 1)]
    assert [batch["new_tokens"] for batch in inputs(tmp_path / "b", *unlike)] == [4, 4, 4, 5]
    stopped = [page.counted(0, 0), other.counted(0, 1), page.counted(1, 0)]
    assert [batch["new_tokens"] for batch in inputs(tmp_path / "c", *stopped)] == [4, 5, 4]


def test_prompts_of_a_language_model(tmp_path: Path) -> None:
    prompt = {"repeat": 0, "batch": 0, "text_tokens": 64, "prompt_tokens": 64, "padded_prompt_tokens": 64,
              "new_tokens": 8, "decode_steps": 7}  # fmt: skip
    recorded = run.read(empty_run(tmp_path / "run", images=None, prompts=[prompt], dimensions={})).recorded
    assert recorded is not None
    model = architecture.load("llama-2-7b")
    assert recorded.inputs(model) == (("batch_size=1", "seq_len=64", "new_tokens=8"),)
    said = recorded.notes(model)
    assert (
        "The model that ran has 3,335,504,128 parameters, but the analytic model llama-2-7b has 6,738,415,616"
        in said[0]
    )
    assert "does not record for how many prompt positions" in said[1]


def test_options_win_over_the_folder(tmp_path: Path) -> None:
    found = run.read(made_run.write(tmp_path / "run"))
    assert found.request(None).dtype == "bf16"
    chosen = found.request(Request("", assignments=("new_tokens=7",), gpu="l4", dtype="fp16", attention="causal"))
    assert (chosen.model, chosen.gpu, chosen.dtype, chosen.attention) == ("deepseek-ocr", "l4", "fp16", "causal")
    assert (len(chosen.batches), chosen.assignments) == (2, ("new_tokens=7",))
    assert found.request(Request("deepseek-ocr", workload="dsocr-base-v1")).batches == ()
    assert found.request(Request("llama-2-7b")).batches[0][:2] == ("batch_size=1", "seq_len=913")


def test_a_model_that_was_asked_for_must_work(tmp_path: Path) -> None:
    folder = empty_run(tmp_path / "run", scale="tiny")
    with pytest.raises(NsysToolsError, match=r"workload\.json contains no page"):
        analyzed(folder, Request("deepseek-ocr"))
    with pytest.raises(NsysToolsError, match="Unknown model 'gpt-900'"):
        analyzed(folder, Request("gpt-900"))


def test_what_is_found_beside_the_trace_may_be_unusable(tmp_path: Path) -> None:
    """Explicitly requested files must be usable."""
    folder = empty_run(tmp_path / "run", scale="tiny")
    (folder / "ncu" / "sam-gemm").mkdir(parents=True)
    (folder / "callgraph.json").write_text("{}")
    notes = analyzed(folder).notes
    assert [note.partition(":")[0] for note in notes] == [
        "The ncu metrics are not used", "Not compared with an analytic model", "The call graph is not used",
    ]  # fmt: skip
    assert "contains no Nsight Compute CSV" in notes[0]
    assert "neither call_counts nor module_children" in notes[2]
    with pytest.raises(NsysToolsError, match="contains no Nsight Compute CSV"):
        analyzed(folder, ncu=folder / "ncu")
    with pytest.raises(NsysToolsError, match="neither call_counts"):
        analyzed(folder, callgraph=folder / "callgraph.json")


def test_which_folders_are_runs(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert not run.is_run(tmp_path / "nothing")
    assert not run.is_run(tmp_path / "missing")
    folder = empty_run(tmp_path / "run")
    assert run.is_run(folder)
    (folder / "status.json").unlink()
    assert run.is_run(folder), "without nsys-tools capture: the script under an nsys of one's own"
    (folder / "StringIds.parquet").touch()
    assert not run.is_run(folder), "an export of nsys, whatever lies beside"


@pytest.mark.parametrize("name", ["hooks.dot", "callgraph.json"])
def test_call_graphs_are_found(tmp_path: Path, name: str) -> None:
    folder = empty_run(tmp_path / "run")
    assert run.read(folder).callgraph is None
    (folder / name).touch()
    assert run.read(folder).callgraph == folder / name


def test_runs_that_cannot_be_read(tmp_path: Path) -> None:
    folder = empty_run(tmp_path / "run")
    (folder / "workload.json").write_text('{"complete": true, "images": []')
    with pytest.raises(NsysToolsError, match=r"workload\.json, line 1: invalid JSON"):
        run.read(folder)
    page = TWO[0].counted(0, 0) | {"new_tokens": "many"}
    broken = empty_run(tmp_path / "broken", images=[page])
    with pytest.raises(NsysToolsError, match=r"images\[0\]\.new_tokens: 'many' is not of type 'integer'"):
        run.read(broken)
    (folder / "status.json").write_text("[]")
    with pytest.raises(NsysToolsError, match=r"status\.json is not a JSON object"):
        run.read(folder)


def test_a_run_without_a_trace_says_where_it_stopped(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"state": "failed", "step": "profile", "message": "No nsys."}')
    assert run.is_run(tmp_path)
    with pytest.raises(NsysToolsError, match="a run folder without a trace") as caught:
        run.read(tmp_path)
    assert caught.value.hint == "It stopped at step profile: No nsys."
    (tmp_path / "status.json").write_text("{}")
    with pytest.raises(NsysToolsError) as caught:
        run.read(tmp_path)
    assert "--profiler torch" in caught.value.hint
