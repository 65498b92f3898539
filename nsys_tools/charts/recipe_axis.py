"""Axes with one row per file, for a few to hundreds of files."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

_TALLEST, _LOWEST, _WHOLE = 24, 2, 480


def row_height(count: int) -> int:
    """Return the height of a row, in pixels."""
    return max(_LOWEST, min(_TALLEST, _WHOLE // max(count, 1)))


def rows_axis(names: Sequence[str]) -> alt.Y:
    """Return the y channel ``name``, with one row per name in the given order. Labels that overlap are omitted."""
    room = int(6.8 * max(len(name) for name in names)) + 12
    axis = alt.Axis(minExtent=room, labelLimit=room, labelOverlap="greedy", ticks=False)
    return alt.Y("name:N", sort=list(names), title=None, axis=axis)


def time_axis(field: str, title: str) -> alt.X:
    """Return the x channel for a field, with few enough ticks for wide fonts."""
    return alt.X(f"{field}:Q", title=title, axis=alt.Axis(tickCount=7))
