"""What a trace is joined with: the analytic model, counters of ncu, the call graph.

Each is asked for by the user, or found in the run folder. What is asked for must work; what was only found may fail,
and a note says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from nsys_tools.analysis import groups, possible
from nsys_tools.analysis.possible import Possible, Request
from nsys_tools.analysis.run import Run
from nsys_tools.analysis.stages import Stage
from nsys_tools.analysis.tables import Table, table
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import Trace, ncu

# Tables of the report once a model is joined, once counters are, and once both are.
COMPARED = (
    "mfu_stage", "mfu_exclusive", "mfu_op", "mfu_layer", "mfu_conservation", "roofline_point", "peak",
)  # fmt: skip
COUNTED = ("counter_kernel", "counter_match", "counter_coverage")
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


def join(trace: Trace, stages: Sequence[Stage], sources: Sources) -> Joined:
    """Define the session tables of what a trace is joined with, and compute the tables that follow.

    Parameters
    ----------
    trace
        With its stages applied.
    stages
        The stages of the stages file.
    sources
        What to join with.

    Raises
    ------
    NsysToolsError
        If something that was asked for cannot be joined.
    """
    run, request = sources.run, sources.request
    joined = Joined(notes=run.notes() if run else [])
    # Counters first: some figures of the comparison read them.
    with _noted(joined, "Counters of ncu are not used", asked=sources.counters is not None):
        _count(trace, sources.counters or (run.counters if run else None), joined)
    with _noted(joined, "Not compared with an analytic model", asked=bool(request and request.model)):
        _compare(trace, stages, run.request(request) if run else request, joined)
        if run and run.recorded and joined.possible:
            joined.notes += run.recorded.notes(joined.possible.model)
    if "mfu_conservation" in joined.tables:
        _check_parts(joined.tables["mfu_conservation"])
    with _noted(joined, "The call graph is not used", asked=sources.callgraph is not None):
        _group(trace, sources.callgraph or (run.callgraph if run else None), run, joined)
    return joined


@contextmanager
def _noted(joined: Joined, what: str, *, asked: bool) -> Iterator[None]:
    """Turn a refusal into a note, unless the user asked for what is refused."""
    try:
        yield
    except NsysToolsError as error:
        if asked:
            raise
        joined.notes.append(f"{what}: {error.message} {error.hint}".strip())


def _count(trace: Trace, path: Path | None, joined: Joined) -> None:
    if path is None:
        return
    ncu.apply(trace, ncu.read(path))
    joined.tables |= {name: table(trace, name) for name in COUNTED}
    joined.files["counters"] = path.resolve().name


def _compare(trace: Trace, stages: Sequence[Stage], request: Request | None, joined: Joined) -> None:
    if request is None:
        return
    compared = possible.define(trace, stages, request)
    possible.refuse_unmodelled(trace.query("mfu_unmodelled").records(), compared)
    tables = {name: table(trace, name) for name in COMPARED}
    possible.refuse_impossible(tables["mfu_stage"].records, compared)
    joined.notes += possible.oddities(tables["mfu_layer"].records, tables["mfu_stage"].records)
    if "counters" in joined.files:
        tables |= {name: table(trace, name) for name in COUNTED_AND_COMPARED}
    joined.possible, joined.request = compared, request
    joined.tables |= tables


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
    joined.tables["group_summary"] = table(trace, "group_summary")
    joined.files["callgraph"] = path.resolve().name
