"""What long steps report to."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]
"""Called with a few words before each step that can take long."""


def silent(_: str) -> None:
    """Ignore progress."""
