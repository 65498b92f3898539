"""Open a trace, a run folder, ncu results, or the traces of several ranks."""

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
    """The arguments of `open` except the path."""

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
    """Open a trace, a run folder, ncu results, or the traces of several ranks.

    Parameters
    ----------
    path
        A ``.sqlite`` export from nsys, a folder written by ``nsys export -t parquetdir``, a ``.nsys-rep`` (this
        requires that ``nsys`` is installed), or a run folder written by ``nsys-tools capture``. Stages, model,
        workload, ncu results and call graph are read from the run folder, and arguments override them. A CSV or
        ``.ncu-rep`` file from ncu is opened without a trace. A list of traces, folders of traces, or patterns such as
        ``rank*.sqlite`` is opened as one job.
    stages
        TOML file with stage patterns. By default, the outermost NVTX ranges are the stages. With a model or a run
        folder, the default is the stages of ``nsys-tools capture``.
    model
        Analytic model to compare with: the name of a shipped model, or a model JSON file.
    workload, set
        The model's workload (a name or file), and its inputs, such as ``{"pages": 2}``.
    gpu
        GPU to compare with. ``auto`` uses the GPU recorded in the trace.
    dtype
        The model's dtype, such as ``bf16``, or a dtype per part, such as ``weights=fp8,cache=fp8``. The first dtype
        also applies to FLOPs derived from shapes if neither the range nor the kernel indicates a dtype.
    attention
        How to count the model's attention: ``full`` or ``causal``.
    parallel
        Parallelism degrees, such as ``{"tp": 8, "pp": 2, "pp_rank": 1}``. The trace must be from one of these GPUs.
    ncu
        CSV or ``.ncu-rep`` file from ncu, or a folder of such files.
    callgraph
        TorchLens-style JSON, or a ``.dot`` file from forward hooks.
    steps
        How to find steps: ``auto``, ``none``, the name of a stage, or a pattern of range names.
    cache
        Cache loaded and computed tables in the user's cache folder.
    progress
        Called with a short description before each step that can be slow. The description is a string. If the
        step's progress can be measured, the string is a `Measured`, whose ``amount()`` returns the progress.
    salvage
        Read the intact part of a damaged trace. The first note states how much was read. Nothing is cached.
    allow_files
        Also let SQL read your own files, for example with ``FROM 'mine.csv'``. By default, SQL can read only the
        trace.
    workers
        For a job: number of processes, each of which reads one trace at a time; 0 for one process per core.
    scheduler
        For a job: address of a Dask scheduler whose workers read the traces instead. This requires the ``[cluster]``
        extra.
    rank_regex
        For a job: regular expression that is matched with the path of each trace. Its first group is the rank. By
        default, the rank is read from the trace if it is recorded there.

    Returns
    -------
    Session or Job
        A `Job` for a list of paths, otherwise a `Session`. Close the object after use, or use it as a context manager.

    Raises
    ------
    NsysToolsError
        If the path cannot be opened, or a requested source cannot be joined. Reading a damaged table later also raises
        this error.

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
    """Open several traces. Refuse sources that require a single trace."""
    from nsys_tools.api.jobs import open_job  # noqa: PLC0415

    if needless := [name for name, value in alone.items() if value]:
        raise UsageError(f"{needless[0]} cannot be used with several traces.", "Open one rank's trace.")
    return open_job(paths, **given)
