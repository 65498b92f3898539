"""The one error that users see."""

from __future__ import annotations


class NsysToolsError(Exception):
    """Something the user can act on; shown without a traceback, exit code 1.

    Parameters
    ----------
    message
        What is wrong, and where.
    hint
        What to do about it; empty when the message says it all.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and, on a line of its own, the hint."""
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message
