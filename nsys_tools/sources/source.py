"""What a session is joined with, and how: one interface for stages, ncu, the call graph and the analytic model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.database import Database
from nsys_tools.session.result import Result

Read = Callable[[str], Result]
"""Gives the rows of a documented query."""


class Source(Protocol):
    """Something that a session is joined with."""

    @property
    def name(self) -> str:
        """What it is called: ``stages``, ``ncu``, ``callgraph`` or ``model``."""

    @property
    def file(self) -> str:
        """Name of the file that it comes from, for the report; empty where that says nothing."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The session tables that it defines."""

    @property
    def queries(self) -> tuple[str, ...]:
        """The documented queries that a report has because of it."""

    @property
    def is_asked(self) -> bool:
        """Whether the user asked for it. What was only found in a run folder may fail; a note then says why."""

    @property
    def failure(self) -> str:
        """What a note says first when a source that was only found fails."""

    def define(self, database: Database) -> None:
        """Define its session tables.

        Raises
        ------
        NsysToolsError
            If it cannot be read, or does not fit the trace.
        """

    def check(self, read: Read) -> Sequence[str]:
        """Check the answers that it makes possible, and return what a reader must know of them.

        Raises
        ------
        NsysToolsError
            If an answer is impossible.
        """


class Joined:
    """The sources that a database is joined with.

    Parameters
    ----------
    database
        Of the session.
    notes
        Gets what a reader must know, a sentence each.
    """

    def __init__(self, database: Database, notes: list[str]) -> None:
        self._database = database
        self._unchecked: list[Source] = []
        self._notes = notes
        self.sources: list[Source] = []

    def join(self, source: Source | None) -> bool:
        """Define the tables of a source; return whether that was possible.

        Raises
        ------
        NsysToolsError
            If a source that the user asked for cannot be joined.
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
        """Check the sources that a query reads, or all; each once.

        Parameters
        ----------
        read
            Gives the rows of a query.
        query
            The query; None for all sources.

        Raises
        ------
        NsysToolsError
            If a source that the user asked for gives impossible answers.
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
        """Return the queries that a report has because of the sources, as far as nothing that they need is missing."""
        names = [name for source in self.sources for name in source.queries]
        return [name for name in dict.fromkeys(names) if not self._database.needs(name)]

    def files(self) -> dict[str, str]:
        """Return the names of the files that were joined, by the name of the source."""
        return {source.name: source.file for source in self.sources if source.file}

    def _give_up(self, source: Source, error: NsysToolsError) -> None:
        """Forget a source that was only found; the user must know of one that was asked for."""
        self._database.undefine(source.tables)
        if source.is_asked:
            raise error
        self._notes.append(f"{source.failure}: {error.message} {error.hint}".strip())
