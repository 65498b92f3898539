"""Strings that are certainly harmless, recognized in a fraction of the time of a full search."""

from __future__ import annotations

import re

from nsys_tools.scrubbing.known import Known
from nsys_tools.scrubbing.patterns import AFTER_NAME, TOKEN_BEGINS, names_secret

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_WORD = re.compile(r"[^\W_]+")
# With every digit replaced by zero: a path, an address of any kind, or a part long enough to be a key.
_SUSPICIOUS = re.compile(
    r"[/\\@]|[0A-Fa-f]:[0A-Fa-f]|fe[08]0:|[0A-Fa-f]-[0A-Fa-f]|0\.0+\.0+\.0|[A-Za-z0+]{20}|-----", re.IGNORECASE
)
_MOST = 1_000_000  # number of cached forms


class Plain:
    """Decides whether strings are harmless by their form, which is the string with every digit replaced by zero.

    Parameters
    ----------
    known
        Names and values of the trace's machine and users.

    Notes
    -----
    PyTorch writes a unique number into the name of each range. A trace therefore has millions of distinct strings but
    only a few thousand forms. A form is plain if none of its strings can contain what `scanning.problems` looks for. In
    case of doubt, it is not plain.
    """

    def __init__(self, known: Known) -> None:
        self._begins = {_zeros(word) for word in known.first_words()}
        self._forms: dict[bytes, bool] = {}

    def __call__(self, text: bytes | None) -> bool:
        """Whether a string is certainly harmless."""
        if text is None:
            return True
        form = text.translate(_ZEROS)
        found = self._forms.get(form)
        if found is None:
            if len(self._forms) >= _MOST:
                self._forms.clear()
            found = self._forms[form] = form.isascii() and b"\0" not in form and self._is_plain(form.decode())
        return found

    def _is_plain(self, form: str) -> bool:
        lower = form.lower()
        return (
            _SUSPICIOUS.search(form) is None
            and TOKEN_BEGINS.search(form) is None
            and not (names_secret(lower) and any(mark in form for mark in AFTER_NAME))
            and not any(word in self._begins for word in _WORD.findall(lower))
        )


def _zeros(word: str) -> str:
    return re.sub(r"[1-9]", "0", word)
