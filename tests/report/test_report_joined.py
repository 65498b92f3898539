"""The report of a trace with a run folder, ncu metrics and a call graph; all their names remain data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from nsys_tools.model.request import Request
from nsys_tools.report import markdown
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, analyzed, build, launch
from tests.generate import SAMPLE
from tests.report.test_report import HOSTILE, STAGES, Page, assert_offline
from tests.sources import made_run

GRAPH, COUNTERS = SAMPLE.with_name("callgraph.json"), SAMPLE.with_name("ncu.csv")
ROOFLINE = Request("llama-2-7b", assignments=("seq_len=2048",), gpu="a100-80gb-sxm")


def written(path: Path, out: Path, stages: Path | None = None, **sources: Any) -> tuple[str, dict[str, Any]]:
    """Return Markdown and metrics of a report."""
    analyzed(path, stages=stages, **sources).write(out)
    return (out / "report.md").read_text(encoding="utf-8"), json.loads((out / "metrics.json").read_text())


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_counters_and_loops_of_the_sample(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    text, metrics = written(sample[0], tmp_path / "out", STAGES, ncu=COUNTERS, callgraph=GRAPH)
    assert "| Joined with | ncu `ncu.csv`, callgraph `callgraph.json` |" in text
    assert metrics["sources"] == {"ncu": "ncu.csv", "callgraph": "callgraph.json"}
    counters = section(text, "Measured by ncu")
    assert "Number of launches profiled by ncu: 2." in counters
    assert "Times in this section are from nsys." in counters
    tables = metrics["tables"]
    every = next(row for row in tables["ncu_coverage"]["rows"] if row["stage"] == "(all)")
    assert every["gpu_ns"] == sample[1].exclusive_ns.total()
    assert f"{100 * every['covered_ratio']:.2f}" in counters
    assert "ardware FLOPs" not in counters, "no model, nothing to set them beside"
    loops = section(text, "Repeated modules")
    (layers,) = [row for row in tables["callgraph_summary"]["rows"] if row["line"].startswith("layers[0..2] for 3")]
    truth = sample[1].exclusive_ns
    expected = [ns for path, ns in truth.items() if {f"model.layers.{n}" for n in range(3)} & set(path.split("/"))]
    assert layers["sum_ns"] == sum(expected) > 0
    assert "`layers[0..2] for 3 # DeepseekV2DecoderLayer`" in loops
    groups = tables["callgraph_summary"]["rows"]
    empty = [row for row in groups if row["sum_ns"] is None]
    assert f"For {len(empty)} of {len(groups)} groups, the trace has no ranges" in loops
    assert all(f"`{' '.join(row['line'].split())}`" in loops.partition("were not measured")[2] for row in empty)
    assert empty
    for name in ("ncu_match", "ncu_coverage", "callgraph_summary"):
        assert (tmp_path / "out" / "tables" / f"{name}.parquet").is_file()


def test_launches_that_the_trace_does_not_have(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: launch(b, 1, 2, 9))
    counters = section(written(path, tmp_path / "out", ncu=COUNTERS)[0], "Measured by ncu")
    assert "None of the profiled kernel names occurs in this trace." in counters


def test_a_graph_whose_modules_have_no_ranges(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: launch(b, 1, 2, 9))
    text, metrics = written(path, tmp_path / "out", callgraph=GRAPH)
    assert "No module in these groups has ranges in the trace" in section(text, "Repeated modules")
    assert {row["sum_ns"] for row in metrics["tables"]["callgraph_summary"]["rows"]} == {None}
    (tmp_path / "none.json").write_text('{"call_counts": {"a": 1}}')
    text, _ = written(path, tmp_path / "other", callgraph=tmp_path / "none.json")
    assert "The call graph has no groups." in section(text, "Repeated modules")


@pytest.mark.parametrize(
    ("flops", "said"),
    [
        (3 * 10**13, "1.025"),  # over 29,261,612,187,648, the published FLOPs of the prompt
        (None, "0 %, so no stage is listed"),
    ],
)
def test_flops_of_the_hardware_beside_those_of_the_model(tmp_path: Path, flops: int | None, said: str) -> None:
    def prefill(b: Any) -> None:
        b.range(THREAD, "prefill", 0, 500_000_000)
        launch(b, 1_000_000, 2_000_000, 302_000_000, name="gemm")

    counted = f'"sm__ops_path_tensor_src_bf16_dst_fp32.sum","","{flops}"' if flops else '"dram__bytes.sum","byte","1"'
    header = '"ID","Process ID","Kernel Name","Block Size","Grid Size","Metric Name","Metric Unit","Metric Value"'
    (tmp_path / "ncu.csv").write_text(f'{header}\n"0","1","gemm","(128, 1, 1)","(1, 1, 1)",{counted}\n')
    text, _ = written(build(tmp_path, prefill), tmp_path / "out", request=ROOFLINE, ncu=tmp_path / "ncu.csv")
    assert said in section(text, "Measured by ncu")


def test_a_run_is_told_in_the_report(tmp_path: Path) -> None:
    folder = made_run.write(tmp_path / "my-run")
    text, metrics = written(folder, tmp_path / "out")
    assert text.startswith("# Analysis of `my-run/trace.sqlite`")
    recorded = section(text, "Recorded data")
    assert "| Run | `my-run` |" in recorded
    assert (
        "| Pages | `2`, batches of `1`, crops `0 to 6`, prompt tokens `283 to 913`, new tokens `3 to 4` |" in recorded
    )
    assert "Inputs of 1 batch in each execution, from `workload.json`: `batch_size=1 pages=1 base_size=1024" in text
    assert metrics["run"]["folder"] == "my-run"
    assert (metrics["run"]["workload"]["scale"], metrics["run"]["item_count"]) == ("full", 4)
    assert [len(batch) for batch in metrics["roofline"]["batches"]] == [10, 10]


@pytest.mark.parametrize("name", [name for name in HOSTILE if name and len(name) < 1000 and "\x00" not in name])
def test_names_of_a_run_stay_data(tmp_path: Path, name: str) -> None:
    folder = made_run.write(
        tmp_path / "run", pages=(), model=name, weights=name, scale=name, nvtx=name, dtype=name, attention=name,
    )  # fmt: skip
    (folder / "trace.sqlite").unlink()
    build(folder, lambda b: launch(b, 1, 2, 9)).rename(folder / "trace.sqlite")
    (folder / "status.json").write_text(json.dumps({"state": "failed", "step": name, "message": name}))
    (folder / "env.json").write_text(json.dumps({"packages": {"torch": name}, "nsys": name}))
    (folder / "ncu").mkdir()
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in ("0", " ".join(name.split()), "m", "", "1"))
    (folder / "ncu" / "x.csv").write_text(f"ID,Kernel Name,Metric Name,Metric Unit,Metric Value\n{row}\n")
    graph = {"call_counts": {f"{name}.0": 2, f"{name}.1": 2}, "module_classes": {f"{name}.{n}": name for n in "01"}}
    (folder / "callgraph.json").write_text(json.dumps(graph))
    text, _ = written(folder, tmp_path / "out")
    assert_offline((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    seen = Page(MarkdownIt("commonmark").enable("table").render(text))
    assert not seen.tags & {"script"}
    assert not seen.handlers
    assert all(source.startswith("charts/") for source in seen.sources), "pictures of the report, no links"
    assert section(text, "Measured by ncu")
    assert section(text, "Repeated modules")


@pytest.mark.parametrize("text", ["a <b>x</b> & [l](u) `c` *e* _f_ | # ! ~", "two\nlines\there", "back\\slash \\`"])
def test_a_plain_sentence_reads_as_it_is(text: str) -> None:
    import html

    rendered = MarkdownIt("commonmark").enable("table").render(f"- {markdown.plain(text)}")
    inside = rendered.strip().removeprefix("<ul>\n<li>").removesuffix("</li>\n</ul>")
    assert html.unescape(inside) == " ".join(text.split())
    assert "<" not in inside
