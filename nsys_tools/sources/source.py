"""A common interface for inputs to join with a session: stages, ncu, the call graph and the analytic model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.database import Database
from nsys_tools.session.result import Result

Read = Callable[[str], Result]
"""Interface for reading the rows of a documented query."""


class Source(Protocol):
    """An input that a session is joined with."""

    @property
    def name(self) -> str:
        """Name of the source: ``stages``, ``ncu``, ``callgraph`` or ``model``."""

    @property
    def file(self) -> str:
        """Name of its file, for the report; empty if the name is not informative."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The session tables that the source defines."""

    @property
    def queries(self) -> tuple[str, ...]:
        """The documented queries that the source adds to a report."""

    @property
    def is_asked(self) -> bool:
        """Whether the user specified the source. A source that was only found in a run folder may fail with a note."""

    @property
    def failure(self) -> str:
        """Start of the note that reports why a source that was only found in a run folder failed."""

    def define(self, database: Database) -> None:
        """Define the session tables of the source.

        Raises
        ------
        NsysToolsError
            If the source cannot be read or does not fit the trace.
        """

    def check(self, read: Read) -> Sequence[str]:
        """Check the results that depend on the source, and return notes for the reader.

        Raises
        ------
        NsysToolsError
            If a result is impossible.
        """


class Joined:
    """The sources that a database is joined with.

    Parameters
    ----------
    database
        Database of the session.
    notes
        Notes for the reader are appended here, one sentence each.
    """

    def __init__(self, database: Database, notes: list[str]) -> None:
        self._database = database
        self._unchecked: list[Source] = []
        self._notes = notes
        self.sources: list[Source] = []

    def join(self, source: Source | None) -> bool:
        """Define the tables of a source, and return whether this succeeded.

        Raises
        ------
        NsysToolsError
            If a source that the user specified cannot be joined.
        """
        if source is None:
            return False
        try:
            source.define(self._database)
        except NsysToolsError as error:
            self._give_up(source, error)
            return False
        self.sources.append(source)
        self._unchecked.append(source)
        return True

    def check(self, read: Read, query: str | None = None) -> None:
        """Check the sources that a query reads, or all sources. Check each source only once.

        Parameters
        ----------
        read
            Reads the rows of a query.
        query
            The query; None to check all sources.

        Raises
        ------
        NsysToolsError
            If a source that the user specified leads to impossible results.
        """
        reached = [s for s in self._unchecked if query is None or self._database.reads(query, s.tables)]
        for source in reached:
            self._unchecked.remove(source)
            try:
                self._notes.extend(source.check(read))
            except NsysToolsError as error:
                self._give_up(source, error)
                self.sources.remove(source)

    def queries(self) -> list[str]:
        """Return the queries that the sources add to a report, except queries that require a missing input."""
        names = [name for source in self.sources for name in source.queries]
        return [name for name in dict.fromkeys(names) if not self._database.needs(name)]

    def files(self) -> dict[str, str]:
        """Return the names of the joined files by source."""
        return {source.name: source.file for source in self.sources if source.file}

    def _give_up(self, source: Source, error: NsysToolsError) -> None:
        """Drop a source that was only found in a run folder, but raise an error if the user specified the source."""
        self._database.undefine(source.tables)
        if source.is_asked:
            raise error
        self._notes.append(f"{source.failure}: {error.message} {error.hint}".strip())
