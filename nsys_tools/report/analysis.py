"""Analyze one trace to get all tables of its report, the findings, and a description of what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nsys_tools.charts import MOST_ROWS, SHOWN, Drawing, draw
from nsys_tools.errors import NsysToolsError
from nsys_tools.findings import rules
from nsys_tools.findings.rules import Finding
from nsys_tools.model.request import Request
from nsys_tools.report import missing
from nsys_tools.report.missing import Missing
from nsys_tools.roofline.checks import Comparison
from nsys_tools.roofline.comparison import Roofline
from nsys_tools.session.database import Database
from nsys_tools.session.memory_limit import frugal
from nsys_tools.session.result import Result
from nsys_tools.sources.run_folder import Run
from nsys_tools.sources.source import Joined
from nsys_tools.sources.stages import Stage

# These queries are not run if no steps were found.
_OF_STEPS = frozenset({
    "step_summary", "step_budget", "step_check", "step_kernel", "step_class", "step_outlier", "step",
    "timeline_step",
})  # fmt: skip
# Queries that become tables in the report, with the maximum number of rows to store.
TABLES: dict[str, int | None] = {
    "trace_summary": None, "trace_conservation": None, "gpu": None, "gpu_summary": None, "process": None,
    "stream_summary": None,
    "step_summary": None, "step_found": None, "step_budget": None, "step_check": None, "step_kernel": 1000,
    "step_class": None, "step_outlier": 1000, "step": 1000, "step_candidate": None,
    "stage_around": None, "stage_summary": None, "stage_instance": MOST_ROWS, "stage_kernel": MOST_ROWS,
    "stage_gap": None,
    "stage_activity": None, "stage_class": None, "graph_layer": None,
    "llm_latency": None, "llm_throughput": None, "llm_drift": None, "llm_request": None, "llm_token": None,
    "kernel_summary": MOST_ROWS, "kernel_class": MOST_ROWS,
    "kernel_duration": None, "operator_summary": None,
    "shape_coverage": None, "shape_peak": None, "shape_layer": None, "shape_op": 1000,
    "range_summary": None, "range_exclusive": None, "range_wall": None, "range_unattributed": None,
    "copy_summary": None, "overlap": None, "api_summary": None, "os_summary": None, "gap_summary": None,
    "gap_list": 1000,
}  # fmt: skip
# Data for the interactive pictures, which has few rows for any trace.
PICTURES = ("timeline_stage", "timeline_step", "timeline_gap", "timeline_call", "range_flame")


@dataclass(frozen=True)
class Analyzed:
    """Everything that a report shows about a trace.

    Attributes
    ----------
    source
        Name of the trace file, without its folder.
    tables
        Each `Result` by query name, in memory, so that the results outlive the session.
    missing
        Data that was not recorded.
    findings
        The findings, ordered by nanoseconds at stake.
    notes
        Caveats about the trace and the joined files, one sentence each.
    drawing
        The charts and pictures.
    stages
        The requested stages; empty if they were derived from the ranges.
    files
        Names of the files that were joined with the trace, by kind.
    comparison, request
        The model that the stages were compared with, and the request for it. None if there is no model.
    run
        The run folder that contains the trace, or None if the trace is not in one.
    inputs
        The files and folders that were read, which a report never overwrites.
    is_partial
        Whether the results cover only the readable part of a damaged trace. The first note states how much.
    also_recorded
        Descriptions of what was recorded in addition to GPU operations, CUDA API calls and ranges.
    """

    source: str
    tables: Mapping[str, Result]
    missing: list[Missing]
    findings: list[Finding]
    notes: list[str]
    drawing: Drawing
    stages: list[Stage] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    request: Request | None = None
    run: Run | None = None
    is_partial: bool = False
    also_recorded: Sequence[str] = ()
    inputs: Sequence[Path] = ()

    @property
    def summary(self) -> dict[str, Any]:
        """The only row of ``trace_summary``."""
        return self.tables["trace_summary"].one()


def analyze(
    database: Database, joined: Joined, notes: list[str], *, source: str, stages: Sequence[Stage] = (),
    is_own_stages: bool = False, run: Run | None = None,
) -> Analyzed:  # fmt: skip
    """Compute all tables of the report.

    Parameters
    ----------
    database, joined, notes
        Database, joined sources and notes of the session. Checks of the joined sources can add notes.
    source
        Name of the trace in the report.
    stages
        The stages in the stages file.
    is_own_stages
        Whether the user specified that file. If so, stages that match nothing are noted.
    run
        The run folder.

    Raises
    ------
    NsysToolsError
        If attributed times do not add up, or a requested comparison gives an impossible result. If the comparison was
        not requested, but found in a run folder, a note is added instead.
    """
    with frugal(database.connection):
        read = _reader(database)
        _check(read("trace_conservation"))
        summary = read("trace_summary").one()
        # A default stage that is not in a trace needs no note.
        found = _notes(summary, read, stages if is_own_stages else ())
        joined.check(read)
        names = (*TABLES, *joined.queries(), *PICTURES)
        # The second process draws while the other queries run.
        drawing = draw({name: read(name) for name in names if name in SHOWN})
        kept = {name: read(name) for name in names}
        roofline = next((one for one in joined.sources if isinstance(one, Roofline)), None)
        return Analyzed(
            source=source,
            tables=kept,
            missing=missing.missing(database, summary),
            findings=rules.find(read, has_model="roofline_exclusive" in kept),
            notes=[*database.notes, *found, *notes],
            stages=list(stages),
            files=joined.files(),
            comparison=roofline.comparison if roofline else None,
            request=roofline.request if roofline else None,
            run=run,
            drawing=drawing,
            is_partial=database.is_partial,
            also_recorded=missing.also_recorded(
                database, summary, sum(row["instance_count"] for row in kept["os_summary"].records())
            ),
        )


def _reader(database: Database) -> Callable[[str], Result]:
    """Return a function that reads each table of the report only once and skips tables that are known to be empty."""
    tables: dict[str, Result] = {}

    def is_empty(name: str) -> bool:
        if name == "range_wall":
            return bool(read("trace_summary").one()["operation_count"])
        return name in _OF_STEPS and not any(read("step_found")["step_count"])

    def read(name: str) -> Result:
        if name not in tables:
            tables[name] = database.empty(name).kept() if is_empty(name) else table(database, name, TABLES.get(name))
        return tables[name]

    return read


def table(database: Database, name: str, limit: int | None = None) -> Result:
    """Return the rows of a query, or only the first `limit` rows, in memory."""
    found = database.query(name, top=limit).kept()
    if limit is not None and len(found) == limit:
        found.total_count = database.sql(f"SELECT count(*) AS n FROM {name}").one()["n"]
    return found


def _check(conservation: Result) -> None:
    """Refuse to report results that do not add up, which would indicate a bug in nsys-tools."""
    for row in conservation:
        if row["difference_count"] or row["difference_ns"]:
            raise NsysToolsError(
                f"Attribution does not add up: {row['kind']} operations differ by {row['difference_count']} in "
                f"count and by {row['difference_ns']} ns in time.",
                "This is a bug in nsys-tools. Please report it with the schema version of the trace.",
            )


def _notes(summary: dict[str, Any], read: Callable[[str], Result], wanted: Sequence[Stage]) -> list[str]:
    notes = []
    if summary["backward_count"]:
        notes.append(
            f"{summary['backward_count']:,} GPU operations end before they start, which is an error in the "
            "recording. Sums include these operations as recorded. Busy time and gaps exclude them."
        )
    if summary["empty_count"]:
        notes.append(f"{summary['empty_count']:,} GPU operations start and end at the same time.")
    if summary["open_range_count"]:
        notes.append(
            f"{summary['open_range_count']:,} ranges were never closed and are treated as open until the end of the "
            "trace."
        )
    if any(row["gpu_id"] >= 1000 for row in read("gpu_summary").records()):
        notes.append(
            "Operations ran on several machines or containers. GPUs on the second machine or container are numbered "
            "from 1000, and those on the third from 2000. The trace does not describe these GPUs."
        )
    present = {row["stage"] for row in read("stage_summary").records() if row["instance_count"]}
    for stage in wanted:
        if stage.name not in present:
            patterns = ", ".join(stage.patterns)
            notes.append(f"Stage {stage.name} matched no range (patterns: {patterns}). Patterns match rolled-up paths.")
    return notes
