"""Pseudonyms that are equal for equal strings and cannot be verified by guessing the string."""

from __future__ import annotations

import hashlib
import os

# The probability that any two of 100,000 names get the same pseudonym is 3e-10.
_BYTES = 8
_NUMBER_BYTES = 6  # of a numeric pseudonym: it fits the columns that nsys uses


class Pseudonyms:
    """Pseudonyms of one file, or of all files with one salt.

    Parameters
    ----------
    salt
        Key of the pseudonyms. If empty, a random key is generated and not stored.

    Notes
    -----
    Pseudonyms use keyed BLAKE2b. Without the key, nobody can compute the pseudonym of a guessed hostname.
    """

    def __init__(self, salt: str = "") -> None:
        self._key = hashlib.sha256(salt.encode()).digest() if salt else os.urandom(32)

    def _digest(self, kind: str, text: str, size: int) -> bytes:
        content = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=size, key=self._key, person=kind.encode()).digest()

    def text(self, kind: str, text: str) -> str:
        """Return the pseudonym of a string, such as ``host-0123456789abcdef``."""
        return f"{kind}-{self._digest(kind, text, _BYTES).hex()}"

    def number(self, kind: str, value: float) -> int:
        """Return the pseudonym of a number, which is a positive 48-bit integer."""
        return int.from_bytes(self._digest(kind, repr(value), _NUMBER_BYTES), "big")
