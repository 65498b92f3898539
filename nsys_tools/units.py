"""Format values for human readers. Everywhere else, values are plain numbers in the unit of their column."""

from __future__ import annotations

from collections.abc import Sequence

from nsys_tools.errors import one_error

SCALES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def time_scale(largest: float) -> tuple[float, str]:
    """Return the divisor and name of a readable unit for times up to `largest` ns."""
    return next((scale for scale in SCALES if abs(largest) >= scale[0]), SCALES[-1])


def duration(ns: float) -> str:
    """Return a duration with three significant digits."""
    step, unit = time_scale(ns)
    value = ns / step
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 or step == 1 else f"{value:.3g} {unit}"


SCALES_OF: dict[str, tuple[tuple[float, str], ...]] = {
    "ns": SCALES,
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")),
    "bytes/s": ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "kB/s"), (1, "B/s")),
    "Hz": ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"), (1, "Hz")),
    "flops/s": ((1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s"), (1, "FLOP/s")),
    "flops/byte": ((1, "FLOP/B"),),
    "tokens/s": ((1, "tokens/s"),),
    "flops": ((1e12, "TFLOP"), (1e9, "GFLOP"), (1e6, "MFLOP"), (1, "FLOP")),
}
"""Divisors and names of the display units for values in a unit, largest first."""


def scale(unit: str, values: Sequence[float]) -> tuple[float, str]:
    """Return the divisor and name of a readable display unit for the largest of `values`."""
    largest = max((abs(value) for value in values), default=0)
    steps = SCALES_OF[unit]
    return next(((step, name) for step, name in steps if largest >= step), steps[-1])


@one_error
def figure_text(value: float | None, unit: str) -> str:
    """Return a value with three significant digits in a readable unit.

    Parameters
    ----------
    value
        The value; None is shown as ``unknown``.
    unit
        Unit of the column, such as ``ns``, ``ratio`` or ``bytes``. For ``count`` and other units, only the number is
        shown.
    """
    if value is None:
        return "unknown"
    if unit == "ns":
        return duration(value)
    if unit == "ratio":
        return f"{100 * value:.3g} %" if abs(value) < 10 else f"{100 * value:,.0f} %"
    if unit in SCALES_OF:
        step, name = scale(unit, [value])
        shown = value / step
        return f"{shown:,.0f} {name}" if abs(shown) >= 1000 else f"{shown:.4g} {name}"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.3g}"
