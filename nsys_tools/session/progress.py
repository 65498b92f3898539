"""What long steps report to, and how far such a step is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

Progress = Callable[[str], None]
"""Called with a few words before each step that can take long; they are `Measured` where the step can be measured."""


@dataclass(frozen=True)
class Amount:
    """How far a step is.

    Attributes
    ----------
    done, total
        What has been done, and all that is to do.
    unit
        Of both: ``bytes`` or ``traces``.
    """

    done: float
    total: float
    unit: str = "bytes"


class Measured(str):
    """Words of a step that can be measured while it runs.

    Attributes
    ----------
    amount
        Returns how far the step is, or None where that is not known. Any thread may call it, as often as it likes;
        nothing is measured before that.
    """

    amount: Callable[[], Amount | None]

    def __new__(cls, words: str, amount: Callable[[], Amount | None]) -> Self:
        """Return the words, with what measures their step."""
        measured = super().__new__(cls, words)
        measured.amount = amount
        return measured


def silent(_: str) -> None:
    """Ignore progress."""
