"""The base class of sessions and jobs, both of which can be closed and can list their queries."""

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
        """Close the object and remove its temporary files. Only results saved with `Result.kept` can still be read."""
        self._database.close()

    def queries(self, area: str = "") -> Result:
        """Return the documented queries: one row per query, with a description of its rows and the data it requires.

        Parameters
        ----------
        area
            Return only queries in this area or whose names start with this word, for example ``stage``, ``kernel`` or
            ``roofline``.
        """
        return catalogue.queries(area, self._database.needs)

    def describe(self, name: str) -> Result:
        """Return the columns of a documented query: name, type, unit and meaning.

        Raises
        ------
        NsysToolsError
            If the query does not exist.
        """
        return catalogue.describe(name)
