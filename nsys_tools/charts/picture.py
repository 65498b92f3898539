"""Interactive pictures for the report page, stored as specs without data, and data as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nsys_tools.charts.style import Chart

Column = list[Any] | dict[str, list[Any]]
_FONT = "system-ui, Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Picture:
    """A picture that the page draws.

    Attributes
    ----------
    name
        Name of the picture, and of its data in the page.
    title, hint
        What the picture shows, and how to explore it.
    specs
        Vega-Lite specs by role: ``main`` and, if there is one, ``overview``. They refer to their data by name.
    data
        Columns by dataset. A column is a list of values or ``{"of": [distinct values], "at": [index of each]}``.
    extent
        First and last value of x. The ``lo`` and ``hi`` parameters of the main spec select the visible part.
    height
        Total height in pixels, so that the page does not shift when the picture is drawn.
    """

    name: str
    title: str
    hint: str
    specs: Mapping[str, dict[str, Any]]
    data: Mapping[str, Mapping[str, Column]]
    extent: tuple[float, float]
    height: int


def spec(chart: Chart) -> dict[str, Any]:
    """Return a chart as a Vega-Lite spec. The page adds width, colors and data."""
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415

    with debug_mode(False):
        found: dict[str, Any] = chart.configure(font=_FONT).to_dict(validate=False)
    found.pop("$schema", None)  # otherwise, vega-embed warns if the schema version differs from its own
    return found


def indexed(values: Sequence[Any]) -> Column:
    """Return a compact column for values that are often repeated."""
    place = {value: n for n, value in enumerate(dict.fromkeys(values))}
    return {"of": list(place), "at": [place[value] for value in values]}
