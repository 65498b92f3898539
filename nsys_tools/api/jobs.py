"""Open several traces together as the ranks of one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools import assets
from nsys_tools.api.closing import Closing
from nsys_tools.api.parts import read
from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.files import scratch_folder
from nsys_tools.ranks.database import RankDatabase
from nsys_tools.ranks.files import trace_of, traces
from nsys_tools.ranks.gathering import Gathering
from nsys_tools.ranks.scheduling import Schedule
from nsys_tools.ranks.work import Given
from nsys_tools.session.catalogue import find, schema
from nsys_tools.session.connection import NothingRecorded, connect
from nsys_tools.session.database import Database
from nsys_tools.session.limits import Limits
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.result import Result
from nsys_tools.session.spilling import spill_folder
from nsys_tools.session.store import cache_folder
from nsys_tools.sources.nsys.trace import open_trace

if TYPE_CHECKING:
    from nsys_tools.api.job_analysis import JobAnalysis


@one_error
class Job(Closing):
    """The traces of several ranks. Use `nsys_tools.open` with several paths to open them.

    Parameters
    ----------
    paths
        Traces, folders of traces, or patterns.
    given
        Arguments for opening each trace.
    schedule
        Where the traces are read: local processes or a Dask cluster.
    rank_regex
        A regular expression that is matched with each file path. Its first group is the rank.
    by_process
        Whether each process with GPU work is treated as a separate rank.
    allow_files
        Whether SQL may read the user's own files.
    progress
        Called with a short description of the current step.

    Attributes
    ----------
    name
        Name of the job in messages and reports.
    inputs
        The files and folders that are read. nsys-tools never writes to them.
    """

    def __init__(
        self, paths: Sequence[str | Path], given: Given, schedule: Schedule, *, rank_regex: str = "",
        by_process: bool = True, allow_files: bool = False, progress: Progress = silent,
    ) -> None:  # fmt: skip
        self.inputs = tuple(traces(paths))
        self.name = f"{len(self.inputs)} traces" if len(self.inputs) > 1 else self.inputs[0].name
        self._notes: list[str] = []
        with ExitStack() as opening:
            scratch = scratch_folder(opening)
            spill = spill_folder(opening, 0) if given.cache else scratch
            connection = opening.enter_context(connect(spill, is_small=False))
            recorded = NothingRecorded(connection, schema())
            recorded.folders = (scratch, cache_folder())
            database = Database(connection, recorded, name=self.name, progress=progress)
            self._gathering = Gathering(self.inputs, read, given, schedule, by_process, scratch, progress)
            self._ranks = RankDatabase(database, self._gathering, rank_regex, self._notes)
            database.closes(opening.pop_all())
        database.reads_files = allow_files
        self._database = database

    @property
    def ranks(self) -> list[int]:
        """The ranks whose traces could be read."""
        self._database.connection  # noqa: B018  (an error once it is closed)
        return sorted(self._ranks.ranks)

    @property
    def recorded_tables(self) -> list[str]:
        """Names of nsys's own tables in the first trace."""
        with open_trace(trace_of(self.inputs[0]), cache=False) as first:
            return sorted(first.recorded)

    @property
    def broken(self) -> list[str]:
        """Traces that could not be read, one sentence each. Results exclude them. Queries can add to the list."""
        return [str(error) for error in self._gathering.broken.values()]

    @property
    def notes(self) -> list[str]:
        """Caveats about the traces, one sentence each. Queries can add to the list."""
        told: dict[str, list[str]] = {}
        for one in self._gathering.sources:
            for note in one.notes:
                told.setdefault(note, []).append(one.path.name)
        more = {note: f" and {len(names) - 1} more" if len(names) > 1 else "" for note, names in told.items()}
        of_traces = [f"{names[0]}{more[note]}: {note}" for note, names in told.items()]
        return [*self._notes, *of_traces]

    def query(self, name: str, /, *, top: int | None = None, **equals: Any) -> Result:
        """Run a documented query on all ranks.

        Parameters
        ----------
        name
            Name of the query. `queries` lists the names.
        top
            Maximum number of rows.
        **equals
            Columns and values: return only rows in which each of these columns has the given value.

        Returns
        -------
        Result
            The rows of the query. If the query is computed per trace, the result contains the rows of all ranks,
            and its first column is ``rank``. Times are on the clock of each rank's file (see ``rank_clock``).

        Raises
        ------
        NsysToolsError
            If the query or column does not exist, or no trace can be read.
        """
        find(name)
        return self._ranks.query(name, top=top, **equals)

    def sql(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, limit: int | None = None,
        max_seconds: float | None = None, max_memory: str = "",
    ) -> Result:  # fmt: skip
        """Run SQL on the documented queries and nsys's own tables, all of which have a ``rank`` column.

        Parameters
        ----------
        query
            One read-only statement, with parameters as ``$name``.
        parameters
            The values of the parameters.
        limit
            Maximum number of rows. `Result.truncated` indicates whether there are more.
        max_seconds, max_memory
            Limits on time (in seconds) and memory (for example, ``2GB``). Traces that are already being read are
            read completely.

        Raises
        ------
        NsysToolsError
            If the statement is not read-only, DuckDB rejects it, it exceeds a limit, or no trace can be read.
        """
        limits = Limits(limit, max_seconds, max_memory)
        with limits.hold(self._database.connection):
            return limits.apply(self._ranks.sql(query, parameters))

    def analyze(self) -> JobAnalysis:
        """Compute all of the report's tables across all ranks.

        Raises
        ------
        NsysToolsError
            If no trace can be read.
        """
        from nsys_tools.api.job_analysis import JobAnalysis  # noqa: PLC0415

        self._ranks.prepare(JobAnalysis.TABLES)
        tables = {name: self._ranks.query(name).kept() for name in JobAnalysis.TABLES}
        origins = sorted({row["origin"] for row in tables["rank"] if row["origin"]})
        return JobAnalysis(self.name, tables, self.notes, self.broken, ", ".join(origins), self.inputs)

    def __repr__(self) -> str:
        """Return the name of the job, and the number of ranks if it is known."""
        known = len(self._gathering.sources)
        return f"<Job of {self.name}{f', {known} ranks' if known else ''}>"


@one_error
def open_job(
    paths: Sequence[str | Path], *, stages: str | Path | None = None, steps: str = "auto", cache: bool = True,
    salvage: bool = False, workers: int = 0, scheduler: str = "", rank_regex: str = "", by_process: bool = True,
    settings: Mapping[str, str] | None = None, allow_files: bool = False, progress: Progress = silent,
) -> Job:  # fmt: skip
    """Open the traces of several ranks together. The arguments are the same as for `nsys_tools.open`.

    Raises
    ------
    NsysToolsError
        If no trace is found at a path.
    """
    if not paths:
        raise NsysToolsError("No trace was specified.")
    given = Given(
        stages=None if stages is None else Path(stages), steps=steps, cache=cache, salvage=salvage,
        settings=tuple((settings or {}).items()), assets=tuple(assets.folders()[:-1]),
    )  # fmt: skip
    return Job(
        paths, given, Schedule(workers, scheduler), rank_regex=rank_regex, by_process=by_process,
        allow_files=allow_files, progress=progress,
    )  # fmt: skip
