"""Inter-token latency by decode step, for each request and as the median over requests."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, GRAY, WIDTH, Chart, data, styled
from nsys_tools.units import time_scale

_LINES = 40
_POINTS = 300
_FEW = 40
_WIDE = 10
_KEY = ["thread_id", "range_id"]
_ENDS = {"gpu": "a token is done when its GPU operations end", "cpu": "a token is done when its range closes"}


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there is no latency between successive tokens."""
    tokens = tables["llm_token"].filter(pl.col("itl_ns") > 0, pl.col("itl_base") != "mixed")
    if tokens.is_empty():
        return None
    base = tokens["itl_base"].mode().sort()[0]
    tokens = tokens.filter(pl.col("itl_base") == base)
    last, most = int(tokens["token_index"].max()), float(tokens["itl_ns"].max())  # type: ignore[arg-type]
    wide = -(-last // _POINTS)
    size, unit = time_scale(most)
    binned = tokens.with_columns(step=(pl.col("token_index") - 1) // wide * wide + 1, time=pl.col("itl_ns") / size)
    requests = binned.select(_KEY).unique(maintain_order=True)
    shown = requests.gather_every(-(-len(requests) // _LINES)).with_row_index("request")
    x = alt.X(
        "step:Q", title="decode step (each adds one token to the KV cache)", axis=alt.Axis(tickMinStep=1, format=",d"),
        scale=alt.Scale(domain=[1, max(last, 2)], nice=False),
    )  # fmt: skip
    y = _axis(binned["time"], unit)
    # If a point represents several steps, the longest latency is drawn, so that rare long latencies stay visible.
    slowest = binned.join(shown, on=_KEY, nulls_equal=True).group_by("request", "step", maintain_order=True)
    each = slowest.agg(pl.col("time").max())
    layers = [_line(each, GRAY, 1, x, y) if len(requests) > 1 else _line(each, BUSY, 2, x, y)]
    if len(requests) > 1:
        layers.append(_line(_median(binned, len(requests)), BUSY, 2.5, x, y))
    body = alt.LayerChart(layer=layers).properties(width=WIDTH, height=220)
    nouns = ("request", "requests") if binned["is_request"].all() else ("range of steps", "ranges of steps")
    drawn = _drawn(nouns, wide, len(shown), len(requests))
    return styled(body, "Inter-token latency by decode step", f"{drawn}; {_ENDS[base]}")


def _median(binned: pl.DataFrame, total: int) -> pl.DataFrame:
    """Return the median latency at each step. Steps that less than half of the requests reach are omitted."""
    running = binned.group_by("step").agg(pl.col("time").median(), count=pl.struct(_KEY).n_unique())
    return running.filter(2 * pl.col("count") >= total).drop("count").sort("step")


def _axis(times: pl.Series, unit: str) -> alt.Y:
    """Return the y channel, with a logarithmic scale if outliers would flatten a linear one."""
    title = f"time since the previous token ({unit})"
    low, middle, high = (float(getattr(times, name)()) for name in ("min", "median", "max"))
    if high <= _WIDE * middle:
        return alt.Y("time:Q", title=title, scale=alt.Scale(zero=True))
    ends = [low / 1.2, high * 1.2]
    ticks = [digit * 10.0**power for power in range(-3, 5) for digit in (1, 2, 5)]
    axis = alt.Axis(values=[tick for tick in ticks if ends[0] <= tick <= ends[1]], format="~g")
    return alt.Y("time:Q", title=f"{title}, log scale", axis=axis, scale=alt.Scale(type="log", domain=ends))


def _line(rows: pl.DataFrame, color: str, width: float, x: alt.X, y: alt.Y) -> alt.Chart:
    marks: alt.Chart = (
        alt.Chart(data(rows.sort("step").to_dicts()))
        .mark_line(color=color, strokeWidth=width, point={"color": color, "size": 18} if len(rows) <= _FEW else False)
        .encode(x=x, y=y, detail="request:N")
    )
    return marks


def _drawn(nouns: tuple[str, str], wide: int, shown: int, total: int) -> str:
    """Return the description of the lines. `nouns` are the singular and plural words for a sequence of tokens."""
    longest = f", longest of every {wide:,} steps" if wide > 1 else ""
    if total == 1:
        return f"one {nouns[0]}{longest}"
    thin = "each" if shown == total else f"{shown:,} of them"
    return f"thick: median of {total:,} {nouns[1]}; thin: {thin}{longest}"
