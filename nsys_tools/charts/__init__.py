"""Charts drawn from small aggregated tables. Each chart has a module with the name of the query that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from nsys_tools.charts import renderer
from nsys_tools.errors import NsysToolsError
from nsys_tools.processes import later
from nsys_tools.session.result import Result

if TYPE_CHECKING:
    import polars as pl

    from nsys_tools.charts.picture import Picture
    from nsys_tools.charts.style import Chart

Tables = Mapping[str, Result]
Frames = Mapping[str, "pl.DataFrame"]
NAMES = (
    "stage_summary", "stage_activity", "llm_token", "roofline_stage", "roofline_point", "kernel_summary",
    "kernel_duration", "gap_summary",
)  # fmt: skip
"""The charts of a report, in the order of the report."""
PICTURES = {
    "timeline": ("timeline_stage", "timeline_step", "timeline_gap", "timeline_call", "stage_activity"),
    "range_flame": ("range_flame",),
}
"""The interactive pictures, and the tables that each shows."""
SHOWN = tuple(dict.fromkeys((*NAMES, "stage_gap", "peak", *(name for names in PICTURES.values() for name in names))))
"""The tables that the charts and pictures of a report show."""
MOST_ROWS = 100_000
"""Maximum number of rows of a table in a report. The query returns all rows."""
OF_RANKS = ("rank_activity", "rank_summary")
"""The charts of a report on many ranks."""


def chart(name: str, tables: Tables) -> Chart:
    """Return one chart.

    Parameters
    ----------
    name
        One of `NAMES` or `OF_RANKS`.
    tables
        Results by query name.

    Raises
    ------
    NsysToolsError
        If the chart does not exist, or there is no data for it.
    """
    if name not in (*NAMES, *OF_RANKS):
        raise NsysToolsError(f"There is no chart {name!r}.", f"Use one of: {', '.join(NAMES)}.")
    drawn = _chart(name, {name: table.pl() for name, table in tables.items()})
    if drawn is None:
        raise NsysToolsError(f"The {name} chart has nothing to show for this trace.")
    return drawn


@dataclass(frozen=True)
class Drawing:
    """The charts and pictures of a report on a trace.

    Attributes
    ----------
    charts
        SVG by path within the report folder. Charts without data are omitted.
    pictures
        Function that waits for the interactive pictures of the page, in order. Pictures without data are omitted.
    """

    charts: Mapping[str, bytes]
    pictures: Callable[[], list[Picture]]


def draw(tables: Tables) -> Drawing:
    """Start to draw a report's charts and pictures in the second process. Without one, reading them draws them.

    Parameters
    ----------
    tables
        Results by query name, at least those in `SHOWN` that exist.
    """
    frames = {name: tables[name].pl() for name in SHOWN if name in tables}
    return Drawing(draw_frames(NAMES, frames), later(_pictures, frames))


def draw_frames(names: Sequence[str], frames: Frames) -> Mapping[str, bytes]:
    """Return the named charts as SVG by path, from DataFrames. Charts without data are omitted."""
    return renderer.Drawn(partial(_specs, tuple(names), frames))


def _specs(names: Sequence[str], frames: Frames) -> renderer.Specs:
    found = {name: _chart(name, frames) for name in names}
    return {f"charts/{name}.svg": one.to_dict(validate=False) for name, one in found.items() if one is not None}


def _pictures(frames: Frames) -> list[Picture]:
    found = [import_module(f"nsys_tools.charts.{name}").picture(frames) for name in PICTURES]
    return [picture for picture in found if picture is not None]


def _chart(name: str, frames: Frames) -> Chart | None:
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415

    # Altair would validate each part against a JSON schema, which takes a third of the time. The chart tests do this.
    with debug_mode(False):
        found: Chart | None = import_module(f"nsys_tools.charts.{name}").chart(frames)
    return found
