"""Split the change of a sum into the effect of more or fewer runs and the effect of longer or shorter runs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Effect:
    """A change in integer ns, as two parts that add up to it.

    Attributes
    ----------
    count_ns
        Effect of the difference in count at the mean duration of the base.
    duration_ns
        Effect of the difference in duration at the count of the new side.
    """

    count_ns: int
    duration_ns: int

    @property
    def delta_ns(self) -> int:
        """The whole change: new minus base."""
        return self.count_ns + self.duration_ns


def effect(base_count: int, base_ns: int, new_count: int, new_ns: int, *, per: tuple[int, int] = (1, 1)) -> Effect:
    """Return the two parts of a change.

    Parameters
    ----------
    base_count, base_ns, new_count, new_ns
        Count and sum of durations of each side. Rows that are on one side only are a change in count.
    per
        Number of steps by which each side is divided first.
    """
    base, new = Fraction(base_ns, per[0]), Fraction(new_ns, per[1])
    delta = round(new) - round(base)
    if not base_count or not new_count:
        return Effect(delta, 0)
    number = Fraction(new_count, per[1]) - Fraction(base_count, per[0])
    by_count = round(number * base_ns / base_count)
    return Effect(by_count, delta - by_count)
