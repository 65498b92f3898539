"""Export a trace: pass its tables to a writer in parts, and check the written rows against the trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars

from nsys_tools.errors import NsysToolsError
from nsys_tools.export.events import CATEGORIES, Annotation, Samples, Slices, Writer
from nsys_tools.export.lanes import Lanes
from nsys_tools.export.packed import Numbers
from nsys_tools.export.reading import Expected, Reader
from nsys_tools.export.tables import KINDS, SAMPLES, SLICES, Table
from nsys_tools.export.tracks import Owner, Tracks
from nsys_tools.session.database import Database
from nsys_tools.session.progress import Progress

_FLOWS_OF_TRACE = 1 << 40
Clock = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Written:
    """Written rows of a table: number of slices or values, and their total duration on the clock of the trace."""

    table: str
    count: int
    sum_ns: int


@dataclass(frozen=True)
class Steps:
    """The steps of a process on a GPU: starts, ends and numbers."""

    starts: Numbers
    ends: Numbers

    def of(self, times: Numbers) -> Numbers:
        """Return the number of the step that contains each time, or -1 if no step does."""
        place = np.searchsorted(self.starts, times, side="right") - 1
        is_in = (place >= 0) & (times < self.ends[np.maximum(place, 0)])
        return np.where(is_in, place, -1)


class Timeline:
    """Exports one trace.

    Parameters
    ----------
    database
        The trace.
    owner
        The trace's number, and the prefixes and names for its tracks.
    tracks, writer
        The tracks and the writer of the file, which may contain several traces.
    clock
        Converts times of the trace to the clock of the file.
    is_cut
        Whether to export only rows that overlap the windows in the ``export_window`` session table.
    progress
        Function that is called with a short description before each table.
    """

    def __init__(
        self, database: Database, owner: Owner, tracks: Tracks, writer: Writer, clock: Clock, *, is_cut: bool,
        progress: Progress,
    ) -> None:  # fmt: skip
        self._database = database
        self._owner = owner
        self._tracks = tracks
        self._writer = writer
        self._clock = clock
        self._progress = progress
        self._reader = Reader(database, is_cut=is_cut)

    def draw(self) -> list[Written]:
        """Write all tables, and return the counts and the total durations of the written rows.

        Raises
        ------
        NsysToolsError
            If the counts or durations differ from those in the trace.
        """
        self._writer.trace(self._owner.number)
        for texts in self._reader.texts():
            self._writer.texts(self._owner.number, texts)
        self._steps = self._all_steps()
        found: list[Written] = []
        for table in (*SLICES, *SAMPLES):
            self._progress(f"writing {table.name}")
            counts, sums = self._draw(table)
            found += self._compared(table, counts, sums)
        return found

    def _all_steps(self) -> dict[tuple[int, int], Steps]:
        """Return the steps by process and GPU."""
        self._database.ensure("export__step")
        rows = polars.DataFrame(self._database.connection.sql("FROM export__step ORDER BY process_id, gpu_id, number"))
        return {
            (int(key[0]), int(key[1])): Steps(part["start_ns"].to_numpy(), part["end_ns"].to_numpy())
            for key, part in rows.group_by("process_id", "gpu_id", maintain_order=True)
        }

    def _draw(self, table: Table) -> tuple[Counter[int], Counter[int]]:
        """Write a table, and return the count and total duration of its rows by kind."""
        lanes = Lanes(is_flat=table.is_flat)
        counts: Counter[int] = Counter()
        sums: Counter[int] = Counter()
        for frame in self._reader.parts(table):
            kinds = _numbers(frame, "kind") if table.line == "stream" else np.zeros(len(frame), dtype=np.int64)
            lasts = _numbers(frame, "end_ns") - _numbers(frame, "start_ns")
            for kind in np.unique(kinds).tolist():
                counts[kind] += int((kinds == kind).sum())
                sums[kind] += int(lasts[kinds == kind].sum())
            if table.line == "counter":
                self._writer.samples(self._samples(table, frame))
            else:
                self._writer.slices(self._slices(table, frame, lanes, kinds))
        return counts, sums

    def _slices(self, table: Table, frame: polars.DataFrame, lanes: Lanes, kinds: Numbers) -> Slices:
        starts, ends = _numbers(frame, "start_ns"), _numbers(frame, "end_ns")
        tracks, steps = np.empty(len(frame), dtype=np.int64), np.full(len(frame), -1)
        for part, key in _groups(frame, table.keys):
            lane = lanes.of(key, starts[part], ends[part])
            for one in np.unique(lane).tolist():
                tracks[part][lane == one] = self._track(table, key, one)
            if table.line == "stream" and (key[1], key[0]) in self._steps:
                steps[part] = self._steps[key[1], key[0]].of(starts[part])
        flows = frame["flow"].fill_null(-1).to_numpy() if "flow" in frame.columns else np.full(len(frame), -1)
        place = 0 if table.line == "stream" else CATEGORIES.index(table.name)
        annotations = list(_annotations(table, frame))
        if table.line == "stream":
            annotations.append(Annotation("step", steps, steps >= 0, is_text=False))
        return Slices(
            self._owner.number, tracks, self._clock(starts), self._clock(ends), _numbers(frame, "title"), kinds + place,
            annotations, flows + 1 + self._owner.number * _FLOWS_OF_TRACE, flows >= 0, table.line == "thread",
        )  # fmt: skip

    def _track(self, table: Table, key: Sequence[int], lane: int) -> int:
        if table.line == "stream":
            return self._tracks.of_stream(self._owner, key[0], key[1], key[2], lane)
        if table.line == "thread":
            return self._tracks.of_thread(self._owner, table.title, key[0], lane)
        return self._tracks.of_gpu(self._owner, table.title, key[0], lane, *key[1:])

    def _samples(self, table: Table, frame: polars.DataFrame) -> Samples:
        tracks = np.empty(len(frame), dtype=np.int64)
        for part, key in _groups(frame, table.keys):
            process = key[1] if "process_id" in table.keys else 0
            tracks[part] = self._tracks.of_counter(self._owner, key[0], process, str(key[-1]), table.title)
        return Samples(self._owner.number, tracks, self._clock(_numbers(frame, "start_ns")), _numbers(frame, "value"))

    def _compared(self, table: Table, counts: Mapping[int, int], sums: Mapping[int, int]) -> Iterator[Written]:
        """Yield the written rows of a table by kind."""
        expected = self._reader.expected(table)
        for kind in sorted(counts.keys() | expected.keys()):
            name = KINDS[kind] if table.line == "stream" else table.name
            want = expected.get(kind, Expected(0, 0))
            if (want.count, want.sum_ns) != (counts.get(kind, 0), sums.get(kind, 0)):
                raise NsysToolsError(
                    f"{self._database.name}: {counts.get(kind, 0):,} rows of {name} ({sums.get(kind, 0):,} ns) were "
                    f"written, but the trace has {want.count:,} ({want.sum_ns:,} ns).",
                    "The output was deleted. Please report this error with the schema version of the trace.",
                )
            yield Written(name, want.count, want.sum_ns)


def _numbers(frame: polars.DataFrame, name: str) -> Numbers:
    return frame[name].to_numpy().astype(np.int64)


def _groups(frame: polars.DataFrame, keys: Sequence[str]) -> Iterator[tuple[slice, tuple[int, ...]]]:
    """Yield the slice of rows of each track with its key values. Rows are ordered by track."""
    changes = frame.select(polars.struct(keys).rle_id().alias("run"))["run"].to_numpy()
    first = [0, *(np.flatnonzero(np.diff(changes)) + 1).tolist(), len(frame)]
    for begin, end in pairwise(first):
        yield slice(begin, end), frame.select(keys).row(begin)


def _annotations(table: Table, frame: polars.DataFrame) -> Iterator[Annotation]:
    for name in (*table.texts, *table.numbers):
        values = frame[name]
        yield Annotation(
            name, values.fill_null(0).to_numpy().astype(np.int64), values.is_not_null().to_numpy(), name in table.texts
        )
