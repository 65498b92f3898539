"""Drawing durations for people; everywhere else they are integer nanoseconds."""

from __future__ import annotations

SCALES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def time_scale(largest: float) -> tuple[float, str]:
    """Return divisor and name of the unit in which times up to `largest` ns read well."""
    return next((scale for scale in SCALES if abs(largest) >= scale[0]), SCALES[-1])


def duration(ns: float) -> str:
    """Return a duration with three significant digits."""
    step, unit = time_scale(ns)
    value = ns / step
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 or step == 1 else f"{value:.3g} {unit}"
