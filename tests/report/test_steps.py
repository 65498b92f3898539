"""Steps in the report and on its summary page: step time, then the budget, then kernels; or why there are none."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, analyzed, build, launch
from tests.queries.periods import add_noise

MS = 1_000_000


def serving(b: TraceBuilder) -> None:
    """A prefill of 8 ms, then four decode steps of 2 requests: 2 ms with 1 ms of work, the third one with 1.5 ms."""
    b.range(THREAD, "execute_context_2(64)_generation_0(0)", 0, MS)
    launch(b, 10, MS, 9 * MS, name="prefill_gemm")
    for n in range(4):
        at = 9 * MS + 2 * n * MS
        b.range(THREAD, "execute_context_0(0)_generation_2(2)", at - MS // 2, at)
        launch(b, at - MS // 2 + 10, at, at + (3 if n == 2 else 2) * MS // 2, name="decode_gemm")


def report(path: Path, tmp_path: Path, **given: Any) -> tuple[str, str, dict[str, Any]]:
    """Write a report; return its text, its summary page, and the tables of metrics.json."""
    folder = tmp_path / "report"
    analyzed(path, **given).write(folder)
    tables = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["tables"]
    return (folder / "report.md").read_text(), (folder / "stakeholder_summary.md").read_text(), tables


def test_step_time_and_tokens_come_first(tmp_path: Path) -> None:
    text, page, tables = report(build(tmp_path, serving), tmp_path)
    rows = {row["phase"]: row for row in tables["step_summary"]["rows"]}
    decode = rows["decode"]
    assert (decode["step_count"], decode["median_ns"], decode["generation_tokens"]) == (4, 2 * MS, 8)
    # The last one ends with its work, after 1 ms: 8 tokens in 7 ms, of which the GPU is busy for 4.5 ms.
    assert round(decode["generation_tokens_per_s"], 3) == round(8 / 0.007, 3)
    assert round(decode["busy_ratio"], 6) == round(4.5 / 7, 6)
    assert rows["prefill"]["context_tokens_per_s"] == 8000
    section = text.partition("## Steps")[2].partition("\n## ")[0]
    parts = [section.index(word) for word in ("generation (tokens/s)", "exposed_communication", "`decode_gemm`")]
    assert parts == sorted(parts)
    assert text.index("## Steps") < text.index("## Stages")
    assert "All 4 consistency checks passed" in section
    assert "- A decode step takes 2 ms on GPU 0 (median of 4)." in page
    assert "and generates 1,143 tokens/s." in page


def test_the_budget_has_the_terms_of_the_docs(tmp_path: Path) -> None:
    _, _, tables = report(build(tmp_path, serving), tmp_path)
    rows = {row["term"]: row for row in tables["step_budget"]["rows"] if row["phase"] == "decode"}
    assert list(rows) == [
        "wall", "busy", "compute_busy", "communication_busy", "exposed_communication", "idle", "launch_bound",
        "synchronization", "dependency", "rest",
    ]  # fmt: skip
    assert rows["busy"]["sum_ns"] == 4.5 * MS
    assert rows["idle"]["sum_ns"] == 2.5 * MS
    assert rows["launch_bound"]["sum_ns"] == 2.5 * MS  # each launch is half a millisecond before the work


def test_without_steps_the_report_says_why(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: add_noise(b, 1, random.Random(1)))
    text, page, _ = report(path, tmp_path)
    assert "## Steps" not in text
    assert "No steps were found: no range name identifies a step, and " in text
    assert "steps" not in page
    text, _, _ = report(build(tmp_path, serving), tmp_path / "none", steps="none")
    assert "## Steps" not in text
    assert "No steps were found" not in text
