"""The chart of a sweep: one line per value of the second axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.files import new_file

_TITLES = {
    "matrix_flops": ("TFLOP", 1e12),
    "total_bytes": ("GB", 1e9),
    "weight_bytes": ("GB of weights", 1e9),
    "kv_bytes": ("GB of KV cache", 1e9),
    "roofline_ns": ("roofline time, ms", 1e6),
    "intensity": ("FLOP/byte", 1.0),
}
MAX_POINTS = 5_000


def sweep_chart(columns: Sequence[str], rows: Sequence[Sequence[Any]], axes: Sequence[str], amount: str) -> Any:
    """Return an altair chart of one amount of a sweep over its first axis, colored by the second.

    Parameters
    ----------
    columns, rows
        What `nsys_tools.model.sweep.sweep` gives.
    axes
        One or two of its axes.
    amount
        The column to draw.

    Raises
    ------
    NsysToolsError
        For an unknown amount, more than two axes, or more points than a chart can show.
    """
    import altair  # noqa: PLC0415

    if amount not in columns or amount not in _TITLES:
        known = ", ".join(name for name in _TITLES if name in columns)
        raise UsageError(f"The sweep has no column {amount!r} to draw.", f"It has {known}.")
    if not 1 <= len(axes) <= 2:
        raise UsageError(f"A chart shows one or two axes, not {len(axes)}.", "Sweep fewer, or write the table.")
    if len(rows) > MAX_POINTS:
        raise NsysToolsError(f"A chart shows at most {MAX_POINTS:,} points, not {len(rows):,}.", "Take larger steps.")
    title, unit = _TITLES[amount]
    place = {name: index for index, name in enumerate(columns)}
    values = [{**{axis: row[place[axis]] for axis in axes}, "value": float(row[place[amount]]) / unit} for row in rows]
    encoding: dict[str, Any] = {
        "x": altair.X(f"{axes[0]}:Q", title=axes[0]),
        "y": altair.Y("value:Q", title=title),
    }
    if len(axes) == 2:
        encoding["color"] = altair.Color(f"{axes[1]}:N", title=axes[1])
    data = altair.Data(values=values)  # type: ignore[no-untyped-call]
    return altair.Chart(data, width=640, height=360).mark_line(point=True).encode(**encoding)


def save(chart: Any, path: Path, *, force: bool, inputs: Iterable[Path]) -> None:
    """Write a chart as HTML that needs no network, SVG or PNG, by the ending of `path`.

    Raises
    ------
    NsysToolsError
        For another ending, or a file that exists, is an input, or cannot be written.
    """
    if path.suffix not in (".html", ".svg", ".png"):
        raise UsageError(f"{path} has no ending that a chart can be written as.", "Use .html, .svg or .png.")
    with new_file(path, force=force, inputs=inputs) as draft:
        chart.save(str(draft), format=path.suffix[1:], **({"inline": True} if path.suffix == ".html" else {}))
