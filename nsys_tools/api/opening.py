"""One front door: a trace, a run folder, what ncu measured, or the traces of several ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

from nsys_tools.api.session import Session
from nsys_tools.errors import UsageError, one_error
from nsys_tools.session.progress import Progress, silent

if TYPE_CHECKING:
    from nsys_tools.api.jobs import Job

Inputs = Mapping[str, int] | Sequence[str]


class Given(TypedDict, total=False):
    """The arguments of `open` besides the path."""

    stages: str | Path | None
    model: str
    workload: str
    set: Inputs
    gpu: str
    dtype: str
    attention: str
    parallel: Mapping[str, int]
    ncu: str | Path | None
    callgraph: str | Path | None
    steps: str
    cache: bool
    progress: Progress
    salvage: bool
    allow_files: bool
    workers: int
    scheduler: str
    rank_regex: str


@overload
def open(path: str | Path | None = None, **given: Unpack[Given]) -> Session: ...  # type: ignore[overload-overlap]
@overload
def open(path: Sequence[str | Path], **given: Unpack[Given]) -> Job: ...
@one_error
def open(
    path: str | Path | Sequence[str | Path] | None = None,
    *,
    stages: str | Path | None = None,
    model: str = "",
    workload: str = "",
    set: Inputs = (),
    gpu: str = "auto",
    dtype: str = "",
    attention: str = "full",
    parallel: Mapping[str, int] | None = None,
    ncu: str | Path | None = None,
    callgraph: str | Path | None = None,
    steps: str = "auto",
    cache: bool = True,
    progress: Progress = silent,
    salvage: bool = False,
    allow_files: bool = False,
    workers: int = 0,
    scheduler: str = "",
    rank_regex: str = "",
) -> Session | Job:
    """Open a trace, a run folder, what ncu measured, or the traces of several ranks.

    Parameters
    ----------
    path
        A ``.sqlite`` export of nsys, a folder of ``nsys export -t parquetdir``, a ``.nsys-rep`` (this needs an
        installed ``nsys``), or a run folder of ``nsys-tools capture``. A run folder brings stages, model, workload,
        what ncu measured and the call graph; arguments override them. A CSV or ``.ncu-rep`` of ncu is opened by itself.
        A list of traces, of folders with traces, or of patterns such as ``rank*.sqlite`` is opened as one job.
    stages
        TOML of stage patterns. Without one the outermost NVTX ranges are the stages, or, with a model or a run folder,
        those of ``nsys-tools capture``.
    model
        Analytic model to compare with: a shipped one by name, or a model JSON.
    workload, set
        What the model was run on: a workload by name or file, and inputs such as ``{"pages": 2}``.
    gpu
        GPU to compare with. ``auto`` uses the GPU recorded in the trace.
    dtype
        Number formats of the model, ``bf16`` or ``weights=fp8,cache=fp8``; the first is that of FLOPs from shapes where
        neither range nor kernel tells it.
    attention
        How attention of the model is counted, ``full`` or ``causal``.
    parallel
        GPUs that share the model, such as ``{"tp": 8, "pp": 2, "pp_rank": 1}``: the trace is of one of them.
    ncu
        CSV or ``.ncu-rep`` of ncu, or a folder of them.
    callgraph
        TorchLens-like JSON, or the ``.dot`` of forward hooks.
    steps
        How steps are found: ``auto``, ``none``, the name of a stage, or a pattern of range names.
    cache
        Cache what is loaded and computed in the user's cache folder.
    progress
        Called with a few words before each step that can take long. The words are a text; where the step can be
        measured they are a `Measured`, whose ``amount()`` says how far it is.
    salvage
        Of a damaged trace, read what can be read. The first of the notes says how much that is; nothing is cached.
    allow_files
        Let SQL read files of your own too, such as ``FROM 'mine.csv'``. By default it reads the trace and nothing else.
    workers
        Of a job: how many traces are read at a time, each in a process of its own; 0 for one per core.
    scheduler
        Of a job: address of a Dask scheduler whose workers read the traces instead. It needs the extra ``[cluster]``.
    rank_regex
        Of a job: its first group is the rank, in the path of the trace; by default the traces tell it, if they can.

    Returns
    -------
    Session or Job
        A `Job` for a list of paths. Close it after use, or use it as a context manager.

    Raises
    ------
    NsysToolsError
        If the path cannot be opened, or something that was asked for cannot be joined. Reading a damaged table raises
        it too.

    Examples
    --------
    >>> import nsys_tools as nt
    >>> s = nt.open(samples / "sample.sqlite", stages=samples / "stages.toml")
    >>> s.query("stage_summary", stage="decode").one()["instance_count"]
    2
    >>> s.sql("SELECT count(*) AS kernels FROM kernel").one()
    {'kernels': 2046}
    >>> s.close()
    """
    if path is not None and not isinstance(path, str | Path):
        alone = {
            "model": model, "workload": workload, "set": set, "dtype": dtype, "ncu": ncu, "callgraph": callgraph,
            "gpu": gpu != "auto", "attention": attention != "full", "parallel": bool(parallel),
        }  # fmt: skip
        return _job(
            path, alone, stages=stages, steps=steps, cache=cache, progress=progress, salvage=salvage, workers=workers,
            scheduler=scheduler, rank_regex=rank_regex, allow_files=allow_files,
        )  # fmt: skip
    from nsys_tools.api.joining import Asked, opened  # noqa: PLC0415

    inputs = tuple(f"{name}={value}" for name, value in set.items()) if isinstance(set, Mapping) else tuple(set)
    asked = Asked(
        path=None if path is None else Path(path),
        stages=None if stages is None else Path(stages),
        model=model, workload=workload, inputs=inputs, gpu=gpu, dtype=dtype, attention=attention,
        parallel=tuple((parallel or {}).items()),
        ncu=None if ncu is None else Path(ncu),
        callgraph=None if callgraph is None else Path(callgraph),
        steps=steps, cache=cache, progress=progress, salvage=salvage,
    )  # fmt: skip
    parts = opened(asked)
    parts.database.reads_files = allow_files
    return Session(parts)


def _job(paths: Sequence[str | Path], alone: Mapping[str, Any], **given: Any) -> Job:
    """Open several traces; refuse what can be joined to one only."""
    from nsys_tools.api.jobs import open_job  # noqa: PLC0415

    if needless := [name for name, value in alone.items() if value]:
        raise UsageError(f"{needless[0]} can be joined to one trace only.", "Open the trace of one rank by itself.")
    return open_job(paths, **given)
