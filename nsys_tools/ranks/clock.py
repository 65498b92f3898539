"""Convert the times in all files to one clock, using collectives, which end on all ranks at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
_FEWEST_FOR_DRIFT = 8
_TRIMMED = 4.0
"""Ends farther from the line than this many median deviations are excluded from the fit."""


@dataclass(frozen=True)
class Clock:
    """A correction that converts times in a file to the first file's clock.

    Attributes
    ----------
    pivot_ns
        A reference time on the file's clock, in ns.
    offset_ns
        Correction at the reference time, in ns.
    drift_ppm
        Change of the correction per unit of time since the reference time, in parts per million.
    residual_ns
        95 % of the matched end times agree with the end times in the other files to within this value, in ns. None
        if there are no matches.
    matched_count
        Number of matched collectives.
    """

    pivot_ns: int
    offset_ns: int
    drift_ppm: float
    residual_ns: float | None
    matched_count: int

    def on_first(self, times: Times) -> NDArray[np.float64]:
        """Convert times in the file to the first file's clock. The result is in ns, as floats."""
        since = (times - self.pivot_ns).astype(np.float64)
        return since * (1 + self.drift_ppm / 1e6) + float(self.pivot_ns + self.offset_ns)


@dataclass(frozen=True)
class Ends:
    """End times of matched collectives, on one file's clock.

    Attributes
    ----------
    keys
        Numbers of the collectives, in ascending order.
    ends
        End times of these collectives, in ns.
    """

    keys: NDArray[np.int64]
    ends: Times


def aligned(files: Sequence[Ends]) -> list[Clock | None]:
    """Return the clock of each file, or None for a file that does not share a collective with the others.

    Parameters
    ----------
    files
        The matched collectives of each file. The clock of the first file is the common clock.

    Notes
    -----
    A collective ends on all of its ranks within microseconds of each other. To align a file with the files that are
    already aligned, a line is fitted to the differences between their end times. A robust fit (medians of thirds) is
    followed by least squares without outliers. The files that share the most collectives are fitted first. Finally,
    each file is fitted again to the medians over all files.
    """
    if not files:
        return []
    found: dict[int, Clock] = {0: Clock(0, 0, 0.0, None, 0)}
    known = files[0].keys, files[0].ends.astype(np.float64)
    pending = dict(enumerate(files[1:], start=1))
    while pending:
        shared = {n: np.intersect1d(one.keys, known[0], assume_unique=True).size for n, one in pending.items()}
        if not (most := max(shared.values())):
            break
        # Files with the same number of shared collectives are fitted together. With one group, these are all files.
        for number in [n for n, count in shared.items() if count == most]:
            one = pending.pop(number)
            found[number] = _fitted(*_shared(one, known))
            known = _with(known, one, found[number])
    if len(found) > 1:
        common = _common(files, found)
        found |= {n: _fitted(*_shared(files[n], common)) for n in found if n}
    return _judged(files, found)


def _judged(files: Sequence[Ends], found: dict[int, Clock]) -> list[Clock | None]:
    """Return the clocks with their residuals, which are distances between end times and the medians over all files."""
    common = _common(files, found)
    clocks: list[Clock | None] = []
    for number, one in enumerate(files):
        clock = found.get(number) if len(found) > 1 else None
        if clock is not None:
            _, ends, middle = _shared(one, common)
            away = np.abs(clock.on_first(ends) - middle)
            residual = round(float(np.quantile(away, 0.95)), 3) if len(away) else None
            clock = Clock(clock.pivot_ns, clock.offset_ns, clock.drift_ppm, residual, len(away))
        clocks.append(clock)
    return clocks


Common = tuple[NDArray[np.int64], NDArray[np.float64]]


def _with(known: Common, one: Ends, clock: Clock) -> Common:
    """Return the known collectives and end times, plus the collectives that only this file has so far."""
    is_new = ~np.isin(one.keys, known[0], assume_unique=True)
    if not is_new.any():
        return known
    keys = np.concatenate([known[0], one.keys[is_new]])
    ends = np.concatenate([known[1], clock.on_first(one.ends[is_new])])
    order = np.argsort(keys)
    return keys[order], ends[order]


def _common(files: Sequence[Ends], found: dict[int, Clock]) -> Common:
    """Return the collectives of all files that have a clock, and the medians of their end times in ns."""
    keys = np.concatenate([files[n].keys for n in found])
    ends = np.concatenate([clock.on_first(files[n].ends) for n, clock in found.items()])
    order = np.lexsort((ends, keys))
    keys, ends = keys[order], ends[order]
    names, first, counts = np.unique(keys, return_index=True, return_counts=True)
    if not len(names):
        return names, ends
    return names, (ends[first + (counts - 1) // 2] + ends[first + counts // 2]) / 2


def _shared(one: Ends, common: Common) -> tuple[NDArray[np.int64], Times, NDArray[np.float64]]:
    """Return the collectives that a file shares with others: numbers, end times in the file, and common end times."""
    keys, mine, theirs = np.intersect1d(one.keys, common[0], assume_unique=True, return_indices=True)
    return keys, one.ends[mine], common[1][theirs]


def _fitted(keys: NDArray[np.int64], own: Times, common: NDArray[np.float64]) -> Clock:
    pivot = int(own[len(own) // 2])
    x = (own - pivot).astype(np.float64)
    y = common - float(pivot) - x  # the correction
    slope, level = _resistant(x, y)
    for _ in range(3):
        away = np.abs(y - level - slope * x)
        near = away <= _TRIMMED * max(float(np.median(away)), 1.0)
        if len(x) < _FEWEST_FOR_DRIFT or np.ptp(x[near]) == 0:
            slope, level = 0.0, float(np.median(y[near]))
        else:
            slope, level = (float(part) for part in np.polyfit(x[near], y[near], 1))
    return Clock(pivot, round(level), slope * 1e6, None, len(keys))


def _resistant(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope and level of a line through the medians of the first and the last third."""
    if len(x) < _FEWEST_FOR_DRIFT:
        return 0.0, float(np.median(y))
    order = np.argsort(x, kind="stable")
    third = len(x) // 3
    first, last = order[:third], order[-third:]
    width = float(np.median(x[last]) - np.median(x[first]))
    slope = float(np.median(y[last]) - np.median(y[first])) / width if width else 0.0
    return slope, float(np.median(y - slope * x))
