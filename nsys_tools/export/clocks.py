"""Clocks: what turns times of a trace into those of the file that it is written to, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nsys_tools.export.packed import Numbers


@dataclass(frozen=True)
class Clock:
    """A line, as `rank_clock` has it, and what is added so that no time is negative.

    Attributes
    ----------
    pivot_ns, offset_ns, drift_ppm
        What to add to a time: `offset_ns` at the instant `pivot_ns`, and more or less with the time since then.
    shift_ns
        What is added besides.
    """

    pivot_ns: int = 0
    offset_ns: int = 0
    drift_ppm: float = 0.0
    shift_ns: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Clock:
        """Return the clock that a row of ``rank_clock`` tells: by collectives, or else by the machines' clocks."""
        if row["is_aligned"]:
            return cls(row["pivot_ns"] or 0, row["offset_ns"] or 0, row["drift_ppm"] or 0.0)
        return cls(offset_ns=row["utc_offset_ns"] or 0)

    def __call__(self, times: Numbers) -> Numbers:
        """Return times on the file's clock. Order is kept, so that what nests still does."""
        added = np.rint((times - self.pivot_ns) * (self.drift_ppm / 1e6)).astype(np.int64) if self.drift_ppm else 0
        return times + added + (self.offset_ns + self.shift_ns)

    def back(self, time: int) -> int:
        """Return a time of the common clock, without the shift, on the trace's own."""
        since = (time - self.offset_ns - self.pivot_ns) / (1 + self.drift_ppm / 1e6) if self.drift_ppm else None
        return time - self.offset_ns if since is None else self.pivot_ns + round(since)
