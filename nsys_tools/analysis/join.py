"""What a trace is joined with: the analytic model, counters of ncu, the call graph.

Each is asked for by the user, or found in the run folder. What is asked for must work; what was only found may fail,
and a note says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nsys_tools import assets
from nsys_tools.analysis import groups, possible, stages
from nsys_tools.analysis.possible import Possible, Request
from nsys_tools.analysis.run import Run
from nsys_tools.analysis.stages import Stage
from nsys_tools.analysis.tables import Table, table
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import Trace, ncu

STAGES_OF_CAPTURES = "capture/stages.toml"
_NOT_COMPARED = "Not compared with an analytic model"
# Tables of the report once a model is joined, once counters are, and once both are.
COMPARED = (
    "mfu_stage", "mfu_exclusive", "mfu_op", "mfu_layer", "mfu_conservation", "roofline_point", "peak",
)  # fmt: skip
TABLES_OF_FILES = {
    "counters": ("counter_kernel", "counter_match", "counter_coverage"),
    "callgraph": ("group_summary",),
}
COUNTED_AND_COMPARED = ("counter_flops",)


@dataclass(frozen=True)
class Sources:
    """What to join a trace with.

    Attributes
    ----------
    request
        The analytic model; None, or one without a model, for what the run folder says.
    counters, callgraph
        Files; None for those of the run folder.
    run
        The run folder; None for a trace by itself.
    """

    request: Request | None = None
    counters: Path | None = None
    callgraph: Path | None = None
    run: Run | None = None

    @property
    def names_model(self) -> bool:
        """Whether the user named a model."""
        return bool(self.request and self.request.model)


@dataclass
class Joined:
    """What a trace was joined with.

    Attributes
    ----------
    possible, request
        What the stages were compared with, and what was asked for; None without a model.
    tables
        `Table` by query name.
    files
        Names of the files that were used, by what they are.
    notes
        What a reader must know.
    """

    possible: Possible | None = None
    request: Request | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def define(trace: Trace, stages_file: Path | None, sources: Sources) -> tuple[list[Stage], Joined]:
    """Define the session tables of stages and of what a trace is joined with; `join` adds the tables that follow.

    Parameters
    ----------
    trace
        The trace.
    stages_file
        TOML of stages; without one the outermost ranges are the stages, or, with a model or a run folder, those of
        ``make capture``.
    sources
        What to join with.

    Returns
    -------
    list of Stage
        The stages of the file.
    Joined
        Without tables yet.

    Raises
    ------
    NsysToolsError
        If something that was asked for cannot be joined.
    """
    run, request = sources.run, sources.request
    usual = assets.find(STAGES_OF_CAPTURES) if request is not None or run is not None else None
    wanted = stages.apply(trace, stages_file or usual)
    joined = Joined(notes=run.notes() if run else [])
    counters = sources.counters or (run.counters if run else None)
    with _noted(joined, "Counters of ncu are not used", asked=sources.counters is not None):
        if counters is not None:
            ncu.apply(trace, ncu.read(counters))
            joined.files["counters"] = counters.resolve().name
    with _noted(joined, _NOT_COMPARED, asked=sources.names_model):
        request = run.request(request) if run else request
        if request is not None:
            compared = possible.define(trace, wanted, request)
            possible.refuse_unmodelled(trace.query("mfu_unmodelled").records(), compared)
            joined.possible, joined.request = compared, request
    with _noted(joined, "The call graph is not used", asked=sources.callgraph is not None):
        _group(trace, sources.callgraph or (run.callgraph if run else None), run, joined)
    return wanted, joined


def join(trace: Trace, joined: Joined, sources: Sources) -> None:
    """Compute the tables of what a trace is joined with.

    Parameters
    ----------
    trace
        With its session tables, see `define`.
    joined
        From `define`; gets the tables, and notes.
    sources
        What was asked for.

    Raises
    ------
    NsysToolsError
        If the comparison that was asked for is impossible, or figures do not add up.
    """
    names = [name for file, tables in TABLES_OF_FILES.items() if file in joined.files for name in tables]
    joined.tables = {name: table(trace, name) for name in names}
    if joined.possible is None:
        return
    with _noted(joined, _NOT_COMPARED, asked=sources.names_model):
        compared, joined.possible = joined.possible, None
        names = [*COMPARED, *(COUNTED_AND_COMPARED if "counters" in joined.files else ())]
        tables = {name: table(trace, name) for name in names}
        possible.refuse_impossible(tables["mfu_stage"].records, compared)
        joined.notes += possible.oddities(tables["mfu_layer"].records, tables["mfu_stage"].records)
        if sources.run and sources.run.recorded:
            joined.notes += sources.run.recorded.notes(compared.model)
        joined.possible, joined.tables = compared, joined.tables | tables
    if joined.possible:
        _check_parts(joined.tables["mfu_conservation"])


@contextmanager
def _noted(joined: Joined, what: str, *, asked: bool) -> Iterator[None]:
    """Turn a refusal into a note, unless the user asked for what is refused."""
    try:
        yield
    except NsysToolsError as error:
        if asked:
            raise
        joined.notes.append(f"{what}: {error.message} {error.hint}".strip())


def _check_parts(conservation: Table) -> None:
    """Refuse figures of stages and layers that do not add up; it would be an error of ours."""
    for row in conservation.records:
        if row["missing_ns"]:
            place = f"{row['level']} {row['name'] or ''}".strip()
            raise NsysToolsError(
                f"Measured against possible does not add up: {place}, {row['figure']}: {row['missing_ns']} ns missing.",
                "This is a defect of nsys-tools; please report it with the schema version of the trace.",
            )


def _group(trace: Trace, path: Path | None, run: Run | None, joined: Joined) -> None:
    if path is None:
        return
    model = joined.possible.model if joined.possible else run.architecture() if run else None
    name = model.name if model else run.model_name if run else ""
    groups.define(trace, path, name, model)
    joined.files["callgraph"] = path.resolve().name
