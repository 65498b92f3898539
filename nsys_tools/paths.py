"""File paths in texts."""

from __future__ import annotations

import re

# A path starts at a slash, a tilde or a drive where no word ends, and has at least two parts: "/home/me/model.py",
# "~/model.py", "C:\\models\\a.py". In a path of ranges, "decode/step 3", no part follows a slash at its start.
_PATH = re.compile(
    r"(?:(?<![\w.~\\-])(?:~|file://)?/|[A-Za-z]:\\)(?:[^/\\\s\"'<>|:*?]+[/\\])+(?=[^/\\\s\"'<>|:*?])|(?<![\w./])~/"
)


def base_names(text: str) -> str:
    """Return a text with each file path cut down to its last part."""
    return _PATH.sub("", text)
