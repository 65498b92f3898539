"""File paths in texts."""

from __future__ import annotations

import re

# A path starts with a slash, a tilde or a drive that does not directly follow a word, and has at least two parts:
# "/home/me/model.py", "~/model.py", "C:\\models\\a.py". In range names such as "decode/step 3", the slash follows a
# word.
_PATH = re.compile(
    r"(?:(?<![\w.~\\-])(?:~|file://)?/|[A-Za-z]:\\)(?:[^/\\\s\"'<>|:*?]+[/\\])+(?=[^/\\\s\"'<>|:*?])|(?<![\w./])~/"
)


def base_names(text: str) -> str:
    """Return a text with each file path shortened to its last part."""
    return _PATH.sub("", text)
