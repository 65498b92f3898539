"""Progress callbacks, and the measured progress of slow steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

Progress = Callable[[str], None]
"""Called with a short description before each slow step: a `Measured` if the progress can be measured."""


@dataclass(frozen=True)
class Amount:
    """The progress of a step.

    Attributes
    ----------
    done, total
        The completed and the total amount.
    unit
        Unit of both: ``bytes`` or ``traces``.
    """

    done: float
    total: float
    unit: str = "bytes"


class Measured(str):
    """The description of a step whose progress can be measured while it runs.

    Attributes
    ----------
    amount
        Returns the progress of the step, or None if it is not known. Any thread may call it, any number of times.
        Progress is measured only when it is called.
    """

    amount: Callable[[], Amount | None]

    def __new__(cls, words: str, amount: Callable[[], Amount | None]) -> Self:
        """Return the description with the function that measures the step."""
        measured = super().__new__(cls, words)
        measured.amount = amount
        return measured


def silent(_: str) -> None:
    """Ignore progress."""
