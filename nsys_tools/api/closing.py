"""The part that sessions and jobs share: they can be closed, and list their queries."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from nsys_tools.api import catalogue
from nsys_tools.errors import one_error
from nsys_tools.session.database import Database
from nsys_tools.session.result import Result


@one_error
class Closing:
    """A context manager with documented queries."""

    _database: Database

    def __enter__(self) -> Self:
        """Return the object itself."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the object."""
        self.close()

    def close(self) -> None:
        """Close the object and remove its temporary files. Results that were not kept can no longer be read."""
        self._database.close()

    def queries(self, area: str = "") -> Result:
        """Return the documented queries: one row per query with what its rows are and what it requires.

        Parameters
        ----------
        area
            Only queries in this area, or whose name starts with this word: ``stage``, ``kernel``, ``roofline`` ...
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
