"""An analyzed trace, with its charts and report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from nsys_tools.errors import one_error
from nsys_tools.report.analysis import Analyzed
from nsys_tools.report.folder import FORMATS

if TYPE_CHECKING:
    import altair


@one_error
class Analysis(Analyzed):
    """Everything that a report shows about a trace. Use `Session.analyze` to compute it."""

    @classmethod
    def of(cls, found: Analyzed) -> Analysis:
        """Return an analysis with the methods for charts and reports."""
        return cls(**{one.name: getattr(found, one.name) for one in fields(Analyzed)})

    @property
    def headline(self) -> list[str]:
        """Headline with one fact per line: what ran, how busy the GPUs were, and up to three findings."""
        from nsys_tools.report.headline import headline, lines  # noqa: PLC0415

        return lines(headline(self))

    def chart(self, name: str) -> altair.TopLevelMixin:
        """Return one of the report's charts.

        Parameters
        ----------
        name
            The query that the chart shows, for example ``stage_summary``, ``stage_activity`` or ``kernel_summary``.

        Raises
        ------
        NsysToolsError
            If the chart does not exist, or the trace has no data for it.
        """
        from nsys_tools import charts  # noqa: PLC0415

        return charts.chart(name, self.tables)

    def write(
        self,
        out: str | Path,
        *,
        formats: Sequence[str] = FORMATS,
        top: int = 20,
        force: bool = False,
        redact_paths: bool = False,
        csv_safe: bool = False,
    ) -> Path:
        """Write the report folder, completely or not at all.

        Parameters
        ----------
        out
            The folder.
        formats
            Any of ``md``, ``html`` and ``json``. ``metrics.json`` and the tables are always written. Charts are written
            with ``md`` or ``html``.
        top
            Maximum number of rows of long tables in Markdown and HTML.
        force
            Replace an earlier report.
        redact_paths
            Shorten file paths in names to their last component.
        csv_safe
            Prevent spreadsheets from evaluating cells in CSV tables (see `nsys_tools.render`).

        Returns
        -------
        pathlib.Path
            The file to read first.

        Raises
        ------
        NsysToolsError
            If a format is unknown, or the folder exists or cannot be written.
        """
        from nsys_tools.report import report  # noqa: PLC0415
        from nsys_tools.report.redaction import redacted  # noqa: PLC0415

        analysis = redacted(self) if redact_paths else self
        return report.write(analysis, Path(out), formats=formats, top=top, force=force, csv_safe=csv_safe)

    def __repr__(self) -> str:
        """Return the name of the trace and the number of tables and findings."""
        return f"<Analysis of {self.source}: {len(self.tables)} tables, {len(self.findings)} findings>"
