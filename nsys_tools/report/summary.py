"""Select and word the facts in the one-page summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nsys_tools.report.analysis import Analyzed
from nsys_tools.report.plain import Step, steps

_STAGES = 8
_CAUSES = {
    "launch gap": "the CPU launched the next work late",
    "synchronization": "the program waited for results before it launched more work",
    "dependency": "the next work was launched, but waited for other work",
    "unknown": "the cause was not recorded",
}


@dataclass(frozen=True)
class Summary:
    """The parts of the summary that are selected or worded in Python.

    Attributes
    ----------
    stages
        Rows of ``stage_summary`` for the stages with the most time, in descending order of time.
    stage_count
        Number of stages.
    latencies
        Rows of ``llm_latency`` by kind of latency. For each kind, the base with the most values is used.
    causes
        Rows of ``gap_summary`` with a significant share, each with a description in ``words``.
    reached
        Rows of ``roofline_stage`` for `stages`, each with its ``bound``. If several stages cover the same work, such as
        decode and all its steps, only one of them is listed. Empty if there is no model.
    steps
        What to do next.
    """

    stages: list[dict[str, Any]]
    stage_count: int
    latencies: dict[str, dict[str, Any]]
    causes: list[dict[str, Any]]
    reached: list[dict[str, Any]]
    steps: list[Step]


def summarize(analysis: Analyzed) -> Summary:
    """Return the summary of an analysis."""
    rows = [row for row in analysis.tables["stage_summary"].records() if row["instance_count"]]
    base = "span_ns" if analysis.summary["operation_count"] else "wall_ns"
    ranked = sorted(rows, key=lambda row: (-(row[base] or 0), row["stage"]))[:_STAGES]
    causes = [
        {**row, "words": _CAUSES[row["cause"]]}
        for row in analysis.tables["gap_summary"].records()[:2]
        if row["share_ratio"] is not None and row["share_ratio"] >= 0.01
    ]
    return Summary(
        stages=ranked,
        stage_count=len(rows),
        latencies={row["figure"]: row for row in reversed(analysis.tables["llm_latency"].records())},
        causes=causes,
        reached=_reached(analysis, [row["stage"] for row in ranked]),
        steps=steps(analysis.findings),
    )


def _reached(analysis: Analyzed, stages: list[str]) -> list[dict[str, Any]]:
    if analysis.comparison is None:
        return []
    bounds = {
        row["name"]: row["bound"] for row in analysis.tables["roofline_point"].records() if row["series"] == "stage"
    }
    rows = {row["stage"]: row for row in analysis.tables["roofline_stage"].records()}
    different = {
        (rows[stage]["phase"], rows[stage]["roofline_ns"]): stage for stage in reversed(stages) if stage in rows
    }
    return [{**rows[stage], "bound": bounds.get(stage)} for stage in stages if stage in different.values()]
