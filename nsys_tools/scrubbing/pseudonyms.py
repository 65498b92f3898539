"""Pseudonyms: the same for the same text, and of no use to somebody who guesses what the text was."""

from __future__ import annotations

import hashlib
import os

# Of 100,000 names two get the same pseudonym with a probability of 3e-10.
_BYTES = 8
_NUMBER_BYTES = 6  # of a number: it fits where nsys writes one


class Pseudonyms:
    """Pseudonyms of one file, or of all files with one salt.

    Parameters
    ----------
    salt
        What they depend on; without one a random key is made, and forgotten.

    Notes
    -----
    BLAKE2b with a key: without the key, nobody can compute the pseudonym of a host name that he guesses.
    """

    def __init__(self, salt: str = "") -> None:
        self._key = hashlib.sha256(salt.encode()).digest() if salt else os.urandom(32)

    def _digest(self, kind: str, text: str, size: int) -> bytes:
        content = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=size, key=self._key, person=kind.encode()).digest()

    def text(self, kind: str, text: str) -> str:
        """Return the pseudonym of a text, as in ``host-0123456789abcdef``."""
        return f"{kind}-{self._digest(kind, text, _BYTES).hex()}"

    def number(self, kind: str, value: float) -> int:
        """Return the pseudonym of a number, a positive one of 48 bits."""
        return int.from_bytes(self._digest(kind, repr(value), _NUMBER_BYTES), "big")
