"""Conversion of Nsight Compute's values and units to base units, row by row.

ncu chooses a unit per row (``Kbyte`` next to ``Mbyte``), separates thousands with commas and writes ``n/a`` for values
that it did not collect. Prefixes are decimal (1 Kbyte is 1000 bytes), except ``KiB`` and similar.
"""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d+)?")
_PREFIXES = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "K": 1e3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
}  # fmt: skip
_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
# Spellings of base units, and their unit here. The factor 1e9 converts seconds to nanoseconds.
_BASES = {
    "byte": ("bytes", 1.0), "bytes": ("bytes", 1.0), "b": ("bytes", 1.0), "second": ("ns", 1e9), "s": ("ns", 1e9),
    "sec": ("ns", 1e9), "hz": ("Hz", 1.0), "inst": ("inst", 1.0), "cycle": ("cycle", 1.0), "sector": ("sector", 1.0),
    "request": ("request", 1.0), "warp": ("warp", 1.0), "thread": ("thread", 1.0), "block": ("block", 1.0),
    "register": ("register", 1.0),
}  # fmt: skip


def number(text: str) -> float | None:
    """Return the value that ncu printed, or None for ``n/a``, text and empty cells.

    Notes
    -----
    Values of individual instances after the total, as in ``12 (3; 4; 5)``, are omitted.
    """
    first = text.strip().partition(" (")[0]
    if not any(character.isdigit() for character in first) or not _NUMBER.fullmatch(first):
        return None
    value = float(first.replace(",", ""))
    return value if math.isfinite(value) else None


def _simple(unit: str) -> tuple[str, float] | None:
    """Return the base unit and the factor of a unit without a fraction, or None if the unit is unknown."""
    for prefix, factor in (_BINARY | _PREFIXES).items():
        rest = unit.removeprefix(prefix)
        if unit.startswith(prefix) and rest.lower() in _BASES and (rest != "b" or prefix == ""):
            base, scale = _BASES[rest.lower()]
            return base, factor * scale
    return None


def base(unit: str) -> tuple[str, float]:
    """Return the base unit of an ncu unit and the conversion factor.

    Parameters
    ----------
    unit
        A unit, such as ``Mbyte``, ``usecond``, ``us``, ``cycle/nsecond``, ``Gbyte/s`` or ``%``.

    Returns
    -------
    tuple of str and float
        The base unit, such as ``ns``, ``Hz`` or ``bytes/s``, and the factor. An unknown unit is returned unchanged,
        with factor 1.
    """
    unit = unit.strip()
    above, slash, below = unit.partition("/")
    top = _simple(above)
    if not slash:
        return top or (unit, 1.0)
    bottom = _simple(below)
    if top is None or bottom is None:
        return unit, 1.0
    if bottom[0] == "ns":  # a rate is per second
        factor = top[1] / bottom[1] * 1e9
        return ("Hz" if top[0] == "cycle" else f"{top[0]}/s"), factor
    return f"{top[0]}/{bottom[0]}", top[1] / bottom[1]
