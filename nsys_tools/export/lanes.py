"""Lanes of a track, on which all slices nest. Slices that overlap without nesting are put on different lanes."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from nsys_tools.export.packed import Numbers


class Lanes:
    """Assigns slices to lanes. The slices of a track are passed in several parts, ordered by start.

    Parameters
    ----------
    is_flat
        Whether nested slices are also put on separate lanes, as for GPU operations, which do not call each other.
    """

    def __init__(self, *, is_flat: bool) -> None:
        self._is_flat = is_flat
        self._open: dict[Hashable, list[list[int]]] = {}

    def of(self, track: Hashable, starts: Numbers, ends: Numbers) -> Numbers:
        """Return the lane of each slice: the first one, from 0, where the slice overlaps no other without nesting."""
        lanes = self._open.setdefault(track, [[]])
        last = max(lanes[0], default=None)
        follows = (starts[1:] >= ends[:-1]).all() and (last is None or starts[0] >= last)
        if len(lanes) == 1 and follows:  # the usual case: slices follow each other
            lanes[0] = [int(ends[-1])]
            return np.zeros(len(starts), dtype=np.int64)
        found = [self._place(lanes, start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.array(found, dtype=np.int64)

    def _place(self, lanes: list[list[int]], start: int, end: int) -> int:
        """Put a slice on a lane and return the lane's number. A lane is represented by the ends of its open slices."""
        for number, lane in enumerate(lanes):
            while lane and lane[-1] <= start:
                lane.pop()
            if not lane or (not self._is_flat and lane[-1] >= end):
                lane.append(end)
                return number
        lanes.append([end])
        return len(lanes) - 1
