"""Gathering what many traces answer: from the cache where it has that, else from workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.ranks.kept import Kept
from nsys_tools.ranks.scheduling import Schedule, running
from nsys_tools.ranks.work import TOLD, Given, Part, Reader, Task
from nsys_tools.session.progress import Progress


@dataclass
class Source:
    """The trace of one rank: a file, or one process in it.

    Attributes
    ----------
    path, process_id
        The file, and the process; None for all of the file.
    file_number
        Which of the files it is, from 0: ranks of one file share its clock.
    notes
        What a reader must know of it, a sentence each.
    """

    path: Path
    process_id: int | None
    file_number: int
    notes: tuple[str, ...] = ()


@dataclass
class Gathering:
    """Traces, and what they have answered so far.

    Attributes
    ----------
    paths
        The traces.
    reader
        Reads one.
    given
        How each is opened.
    schedule
        Where that is done.
    by_process
        Whether each process with GPU work is a rank of its own.
    scratch
        A folder for answers that the cache does not take.
    progress
        Called with a few words now and then.
    sources
        The ranks' traces, in the order of the files; known once something was asked.
    broken
        The files that cannot be read, and why. They are left out of everything.
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

    def ask(self, names: Iterable[str]) -> None:
        """Have all traces answer queries; what fails for one is kept in `broken`.

        Raises
        ------
        NsysToolsError
            If no trace can be read.
        """
        wanted = tuple(name for name in dict.fromkeys([TOLD, *names]) if name not in self._asked)
        if not wanted:
            return
        paths = [path for path in self.paths if path not in self.broken]
        kept = {path: Kept(path, self.given, by_process=self.by_process) for path in paths}
        found = {path: parts for path in paths if (parts := self._found(path, kept[path], wanted))}
        tasks = [Task(path, wanted, self.by_process, self.given) for path in paths if path not in found]
        threads = self.schedule.threads(len(tasks))
        tasks = [replace(task, given=replace(self.given, threads=threads)) for task in tasks]
        with running(self.schedule, self.reader, tasks) as answers:
            for number, (task, answer) in enumerate(answers, start=1):
                self.progress(f"{number} of {len(tasks)} traces read")
                if isinstance(answer, UsageError):
                    raise answer  # it would be the same for every trace
                if isinstance(answer, NsysToolsError):
                    self.broken[task.path] = answer
                else:
                    found[task.path] = self._taken(task.path, kept[task.path], answer)
        self._know(found)
        self._asked |= set(wanted)

    def files(self, name: str) -> list[Path | None]:
        """Return the Parquet files of a query's answers, in the order of `sources`; None where a trace has none."""
        return [self._files.get((one.path, one.process_id, name)) for one in self.sources]

    def _found(self, path: Path, kept: Kept, names: Sequence[str]) -> list[Source]:
        """Return the ranks of a file whose answers are all in the cache; empty if one is missing."""
        sources, files = [], {}
        for process, notes in kept.parts():
            for name in names:
                file = kept.find(process, name)
                if file is None:
                    return []
                files[path, process, name] = file
            sources.append(Source(path, process, 0, notes))
        self._files |= files
        return sources

    def _taken(self, path: Path, kept: Kept, parts: list[Part]) -> list[Source]:
        """Put answers where they can be read, and return the ranks that they are of."""
        is_kept = kept.keep(parts)
        for number, part in enumerate(parts):
            for name, content in part.tables.items():
                file = kept.find(part.process_id, name) if is_kept else None
                if file is None:
                    file = self.scratch / f"{self.paths.index(path)}-{number}-{name}.parquet"
                    file.write_bytes(content)
                self._files[path, part.process_id, name] = file
        return [Source(path, part.process_id, 0, part.notes) for part in parts]

    def _know(self, found: dict[Path, list[Source]]) -> None:
        """Number the files, and take down the ranks in them."""
        if not found:
            raise next(iter(self.broken.values()), NsysToolsError("There is no trace to read."))
        self.sources = [
            replace(one, file_number=number) for number, path in enumerate(self.paths) for one in found.get(path, ())
        ]
