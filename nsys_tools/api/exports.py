"""Export traces as timelines for Perfetto and viewers of Chrome JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nsys_tools.errors import NsysToolsError, UsageError, one_error
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    from nsys_tools.api.joining import Asked, Opened
    from nsys_tools.export.clocks import Clock
    from nsys_tools.export.events import Writer
    from nsys_tools.export.timeline import Written
    from nsys_tools.export.tracks import Owner, Tracks
    from nsys_tools.export.windows import Cut

FORMS = ("perfetto", "chrome")


@dataclass(frozen=True)
class Exported:
    """The output of an export.

    Attributes
    ----------
    path
        The file or folder.
    counts
        One row per table, with the number of rows written and their total duration. Both are checked against the
        trace.
    notes
        Caveats, one sentence each.
    """

    path: Path
    counts: Result
    notes: tuple[str, ...] = ()


@dataclass
class _Job:
    """The traces in a timeline: how each trace is opened, the ranks in it, its clock offset, and its notes."""

    asked: list[Asked]
    owners: list[Owner]
    clocks: list[Clock]
    notes: list[str] = field(default_factory=list)


@one_error
def export_timeline(
    traces: Sequence[str | Path], out: str | Path, form: str = "perfetto", *, time: str = "", stage: str = "",
    step: str = "", stages: str | Path | None = None, steps: str = "auto", cache: bool = True, salvage: bool = False,
    workers: int = 0, rank_regex: str = "", force: bool = False, progress: Progress = silent,
) -> Exported:  # fmt: skip
    """Write one or more traces as a single timeline for Perfetto, or for a viewer of Chrome JSON.

    Parameters
    ----------
    traces
        Traces, run folders, folders of traces, or patterns. Several traces are treated as the ranks of one job,
        and their times are converted to the first trace's clock.
    out
        The output file, compressed with gzip if its name ends in ``.gz``. It is written completely or not at all.
    form
        ``perfetto`` or ``chrome``.
    time
        Export only events that overlap this time window, for example ``1s/1s500ms``.
    stage
        Export only events that overlap an instance of this stage.
    step
        Export only events that overlap these steps of each process and GPU: ``N`` or ``N..M``, numbered from 0.
    stages, steps, cache, salvage, workers, rank_regex
        As for `nsys_tools.open`.
    force
        Replace an existing file.
    progress
        Called with a short description before each step that can be slow.

    Returns
    -------
    Exported
        The path of the output, and the number of rows written per table.

    Raises
    ------
    NsysToolsError
        If a trace cannot be read, the stage or step does not exist, the written rows differ from the trace, or the
        file exists, is an input or cannot be written.
    """
    from nsys_tools.export import output  # noqa: PLC0415
    from nsys_tools.export.windows import Cut, steps_of  # noqa: PLC0415
    from nsys_tools.files import check_new  # noqa: PLC0415
    from nsys_tools.ranks.files import traces as found  # noqa: PLC0415

    if form not in FORMS:
        raise UsageError(f"{form} is not a timeline format.", f"Use one of: {', '.join(FORMS)}.")
    cut = Cut(_time(time), stage, steps_of(step))
    paths, file = found(traces), Path(out)
    check_new(file, force=force, inputs=paths)
    given = {"stages": stages, "steps": steps, "cache": cache, "salvage": salvage, "progress": progress}
    job = _job(paths, given, workers, rank_regex)
    with output.opened(file, force=force, inputs=paths) as stream:
        rows = _drawn(job, stream, form, cut)
    columns = ["trace", "table", "row_count", "sum_ns"]
    told = [[path, one.table, one.count, one.sum_ns] for path, one in rows]
    return Exported(file, Result(ListRows(columns, told), name="export"), tuple(job.notes))


def _time(text: str) -> tuple[int, int] | None:
    """Return the time window that ``[START]/[END]`` describes, or None for an empty string."""
    from nsys_tools.stats.window import between  # noqa: PLC0415

    try:
        return between(text) if text else None
    except UsageError as error:
        raise UsageError(error.message.replace("--filter-time", "--time"), error.hint) from None


def _asked(path: Path, given: dict[str, Any]) -> Asked:
    from nsys_tools.api.joining import Asked  # noqa: PLC0415

    stages = given["stages"]
    return Asked(
        path=path, stages=None if stages is None else Path(stages), model="", workload="", inputs=(), gpu="auto",
        dtype="", attention="full", parallel=(), ncu=None, callgraph=None, steps=given["steps"], cache=given["cache"],
        progress=given["progress"], salvage=given["salvage"], threads=1,
    )  # fmt: skip


def _job(paths: Sequence[Path], given: dict[str, Any], workers: int, rank_regex: str) -> _Job:
    """Return the traces and, if there are several, their ranks and clock offsets."""
    from nsys_tools.export.clocks import Clock  # noqa: PLC0415
    from nsys_tools.export.tracks import Owner  # noqa: PLC0415

    asked = [_asked(path, given) for path in paths]
    if len(paths) == 1:
        return _Job(asked, [Owner(1, "", {}, {})], [Clock()])
    from nsys_tools.api.jobs import open_job  # noqa: PLC0415

    with open_job(paths, **given, workers=workers, rank_regex=rank_regex) as job:
        ranks, clocks = job.query("rank").records(), job.query("rank_clock").records()
        if job.broken:
            raise NsysToolsError(job.broken[0], "Omit that trace, or read its intact part with --salvage.")
        notes = job.notes
    owners, lines = [], []
    for number, path in enumerate(paths, start=1):
        mine = [row for row in ranks if row["file_number"] == number - 1]
        names = {row["process_id"]: row["rank"] for row in mine if row["process_id"] is not None}
        prefix = f"Rank {mine[0]['rank']}: " if len(mine) == 1 else f"{path.stem}: "
        owners.append(Owner(number, prefix, names, {}))
        lines.append(next((Clock.of(row) for row in clocks if mine and row["rank"] == mine[0]["rank"]), Clock()))
    return _Job(asked, owners, lines, notes)


def _drawn(job: _Job, stream: BinaryIO, form: str, cut: Cut) -> list[tuple[str, Written]]:
    """Draw all traces, and return what was written for each trace."""
    from nsys_tools.export.chrome import ChromeWriter  # noqa: PLC0415
    from nsys_tools.export.perfetto import PerfettoWriter  # noqa: PLC0415
    from nsys_tools.export.tracks import Tracks  # noqa: PLC0415

    writer: Writer = PerfettoWriter(stream) if form == "perfetto" else ChromeWriter(stream)
    tracks = Tracks(writer)
    rows: list[tuple[str, Written]] = []
    with ExitStack() as closing:
        first = _open(job.asked[0]) if len(job.asked) == 1 else None
        if first:
            closing.enter_context(first.database)
        shift = _shift(job, first)
        for place in range(len(job.asked)):
            one = first or _open(job.asked[place])
            with one.database:
                found = _draw(job, place, one, (tracks, writer), cut, shift)
            rows += [(one.name, written) for written in found]
    writer.end()
    if shift:
        job.notes.append(
            f"All times are {shift:,} ns later than in the trace, because viewers do not show negative times."
        )
    return rows


def _open(asked: Asked) -> Opened:
    from nsys_tools.api.joining import opened  # noqa: PLC0415

    return opened(asked)


def _shift(job: _Job, first: Opened | None) -> int:
    """Return the offset in ns that makes all times non-negative."""
    import numpy as np  # noqa: PLC0415

    earliest = []
    for asked, clock in zip(job.asked, job.clocks, strict=True):
        one = first or _open(asked)
        begin = one.database.query("export__begin").one()["begin_ns"]
        if first is None:
            one.database.close()
        if begin is not None:
            earliest.append(int(clock(np.array([begin]))[0]))
    return max(0, -min(earliest, default=0))


def _draw(
    job: _Job, place: int, one: Opened, to: tuple[Tracks, Writer], cut: Cut, shift: int
) -> list[Written]:  # fmt: skip
    """Draw one trace."""
    from nsys_tools.export.timeline import Timeline  # noqa: PLC0415
    from nsys_tools.export.windows import windows  # noqa: PLC0415

    clock, owner = job.clocks[place], job.owners[place]
    gpus = {row["gpu_id"]: row["name"] for row in one.database.query("gpu") if row["name"]}
    if cut.time:
        cut = replace(cut, time=(clock.back(cut.time[0]), clock.back(cut.time[1])))
    if cut:
        one.database.define("export_window", windows(one.database, cut))
    timeline = Timeline(
        one.database, replace(owner, gpus=gpus), *to, replace(clock, shift_ns=shift), is_cut=bool(cut),
        progress=job.asked[place].progress,
    )  # fmt: skip
    found = timeline.draw()
    names = one.name if len(job.asked) > 1 else ""
    job.notes += [f"{names}: {note}" if names else note for note in (*one.database.notes, *one.notes)]
    return found
