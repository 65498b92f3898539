"""One trace, analysed: every table of the report, its findings, and what was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from nsys_tools import assets
from nsys_tools.analysis import coverage, findings, possible, stages
from nsys_tools.analysis.coverage import Missing
from nsys_tools.analysis.findings import Finding
from nsys_tools.analysis.possible import Possible, Request
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import Trace, catalogue
from nsys_tools.trace.catalogue import Column

STAGES_OF_CAPTURES = "capture/stages.toml"
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
# And these once a model is joined.
COMPARED = (
    "mfu_stage", "mfu_exclusive", "mfu_op", "mfu_layer", "mfu_conservation", "roofline_point", "peak",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The result of one query, kept.

    Attributes
    ----------
    name
        Name of the query.
    summary
        What a row is, and the order.
    columns
        The documented columns.
    frame
        The rows that are kept.
    total_count
        Rows of the query; more than `frame` has when it was cut.
    """

    name: str
    summary: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    total_count: int

    @property
    def records(self) -> list[dict[str, Any]]:
        """The kept rows as dictionaries."""
        return self.frame.to_dicts()


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
    possible
        What the stages were compared with, and how; None without a model.
    """

    source: str
    tables: dict[str, Table]
    missing: list[Missing]
    findings: list[Finding]
    notes: list[str]
    stages: list[stages.Stage] = field(default_factory=list)
    possible: Possible | None = None

    @property
    def summary(self) -> dict[str, Any]:
        """The row of ``trace_summary``."""
        return self.tables["trace_summary"].records[0]


def analyze(trace: Trace, stages_file: Path | None = None, request: Request | None = None) -> Analysis:
    """Compute every table of the report.

    Parameters
    ----------
    trace
        The trace.
    stages_file
        TOML of stages; without one the outermost ranges are the stages, or, with a model, those of ``make capture``.
    request
        The analytic model that stages are compared with; None for none.

    Raises
    ------
    NsysToolsError
        If the stages file is wrong, attribution does not add up, or the comparison is impossible.
    """
    if stages_file is None and request is not None:
        stages_file = assets.find(STAGES_OF_CAPTURES)
    wanted = stages.apply(trace, stages_file)
    compared = possible.define(trace, wanted, request) if request else None
    tables = {name: _table(trace, name, limit) for name, limit in TABLES.items()}
    _check(tables["trace_conservation"])
    notes = []
    if compared:
        possible.refuse_unmodelled(trace.query("mfu_unmodelled").records(), compared)
        tables |= {name: _table(trace, name, None) for name in COMPARED}
        possible.refuse_impossible(tables["mfu_stage"].records, compared)
        _check_parts(tables["mfu_conservation"])
        notes = possible.oddities(tables["mfu_layer"].records, tables["mfu_stage"].records)
    summary = tables["trace_summary"].records[0]
    return Analysis(
        source=trace.path.name,
        tables=tables,
        missing=coverage.missing(trace, summary),
        findings=findings.find(tables),
        notes=[*_notes(summary, tables, wanted), *notes],
        stages=wanted,
        possible=compared,
    )


def _table(trace: Trace, name: str, limit: int | None) -> Table:
    query = catalogue.find(name)
    frame = trace.query(name, top=limit).pl()
    total = len(frame)
    if limit is not None and total == limit:
        total = trace.sql(f"SELECT count(*) FROM {name}").rows()[0][0]
    return Table(name, query.summary, query.columns, frame, total)


def _check(conservation: Table) -> None:
    """Refuse to report figures that do not add up; it would be an error of ours."""
    for row in conservation.records:
        if row["missing_count"] or row["missing_ns"]:
            raise NsysToolsError(
                f"Attribution does not add up: {row['missing_count']} {row['kind']}, {row['missing_ns']} ns missing.",
                "This is a defect of nsys-tools; please report it with the schema version of the trace.",
            )


def _check_parts(conservation: Table) -> None:
    """Refuse figures of stages and layers that do not add up; it would be an error of ours."""
    for row in conservation.records:
        if row["missing_ns"]:
            place = f"{row['level']} {row['name'] or ''}".strip()
            raise NsysToolsError(
                f"Measured against possible does not add up: {place}, {row['figure']}: {row['missing_ns']} ns missing.",
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
