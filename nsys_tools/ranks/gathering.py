"""Gather query results for many traces from the cache or, if they are not cached, from workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.ranks.kept import Kept
from nsys_tools.ranks.scheduling import Schedule, running
from nsys_tools.ranks.work import TOLD, Given, Part, Reader, Task
from nsys_tools.session.progress import Amount, Measured, Progress


@dataclass
class Source:
    """The trace of one rank: a file, or one process in a file.

    Attributes
    ----------
    path, process_id
        The file, and the process (None for the whole file).
    file_number
        Index of the file, from 0. The ranks in one file share its clock.
    notes
        Caveats, one sentence each.
    """

    path: Path
    process_id: int | None
    file_number: int
    notes: tuple[str, ...] = ()


@dataclass
class Gathering:
    """Traces, and the query results gathered so far.

    Attributes
    ----------
    paths
        The traces.
    reader
        Function that reads one trace.
    given
        Arguments for opening each trace.
    schedule
        Where the traces are read.
    by_process
        Whether each process with GPU work is treated as a separate rank.
    scratch
        A folder for results that cannot be cached.
    progress
        Called with progress messages.
    sources
        The traces of the ranks, in the order of the files. They are known after the first call to `ask`.
    broken
        The files that cannot be read, with the reasons. They are excluded from all results.
    """

    paths: Sequence[Path]
    reader: Reader
    given: Given
    schedule: Schedule
    by_process: bool
    scratch: Path
    progress: Progress
    sources: list[Source] = field(default_factory=list)
    broken: dict[Path, NsysToolsError] = field(default_factory=dict)
    _files: dict[tuple[Path, int | None, str], Path] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _kept: dict[Path, Kept] = field(default_factory=dict)

    def ask(self, names: Iterable[str]) -> None:
        """Compute queries for all traces. A trace that fails is added to `broken`.

        Raises
        ------
        NsysToolsError
            If no trace can be read.
        """
        wanted = tuple(name for name in dict.fromkeys([TOLD, *names]) if name not in self._asked)
        if not wanted:
            return
        paths = [path for path in self.paths if path not in self.broken]
        for path in [path for path in paths if path not in self._kept]:
            self._kept[path] = Kept(path, self.given, by_process=self.by_process)
        found = {path: sources for path in paths if (sources := self._found(path, wanted))}
        left = [path for path in paths if path not in found]
        given = replace(self.given, threads=self.schedule.threads(len(left)))
        tasks = [Task(path, wanted, self.by_process, given) for path in left]
        with running(self.schedule, self.reader, tasks) as answers:
            self._tell(0, len(tasks))
            for number, (task, answer) in enumerate(answers, start=1):
                self._tell(number, len(tasks))
                if isinstance(answer, UsageError):
                    raise answer  # the same error would occur for every trace
                if isinstance(answer, NsysToolsError):
                    self.broken[task.path] = answer
                else:
                    found[task.path] = self._taken(task.path, answer)
        if not found:
            raise next(iter(self.broken.values()), NsysToolsError("There are no traces to read."))
        self.sources = [one for path in self.paths for one in found.get(path, ())]
        self._asked |= set(wanted)

    def _tell(self, done: int, total: int) -> None:
        """Report how many of the traces have been read."""
        self.progress(Measured(f"reading traces, {done} of {total} done", lambda: Amount(done, total, "traces")))

    def files(self, name: str) -> list[Path | None]:
        """Return the Parquet files with a query's results, in the order of `sources`, or None for missing results."""
        return [self._files.get((one.path, one.process_id, name)) for one in self.sources]

    def _found(self, path: Path, names: Sequence[str]) -> list[Source]:
        """Return the ranks in a file if all of its results are in the cache, or an empty list if not."""
        sources, files, kept = [], {}, self._kept[path]
        for process, notes in kept.parts():
            for name in names:
                file = kept.find(process, name)
                if file is None:
                    return []
                files[path, process, name] = file
            sources.append(Source(path, process, self.paths.index(path), notes))
        self._files |= files
        return sources

    def _taken(self, path: Path, parts: list[Part]) -> list[Source]:
        """Store results in files; return the ranks that the results belong to."""
        kept, place = self._kept[path], self.paths.index(path)
        is_kept = kept.keep(parts)
        for number, part in enumerate(parts):
            for name, content in part.tables.items():
                file = kept.find(part.process_id, name) if is_kept else None
                if file is None:
                    file = self.scratch / f"{place}-{number}-{name}.parquet"
                    file.write_bytes(content)
                self._files[path, part.process_id, name] = file
        return [Source(path, part.process_id, place, part.notes) for part in parts]
