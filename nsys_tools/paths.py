"""Recognize and shorten file paths in text."""

from __future__ import annotations

import re

# A path starts with a slash, a tilde or a drive letter that does not directly follow a word, and has at least two
# components: "/home/me/model.py", "~/model.py", "C:\\models\\a.py". In range names such as "decode/step 3", the slash
# follows a word.
_PATH = re.compile(
    r"(?:(?<![\w.~\\-])(?:~|file://)?/|[A-Za-z]:\\)(?:[^/\\\s\"'<>|:*?]+[/\\])+(?=[^/\\\s\"'<>|:*?])|(?<![\w./])~/"
)


def base_names(text: str) -> str:
    """Return text in which each file path is shortened to its last component."""
    return _PATH.sub("", text)
