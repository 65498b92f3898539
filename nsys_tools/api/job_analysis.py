"""The analysis of many ranks, with its charts and report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.report import ranks
from nsys_tools.report.folder import FORMATS

if TYPE_CHECKING:
    import altair


@one_error
class JobAnalysis(ranks.Ranks):
    """Everything that a report shows about many ranks. Use `Job.analyze` to compute it."""

    TABLES: ClassVar[Sequence[str]] = ranks.TABLES

    def chart(self, name: str) -> altair.TopLevelMixin:
        """Return one of the report's charts: ``rank_activity`` or ``rank_summary``.

        Raises
        ------
        NsysToolsError
            If the chart does not exist, or the traces have no data for it.
        """
        from nsys_tools import charts  # noqa: PLC0415

        if name not in charts.OF_RANKS:
            raise NsysToolsError(f"There is no chart {name!r}.", f"Use one of: {', '.join(charts.OF_RANKS)}.")
        return charts.chart(name, {name: self.tables[name]})

    def write(
        self, out: str | Path, *, formats: Sequence[str] = FORMATS, top: int = 20, force: bool = False,
        redact_paths: bool = False, csv_safe: bool = False,
    ) -> Path:  # fmt: skip
        """Write the report folder, completely or not at all. Arguments and errors are the same as for `Analysis.write`.

        Returns
        -------
        pathlib.Path
            The file to read first.
        """
        from nsys_tools.report.redaction import redacted_ranks  # noqa: PLC0415

        found = redacted_ranks(self) if redact_paths else self
        return ranks.write(found, Path(out), formats=formats, top=top, force=force, csv_safe=csv_safe)

    def __repr__(self) -> str:
        """Return the name of the job and the headline."""
        return f"<JobAnalysis of {self.source}: {self.headline}>"
