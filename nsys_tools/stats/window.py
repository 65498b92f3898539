"""Time windows in a trace, given by two times or by an NVTX range."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import cast

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.session.database import Database

Window = tuple[int, int]

_MOST_CHARACTERS = 300
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_NANOSECONDS = {
    "ns": 1, "nsec": 1, "us": 10**3, "usec": 10**3, "ms": 10**6, "msec": 10**6, "s": 10**9, "sec": 10**9,
    "m": 60 * 10**9, "min": 60 * 10**9, "h": 3600 * 10**9, "hour": 3600 * 10**9,
}  # fmt: skip
_TERM = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)([a-z]*)", re.IGNORECASE)
_NVTX = re.compile(r"(?P<name>.*?)(?:@(?P<domain>[^@]*?))?(?:/(?P<instance>\d{1,18}))?", re.DOTALL)


def parse_time(text: str) -> int:
    """Return the number of nanoseconds in a time such as ``1s2ms``, ``3.5us`` or ``1000``.

    Raises
    ------
    NsysToolsError
        If the string is not a time.
    """
    total, place = 0, 0
    while place < len(text):
        term = _TERM.match(text, place)
        unit = term.group(2).lower() or "ns" if term else ""
        if term is None or unit not in _NANOSECONDS:
            raise UsageError(
                f"{text!r} is not a time.", f"Use numbers with units, as in 1s500ms. Units: {', '.join(_NANOSECONDS)}."
            )
        number = term.group(1)
        if len(number) > _MOST_CHARACTERS or not math.isfinite(float(number)):
            raise UsageError(
                f"The time is too large ({len(number):,} digits).", "Use a time within the trace, as in 1s500ms."
            )
        whole = number.lstrip("+-").isdigit()
        total += int(number) * _NANOSECONDS[unit] if whole else round(float(number) * _NANOSECONDS[unit])
        place = term.end()
    return total


def _limited(time: int) -> int:
    """Return a time clamped to the range of 64-bit integers, which includes all times in a trace."""
    return min(max(time, _LOWEST), _HIGHEST)


def between(text: str) -> Window:
    """Return the time window for ``[START]/[END]``. If one of them is omitted, the window is open on that side.

    Raises
    ------
    NsysToolsError
        If neither START nor END is given, one of them is not a time, or END is before START.
    """
    start, slash, end = text.partition("/")
    if not slash or not (start or end):
        raise UsageError(f"--filter-time {text!r} is not a time window.", "Use START/END, START/ or /END, as in 1s/2s.")
    window = (_limited(parse_time(start)) if start else _LOWEST, _limited(parse_time(end)) if end else _HIGHEST)
    if window[0] > window[1]:
        raise UsageError(f"--filter-time {text!r}: the start is after the end.", "Use START/END, as in 1s/2s.")
    return window


def of_range(trace: Database, text: str) -> Window:
    """Return the time window of ``RANGE[@DOMAIN][/N]``, which is range N with that name (N starts at 0, the default).

    Raises
    ------
    NsysToolsError
        If the range does not exist.
    """
    parts = _NVTX.fullmatch(text)
    named = (parts["name"], parts["domain"] or "", int(parts["instance"] or 0)) if parts else (text, "", 0)
    for name, domain, instance in (named, (text, "", 0)):  # the name can also contain / and @
        row = trace.query("range_instance", range_name=name, domain=domain, instance=instance).one()
        if row:
            return cast(int, row["start_ns"]), cast(int, row["end_ns"])
    raise NsysToolsError(
        f"{trace.name} has no NVTX range {text!r}.",
        "Use NAME[@DOMAIN][/N]. @DOMAIN is required if the range belongs to a domain. "
        "Run `nsys-tools stats -r nvtx_sum` to list the names.",
    )


def chosen(database: Callable[[], Database], times: str, nvtx: str) -> Window | None:
    """Return the requested window, or None for the whole trace. A range takes precedence, as in nsys.

    Parameters
    ----------
    database
        Function that returns the trace. It is called only for a range.
    times, nvtx
        The time window and the range, in the syntax of `between` and `of_range`; empty for none.

    Raises
    ------
    NsysToolsError
        If the time cannot be parsed, or the range does not exist.
    """
    if nvtx:
        return of_range(database(), nvtx)
    return between(times) if times else None
