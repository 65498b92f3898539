"""The chart of a sweep, with one line per value of the second axis."""

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
    "network_bytes": ("GB sent", 1e9),
    "ttft_ns": ("time to first token, ms", 1e6),
    "tpot_ns": ("time per token, ms", 1e6),
    "tokens_per_s": ("tokens/s", 1.0),
    "user_tokens_per_s": ("tokens/s per user", 1.0),
    "gpu_tokens_per_s": ("tokens/s per GPU", 1.0),
    "memory_bytes": ("GB on the fullest GPU", 1e9),
}
THROUGHPUT = "throughput"
"""Selects tokens/s per GPU vs. time per token, with one point per value of the first axis."""
MAX_POINTS = 5_000


def sweep_chart(columns: Sequence[str], rows: Sequence[Sequence[Any]], axes: Sequence[str], amount: str) -> Any:
    """Return an Altair chart of one column of a sweep, plotted against the first axis and colored by the second axis.

    Parameters
    ----------
    columns, rows
        The result of `nsys_tools.model.sweep.sweep`.
    axes
        One or two axes of the sweep.
    amount
        The column to draw, or `THROUGHPUT`.

    Raises
    ------
    NsysToolsError
        If the amount is unknown, or there are more than two axes or more points than a chart can show.
    """
    import altair  # noqa: PLC0415

    wanted = ("tpot_ns", "gpu_tokens_per_s") if amount == THROUGHPUT else (amount,)
    if not set(wanted) <= {name for name in columns if name in _TITLES}:
        known = ", ".join([*(name for name in _TITLES if name in columns), THROUGHPUT])
        raise UsageError(
            f"The sweep has no column {amount!r} to plot.",
            f"Use one of: {known}. Rates and times require --gpu and all phases.",
        )
    if not 1 <= len(axes) <= 2:
        raise UsageError(
            f"A chart can show only one or two axes, but the sweep has {len(axes)}.",
            "Sweep fewer axes, or omit --chart.",
        )
    if len(rows) > MAX_POINTS:
        raise NsysToolsError(
            f"A chart can show at most {MAX_POINTS:,} points, but the sweep has {len(rows):,}.", "Use larger steps."
        )
    values = [_point(dict(zip(columns, row, strict=True)), axes, wanted) for row in rows]
    data = altair.Data(values=values)  # type: ignore[no-untyped-call]
    chart = altair.Chart(data, width=640, height=360)
    color = {"color": altair.Color(f"{axes[1]}:N", title=axes[1])} if len(axes) == 2 else {}
    if amount == THROUGHPUT:
        return _frontier(chart, axes[0], color)
    encoding = {"x": altair.X(f"{axes[0]}:Q", title=axes[0]), "y": altair.Y(f"{amount}:Q", title=_TITLES[amount][0])}
    return chart.mark_line(point=True).encode(**encoding, **color)


def _point(row: dict[str, Any], axes: Sequence[str], wanted: Sequence[str]) -> dict[str, Any]:
    amounts = {name: None if row[name] is None else float(row[name]) / _TITLES[name][1] for name in wanted}
    return {**{axis: row[axis] for axis in axes}, **amounts, "fits": "yes" if row.get("fits", True) else "no"}


def _frontier(chart: Any, axis: str, color: dict[str, Any]) -> Any:
    """Return throughput vs. latency as a line along an axis. Crosses mark points that do not fit in memory."""
    import altair  # noqa: PLC0415

    base = chart.encode(
        x=altair.X("tpot_ns:Q", title=_TITLES["tpot_ns"][0]),
        y=altair.Y("gpu_tokens_per_s:Q", title=_TITLES["gpu_tokens_per_s"][0]),
        order=altair.Order(f"{axis}:Q"),
        **color,
    )
    shape = altair.Shape(
        "fits:N", scale=altair.Scale(domain=["yes", "no"], range=["circle", "cross"]), title="fits in memory"
    )
    labels = base.mark_text(dy=-9, fontSize=10).encode(text=altair.Text(f"{axis}:Q"))
    layers = (base.mark_line(), base.mark_point(size=50, filled=True).encode(shape=shape), labels)
    return altair.layer(*layers).properties(title=f"Throughput vs. latency by {axis}")


def save(chart: Any, path: Path, *, force: bool, inputs: Iterable[Path]) -> None:
    """Write a chart as SVG, PNG or self-contained HTML, depending on the suffix of `path`.

    Raises
    ------
    NsysToolsError
        If the suffix is unknown, or the file exists, is an input, or cannot be written.
    """
    if path.suffix not in (".html", ".svg", ".png"):
        raise UsageError(f"{path}: charts cannot be written to this type of file.", "Use .html, .svg or .png.")
    with new_file(path, force=force, inputs=inputs) as draft:
        chart.save(str(draft), format=path.suffix[1:], **({"inline": True} if path.suffix == ".html" else {}))
