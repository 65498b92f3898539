"""A change of a sum, divided into what more or fewer runs cost, and what longer or shorter runs do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Effect:
    """A change in integer ns; both parts add up to it.

    Attributes
    ----------
    count_ns
        What the difference in number costs at the mean duration of the base.
    duration_ns
        What the difference in duration costs at the number of the new side.
    """

    count_ns: int
    duration_ns: int

    @property
    def delta_ns(self) -> int:
        """The whole change: new less base."""
        return self.count_ns + self.duration_ns


def effect(base_count: int, base_ns: int, new_count: int, new_ns: int, *, per: tuple[int, int] = (1, 1)) -> Effect:
    """Return the two parts of a change.

    Parameters
    ----------
    base_count, base_ns, new_count, new_ns
        Number and sum of durations of each side. What is on one side only is a change of number.
    per
        Divide each side by so many steps first.
    """
    base, new = Fraction(base_ns, per[0]), Fraction(new_ns, per[1])
    delta = round(new) - round(base)
    if not base_count or not new_count:
        return Effect(delta, 0)
    number = Fraction(new_count, per[1]) - Fraction(base_count, per[0])
    by_count = round(number * base_ns / base_count)
    return Effect(by_count, delta - by_count)
