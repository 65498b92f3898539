"""Drawing figures for people; everywhere else they are plain numbers in the unit of their column."""

from __future__ import annotations

from nsys_tools.errors import one_error

SCALES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def time_scale(largest: float) -> tuple[float, str]:
    """Return divisor and name of the unit in which times up to `largest` ns read well."""
    return next((scale for scale in SCALES if abs(largest) >= scale[0]), SCALES[-1])


def duration(ns: float) -> str:
    """Return a duration with three significant digits."""
    step, unit = time_scale(ns)
    value = ns / step
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 or step == 1 else f"{value:.3g} {unit}"


_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_SYMBOLS = {"bytes": "B", "bytes/s": "B/s", "flops": "FLOP", "flops/s": "FLOP/s"}


@one_error
def figure_text(value: float | None, unit: str) -> str:
    """Return a figure of a column with three significant digits, in a unit in which it reads well.

    Parameters
    ----------
    value
        The figure; None is drawn as ``unknown``.
    unit
        That of the column: ``ns``, ``ratio``, ``bytes`` ...; of ``count`` and others the number alone.
    """
    if value is None:
        return "unknown"
    if unit == "ns":
        return duration(value)
    if unit == "ratio":
        return f"{100 * value:.3g} %" if abs(value) < 10 else f"{100 * value:,.0f} %"
    if unit in _SYMBOLS:
        step, prefix = next((one for one in _PREFIXES if abs(value) >= one[0]), _PREFIXES[-1])
        return f"{value / step:.4g} {prefix}{_SYMBOLS[unit]}"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.3g}"
