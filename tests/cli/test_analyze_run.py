"""``nsys-tools analyze`` on run folders, with ncu metrics and a call graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.case import THREAD, build, launch
from tests.commands import refused, run
from tests.generate import SAMPLE
from tests.sources import made_run

GRAPH, COUNTERS = SAMPLE.with_name("callgraph.json"), SAMPLE.with_name("ncu.csv")


def metrics(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return found


def small_run(folder: Path) -> Path:
    made_run.write(folder, pages=(), scale="tiny")
    (folder / "trace.sqlite").unlink()

    def fill(b: Any) -> None:
        b.range(THREAD, "prefill", 0, 9)
        launch(b, 1, 2, 9)

    build(folder, fill).rename(folder / "trace.sqlite")
    return folder


def test_a_run_folder_finds_everything_by_itself(tmp_path: Path) -> None:
    """Model, workload, dtype, GPU, ncu metrics, call graph and stages are found; the report goes into the folder."""
    folder = made_run.write(tmp_path / "run")
    (folder / "ncu" / "sam-gemm").mkdir(parents=True)
    (folder / "ncu" / "sam-gemm" / "raw.csv").write_bytes(COUNTERS.read_bytes())
    (folder / "callgraph.json").write_bytes(GRAPH.read_bytes())
    done = run("analyze", "run", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "run/report/report.html\n", "")
    found = metrics(folder / "report")
    assert found["sources"] == {"ncu": "ncu", "callgraph": "callgraph.json"}
    assert found["roofline"]["model"] == "deepseek-ocr"
    assert found["roofline"]["dtype"] == "bf16"
    assert {row["stage"] for row in found["tables"]["roofline_stage"]["rows"]} == {
        "vision",
        "prefill",
        "decode",
        "step",
    }
    groups = {row["line"].partition(" ")[0]: row for row in found["tables"]["callgraph_summary"]["rows"]}
    assert groups["model.layers[0..2]"]["measured_count"] == 3, "as the configuration of DeepSeek-OCR names them"
    assert groups["model.layers[0..2]"]["stage"] == "llm"
    assert "already exists" in refused("analyze", "run", cwd=tmp_path)
    told = refused("analyze", ".", "--force", "--format", "md", "--set", "new_tokens=9", cwd=folder)
    assert "one execution of the workload has" in told, "options override the run folder; this one does not fit"
    assert metrics(folder / "report") == found


def test_several_runs_and_traces(tmp_path: Path) -> None:
    for name in ("a", "b"):
        small_run(tmp_path / name)
    (tmp_path / "a" / "trace.sqlite").rename(tmp_path / "c.sqlite")
    small_run(tmp_path / "d")
    done = run("analyze", "b", "c.sqlite", "d", "--each", "--format", "md", cwd=tmp_path)
    assert done.stdout.split() == ["b/report/report.md", "c-report/report.md", "d/report/report.md"]
    done = run("analyze", "b", "c.sqlite", "--each", "--out", "all", "--format", "md", cwd=tmp_path)
    assert done.stdout.split() == ["all/b/report.md", "all/c/report.md"]


def test_counters_and_call_graph_by_option(tmp_path: Path) -> None:
    small_run(tmp_path / "run")
    for given in ("run", "run/trace.sqlite"):
        done = run("analyze", given, "--ncu", str(COUNTERS), "--callgraph", str(GRAPH), "--out", "out", "--force",
                   cwd=tmp_path)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert metrics(tmp_path / "out")["sources"] == {"ncu": "ncu.csv", "callgraph": "callgraph.json"}
        assert {"ncu_match", "ncu_coverage", "callgraph_summary"} <= set(metrics(tmp_path / "out")["tables"])


def test_what_cannot_be_joined_is_refused(tmp_path: Path) -> None:
    small_run(tmp_path / "run")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.json").write_text('{"nodes": []}')
    (tmp_path / "broken.dot").write_text("digraph {}")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    ask = ("analyze", "run")
    assert "contains no Nsight Compute CSV or recording" in refused(*ask, "--ncu", "empty", cwd=tmp_path)
    assert "is not an Nsight Compute CSV" in refused(*ask, "--ncu", "other.csv", cwd=tmp_path)
    assert "cannot be read" in refused(*ask, "--ncu", "none.csv", cwd=tmp_path)
    assert "neither call_counts nor module_children" in refused(*ask, "--callgraph", "other.json", cwd=tmp_path)
    assert "no forward-hook edges" in refused(*ask, "--callgraph", "broken.dot", cwd=tmp_path)
    assert "none.json cannot be read (No such file or directory)." in refused(
        *ask, "--callgraph", "none.json", cwd=tmp_path
    )
    assert not (tmp_path / "run" / "report").exists()
    (tmp_path / "run" / "trace.sqlite").unlink()
    assert "run is a run folder without a trace" in refused(*ask, cwd=tmp_path)
    (tmp_path / "empty" / "status.json").write_text('{"step": "export", "message": "nsys could not export."}')
    assert "It stopped at step export: nsys could not export." in refused("analyze", "empty", cwd=tmp_path)
