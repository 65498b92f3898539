"""Progress callbacks that can measure the progress of slow steps."""

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
        Unit of both amounts: ``bytes`` or ``traces``.
    """

    done: float
    total: float
    unit: str = "bytes"


class Measured(str):
    """The description of a step whose progress can be measured while it runs.

    Attributes
    ----------
    amount
        Function that returns the progress of the step, or None if the progress is unknown. Any thread may call the
        function, any number of times. Progress is measured only during a call.
    """

    amount: Callable[[], Amount | None]

    def __new__(cls, words: str, amount: Callable[[], Amount | None]) -> Self:
        """Return a description that includes the function that measures the step."""
        measured = super().__new__(cls, words)
        measured.amount = amount
        return measured


def silent(_: str) -> None:
    """Ignore progress."""
