"""Shared style of all charts: size, colors, axes, and inline data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

WIDTH = 760
BUSY, IDLE, GRAY, INK = "#2b6cb0", "#d8dee6", "#9aa5b1", "#3a424d"
# These colors can be distinguished in print and by color-blind readers (after Okabe and Ito).
COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d31", "#5b5b8c", "#bcbd22"]
OTHER = "other"
_PROPERTIES = frozenset({
    "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
    "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
})  # fmt: skip

Chart = alt.Chart | alt.LayerChart | alt.VConcatChart | alt.HConcatChart | alt.ConcatChart | alt.FacetChart


def data(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Return rows as inline data. The encodings define the types."""
    return alt.InlineData(values=list(rows))


def named_bars(names: Sequence[str]) -> alt.Y:
    """Return the y channel for horizontal bars, with names in the given order and room for wide fonts.

    The reader's system may lack the font used for the layout, and other fonts are up to 20 % wider.
    """
    room = int(6.8 * max(len(name) for name in names)) + 12
    return alt.Y("name:N", sort=list(names), title=None, axis=alt.Axis(minExtent=room, labelLimit=room))


def time_axis(title: str, largest: float, room_ratio: float) -> alt.X:
    """Return the x channel ``time``, with room to the right of the largest bar for its label."""
    return alt.X("time:Q", title=title, scale=alt.Scale(domain=[0, largest * (1 + room_ratio)], nice=False))


def styled(chart: Chart, title: str, subtitle: str) -> Chart:
    """Return the chart with its title and the shared style."""
    look: Chart = (
        chart.properties(title=alt.TitleParams(title, subtitle=subtitle, anchor="start", offset=10))
        .configure(font="Helvetica, Arial, Liberation Sans, sans-serif")
        .configure_view(stroke=None)
        .configure_title(fontSize=14, subtitleFontSize=11, subtitleColor="#57606a")
        .configure_axis(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridColor="#eaeef2", domainColor="#afb8c1",
            tickColor="#afb8c1", labelLimit=420,
        )
        .configure_legend(labelFontSize=11, titleFontSize=11, labelLimit=260)
    )  # fmt: skip
    return look


def shortened(text: str, length: int = 58) -> str:
    """Return a name that fits next to a chart. Truncated names end in an ellipsis.

    Unprintable characters are replaced with spaces, because a NUL in a label causes the renderer to abort the process.
    Characters with two UTF-16 code units are replaced with replacement characters, because the renderer fails if it
    truncates a label between the units. A space is appended to names of built-in properties of JavaScript objects,
    because the renderer fails on them.
    """
    printable = "".join(
        "\ufffd" if c > "\uffff" else c if c.isprintable() else " " for c in text.removeprefix("void ")[:1000]
    )
    plain = " ".join(printable.split()) or "(no name)"
    if plain in _PROPERTIES:
        return f"{plain} "
    return plain if len(plain) <= length else plain[: length - 1] + "…"


def visible(text: str, length: int = 180) -> str:
    """Return text from the trace as one line, without control characters, which could reorder or hide text."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 40 * length]).split()) or "(no name)"
    return line if len(line) <= length else line[: length - 1] + "…"
