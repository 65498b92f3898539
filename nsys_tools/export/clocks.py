"""Conversion between the clock of a trace and the clock of an exported file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nsys_tools.export.packed import Numbers


@dataclass(frozen=True)
class Clock:
    """A linear clock correction from `rank_clock`, and a shift that makes all times non-negative.

    Attributes
    ----------
    pivot_ns, offset_ns, drift_ppm
        The correction is `offset_ns` at time `pivot_ns` and changes with the drift from there.
    shift_ns
        Offset that is added to all times.
    """

    pivot_ns: int = 0
    offset_ns: int = 0
    drift_ppm: float = 0.0
    shift_ns: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Clock:
        """Return the clock for a row of ``rank_clock``, aligned by collectives or, failing that, by host UTC clocks."""
        if row["is_aligned"]:
            return cls(row["pivot_ns"] or 0, row["offset_ns"] or 0, row["drift_ppm"] or 0.0)
        return cls(offset_ns=row["utc_offset_ns"] or 0)

    def __call__(self, times: Numbers) -> Numbers:
        """Convert times to the clock of the file. The order, and therefore the nesting, is preserved."""
        added = np.rint((times - self.pivot_ns) * (self.drift_ppm / 1e6)).astype(np.int64) if self.drift_ppm else 0
        return times + added + (self.offset_ns + self.shift_ns)

    def back(self, time: int) -> int:
        """Convert a time on the common clock, without the shift, to the clock of the trace."""
        since = (time - self.offset_ns - self.pivot_ns) / (1 + self.drift_ppm / 1e6) if self.drift_ppm else None
        return time - self.offset_ns if since is None else self.pivot_ns + round(since)
