"""Build a session from a trace, its run folder, and the sources that are joined with the trace."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.files import existing, scratch_folder
from nsys_tools.roofline import peaks
from nsys_tools.session import catalogue
from nsys_tools.session.choice import Choice
from nsys_tools.session.connection import NothingRecorded, connect
from nsys_tools.session.database import Database
from nsys_tools.session.progress import Progress
from nsys_tools.sources import run_folder
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.sources.run_folder import Run
from nsys_tools.sources.source import Joined
from nsys_tools.sources.stages import StagesFile
from nsys_tools.sources.steps import Steps

if TYPE_CHECKING:
    from nsys_tools.model.architecture import Model

STAGES_OF_CAPTURES = "capture/stages.toml"


@dataclass(frozen=True)
class Asked:
    """The arguments of `nsys_tools.open`, the part of the trace to read, and the number of threads."""

    path: Path | None
    stages: Path | None
    model: str
    workload: str
    inputs: tuple[str, ...]
    gpu: str
    dtype: str
    attention: str
    parallel: tuple[tuple[str, int], ...]
    ncu: Path | None
    callgraph: Path | None
    steps: str
    cache: bool
    progress: Progress
    salvage: bool = False
    choice: Choice | None = None
    threads: int = 0

    def files(self, run: Run | None) -> tuple[Path, ...]:
        """Return the files and folders that are read."""
        ncu, callgraph = self.ncu or (run.ncu if run else None), self.callgraph or (run.callgraph if run else None)
        found = [run.trace if run else self.path, self.stages, ncu, callgraph, *existing(self.model, self.workload)]
        return tuple(one for one in found if one is not None)

    @property
    def compared(self) -> list[str]:
        """Names of the arguments that were given and require a model."""
        given = {
            "workload": self.workload, "set": self.inputs,
            "attention": self.attention if self.attention != "full" else "", "parallel": self.parallel,
        }  # fmt: skip
        return [name for name, value in given.items() if value]

    def check(self, run: Run | None) -> None:
        """Refuse arguments that would have no effect."""
        lone = self.compared
        if lone and not self.model and run is None:
            raise UsageError(
                f"{lone[0]} has no effect without a model.", "Specify a model with --model NAME or model=NAME."
            )


@dataclass
class Opened:
    """The parts of a session.

    Attributes
    ----------
    name
        Name of the session in messages and reports.
    database, joined
        The database with the queries, and the sources joined with it.
    notes
        Caveats, one sentence each. Sources can add to the list.
    stages
        The stages in the stages file; None if the outermost ranges are the stages.
    is_own_stages
        Whether the user specified the stages file.
    run
        The run folder; None for a single trace.
    reopen
        Function that reopens the trace and reads only the part that a `Choice` specifies; None without a trace.
    inputs
        The files and folders that are read.
    """

    name: str
    database: Database
    joined: Joined
    notes: list[str]
    stages: StagesFile | None = None
    is_own_stages: bool = False
    run: Run | None = None
    reopen: Callable[[Choice], Database] | None = None
    inputs: tuple[Path, ...] = ()


def opened(asked: Asked) -> Opened:
    """Open a trace, a run folder or ncu results.

    Raises
    ------
    NsysToolsError
        If the path cannot be opened, or a requested source cannot be joined.
    """
    path = asked.path
    if path is None or path.suffix in {".ncu-rep", ".csv"}:
        return _without_trace(asked)
    run = run_folder.read(path) if run_folder.is_run(path) else None
    asked.check(run)
    trace = run.trace if run else path
    name = f"{run.name}/{trace.name}" if run else trace.name

    notes = run.notes() if run else []
    given: dict[str, Any] = {
        "cache": asked.cache,
        "progress": asked.progress,
        "salvage": asked.salvage,
        "threads": asked.threads,
    }

    def reopen(choice: Choice) -> Database:
        return open_trace(trace, choice=choice, notes=database.notes, **given)

    with ExitStack() as opening:
        database = opening.enter_context(open_trace(trace, choice=asked.choice, **given))
        joined = Joined(database, notes)
        stages = _stages(asked, run)
        joined.join(stages)
        if asked.steps != "auto":
            joined.join(Steps(asked.steps, stages.stages if stages else ()))
        dtype = asked.dtype or (run.recorded.dtype if run and run.recorded else "")
        database.define_later("gpu_peak", lambda: peaks.rows(asked.gpu, dtype, database.query("gpu")["name"]))
        if not asked.model and run is None:
            _check_shapes(asked, database)
        if asked.ncu or asked.callgraph or asked.model or run:
            _join_files(asked, run, joined, stages)
        opening.pop_all()
    return Opened(name, database, joined, notes, stages, asked.stages is not None, run, reopen, asked.files(run))


def _check_shapes(asked: Asked, database: Database) -> None:
    """Refuse a GPU or dtype without a model, unless FLOPs can be computed from shapes recorded in ranges."""
    lone = [name for name, is_given in (("dtype", asked.dtype), ("gpu", asked.gpu != "auto")) if is_given]
    if lone and not len(database.query("shape", top=1)):
        raise UsageError(
            f"{lone[0]} has no effect: no model was specified, and no range in {database.name} has tensor shapes.",
            "Specify a model with --model NAME or model=NAME.",
        )


def _stages(asked: Asked, run: Run | None) -> StagesFile | None:
    usual = assets.find(STAGES_OF_CAPTURES) if asked.model or run else None
    path = asked.stages or usual
    return StagesFile(path) if path else None


def _join_files(asked: Asked, run: Run | None, joined: Joined, stages: StagesFile | None) -> None:
    """Join the sources that the user specified, and take all other sources from the run folder."""
    from nsys_tools.sources.callgraph.source import CallGraphFile  # noqa: PLC0415
    from nsys_tools.sources.ncu import Ncu  # noqa: PLC0415

    ncu = asked.ncu or (run.ncu if run else None)
    joined.join(Ncu(ncu, is_asked=asked.ncu is not None) if ncu else None)
    model = None
    if asked.model or run:
        model = _join_model(asked, run, joined, stages)
    callgraph = asked.callgraph or (run.callgraph if run else None)
    if callgraph:
        known = model or (run.architecture() if run else None)
        name = known.name if known else run.model_name if run else ""
        joined.join(CallGraphFile(callgraph, name, known, is_asked=asked.callgraph is not None))


def _join_model(asked: Asked, run: Run | None, joined: Joined, stages: StagesFile | None) -> Model | None:
    from nsys_tools.model.request import Request  # noqa: PLC0415
    from nsys_tools.roofline.comparison import Roofline  # noqa: PLC0415

    request = Request(
        asked.model, asked.workload, asked.inputs, asked.gpu, asked.dtype, asked.attention, asked.parallel
    )
    roofline = Roofline(
        (lambda: run.request(request)) if run else (lambda: request),
        stages.stages if stages else (),
        run.recorded.notes if run and run.recorded else lambda _: (),
        is_asked=bool(asked.model or asked.compared or asked.dtype or asked.gpu != "auto"),
    )
    joined.join(roofline)
    return roofline.comparison.model if roofline.comparison else None


def _without_trace(asked: Asked) -> Opened:
    """Open ncu results without a trace."""
    from nsys_tools.sources.ncu import Ncu  # noqa: PLC0415

    if asked.path is not None and asked.ncu is not None:
        raise NsysToolsError(
            f"{asked.path} is not a trace.", "Specify both a trace and ncu results with nt.open(TRACE, ncu=PATH)."
        )
    path = asked.path or asked.ncu
    if path is None:
        raise NsysToolsError("Neither a trace nor ncu results were specified.", "Open a trace with nt.open(TRACE).")
    needless = [name for name in ("stages", "model", "callgraph", "dtype") if getattr(asked, name)]
    needless += ["gpu"] if asked.gpu != "auto" else []
    if needless:
        raise NsysToolsError(
            f"{needless[0]} requires a trace, but none was specified.",
            "Also specify a trace with --trace TRACE or nt.open(TRACE, ncu=PATH).",
        )
    asked.check(None)
    with ExitStack() as opening:
        scratch = scratch_folder(opening)
        connection = opening.enter_context(connect(scratch))
        database = Database(connection, NothingRecorded(connection, catalogue.schema()), name=path.name)
        notes: list[str] = []
        joined = Joined(database, notes)
        joined.join(Ncu(path))
        database.closes(opening.pop_all())
    return Opened(path.name, database, joined, notes, inputs=(path,))
