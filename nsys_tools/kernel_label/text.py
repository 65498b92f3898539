"""Fit words into a label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST = 48
"""Maximum number of characters of a label."""


def cut(text: str, length: int = MOST) -> str:
    """Return at most `length` characters. Longer strings are cut in the middle, because names differ at the end."""
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail]}…{text[-tail:]}"


def fitted(words: Iterable[str], droppable: Sequence[str] = ()) -> str:
    """Join words. The least informative words are dropped until the label fits."""
    kept = [word for word in words if word]
    for word in droppable:
        if len(" ".join(kept)) > MOST and word in kept:
            kept.remove(word)
    return " ".join(kept)
