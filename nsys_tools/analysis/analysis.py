"""One trace, analysed: every table of the report, its findings, and what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nsys_tools.analysis import coverage, findings, stages
from nsys_tools.analysis.coverage import Missing
from nsys_tools.analysis.findings import Finding
from nsys_tools.analysis.join import Joined, Sources, define, join
from nsys_tools.analysis.possible import Possible
from nsys_tools.analysis.run import Run
from nsys_tools.analysis.tables import Table, table
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import Trace

# Queries that become tables of the report; with a number, only so many rows are kept.
TABLES: dict[str, int | None] = {
    "trace_summary": None, "trace_conservation": None, "gpu": None, "gpu_summary": None, "process": None,
    "stream_summary": None, "stage_summary": None, "stage_instance": None, "stage_kernel": None, "stage_gap": None,
    "stage_activity": None, "stage_class": None,
    "llm_latency": None, "llm_throughput": None, "llm_drift": None, "llm_request": None, "llm_token": None,
    "kernel_summary": None, "kernel_class": None,
    "kernel_duration": None, "operator_summary": None,
    "range_summary": None, "range_exclusive": None, "range_unattributed": None, "copy_summary": None,
    "api_summary": None, "os_summary": None, "gap_summary": None, "gap_list": 1000,
}  # fmt: skip


@dataclass(frozen=True)
class Analysis:
    """Everything a report shows of a trace.

    Attributes
    ----------
    source
        Name of the trace's file, without its folder.
    tables
        `Table` by query name.
    missing
        What was not recorded.
    findings
        What stands out, by nanoseconds at stake.
    notes
        Sentences about oddities of the trace that a reader must know.
    stages
        The stages asked for; empty when the outermost ranges were taken.
    joined
        What the trace was joined with: analytic model, counters, call graph.
    run
        The run folder that the trace lies in; None for a trace by itself.
    """

    source: str
    tables: dict[str, Table]
    missing: list[Missing]
    findings: list[Finding]
    notes: list[str]
    stages: list[stages.Stage] = field(default_factory=list)
    joined: Joined = field(default_factory=Joined)
    run: Run | None = None

    @property
    def possible(self) -> Possible | None:
        """What the stages were compared with, and how; None without a model."""
        return self.joined.possible

    @property
    def summary(self) -> dict[str, Any]:
        """The row of ``trace_summary``."""
        return self.tables["trace_summary"].records[0]


def analyze(trace: Trace, stages_file: Path | None = None, sources: Sources | None = None) -> Analysis:
    """Compute every table of the report.

    Parameters
    ----------
    trace
        The trace.
    stages_file
        TOML of stages; without one the outermost ranges are the stages, or, with a model or a run folder, those of
        ``make capture``.
    sources
        What to join the trace with; None for nothing.

    Raises
    ------
    NsysToolsError
        If the stages file is wrong, attribution does not add up, or what was asked for is impossible. What was only
        found in the run folder and is impossible becomes a note.
    """
    sources = sources or Sources()
    run = sources.run
    wanted, joined = define(trace, stages_file, sources)
    tables = {name: table(trace, name, limit) for name, limit in TABLES.items()}
    _check(tables["trace_conservation"])
    join(trace, joined, sources)
    tables |= joined.tables
    summary = tables["trace_summary"].records[0]
    return Analysis(
        source=f"{run.name}/{trace.path.name}" if run else trace.path.name,
        tables=tables,
        missing=coverage.missing(trace, summary),
        findings=findings.find(tables),
        # That one of the usual stages is not in a trace is nothing to wonder at.
        notes=[*_notes(summary, tables, wanted if stages_file else []), *joined.notes],
        stages=wanted,
        joined=joined,
        run=run,
    )


def _check(conservation: Table) -> None:
    """Refuse to report figures that do not add up; it would be an error of ours."""
    for row in conservation.records:
        if row["missing_count"] or row["missing_ns"]:
            raise NsysToolsError(
                f"Attribution does not add up: {row['missing_count']} {row['kind']}, {row['missing_ns']} ns missing.",
                "This is a defect of nsys-tools; please report it with the schema version of the trace.",
            )


def _notes(summary: dict[str, Any], tables: dict[str, Table], wanted: list[stages.Stage]) -> list[str]:
    notes = []
    if summary["backward_count"]:
        notes.append(
            f"{summary['backward_count']:,} GPU operations end before they start: a fault of the recording. Sums count "
            "them as recorded; busy time and gaps leave them out."
        )
    if summary["empty_count"]:
        notes.append(f"{summary['empty_count']:,} GPU operations start and end at the same instant.")
    if summary["open_range_count"]:
        notes.append(
            f"{summary['open_range_count']:,} ranges were never closed; they are taken to last to the end of the trace."
        )
    present = {row["stage"] for row in tables["stage_summary"].records if row["instance_count"]}
    for stage in wanted:
        if stage.name not in present:
            patterns = ", ".join(stage.patterns)
            notes.append(f"Stage {stage.name} matched no range (patterns: {patterns}; they see rolled-up paths).")
    return notes
