"""What a session and a job have in common: they are closed, and tell what can be asked."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from nsys_tools.api import catalogue
from nsys_tools.errors import one_error
from nsys_tools.session.database import Database
from nsys_tools.session.result import Result


@one_error
class Closing:
    """Documented queries that are open; a context manager."""

    _database: Database

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close it and remove its temporary files. Results that were not kept cannot be read any more."""
        self._database.close()

    def queries(self, area: str = "") -> Result:
        """Return the documented queries: one row per query with its area, what a row is, and what it needs.

        Parameters
        ----------
        area
            Only queries of an area, or whose name starts with this word: ``stage``, ``kernel``, ``roofline`` ...
        """
        return catalogue.queries(area, self._database.needs)

    def describe(self, name: str) -> Result:
        """Return the columns of a documented query: name, type, unit and meaning.

        Raises
        ------
        NsysToolsError
            If there is no such query.
        """
        return catalogue.describe(name)
