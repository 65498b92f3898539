"""Split the change of a sum into the effect of more or fewer runs and the effect of longer or shorter runs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Effect:
    """A change, split into two parts that add up to it, in integer ns.

    Attributes
    ----------
    count_ns
        Effect of the difference in count, at the base's mean duration.
    duration_ns
        Effect of the difference in duration, at the new side's count.
    """

    count_ns: int
    duration_ns: int

    @property
    def delta_ns(self) -> int:
        """Total change: new minus base."""
        return self.count_ns + self.duration_ns


def effect(base_count: int, base_ns: int, new_count: int, new_ns: int, *, per: tuple[int, int] = (1, 1)) -> Effect:
    """Return the two parts of a change.

    Parameters
    ----------
    base_count, base_ns, new_count, new_ns
        Count and sum of durations on each side. A row that is on only one side is a change in count.
    per
        Number of steps on each side. Counts and sums are first divided by these numbers.
    """
    base, new = Fraction(base_ns, per[0]), Fraction(new_ns, per[1])
    delta = round(new) - round(base)
    if not base_count or not new_count:
        return Effect(delta, 0)
    number = Fraction(new_count, per[1]) - Fraction(base_count, per[0])
    by_count = round(number * base_ns / base_count)
    return Effect(by_count, delta - by_count)
