"""Additions to MkDocs: links out of ``docs/`` go to the repository, and keyboards reach everything.

A page is read on GitHub and on the site. On GitHub, a link such as ``../../reports/benchmark.md`` opens the file. The
site has no such page, so the link becomes an address in the repository. A missing file fails the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
ADDRESS = "https://github.com/nsys-tools/nsys-tools/blob/main"
_LINK = re.compile(r"\]\((?P<target>(?:\.\./)+[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Return the text of a page with these links replaced."""
    folder = (REPOSITORY / "docs" / page.file.src_uri).parent

    def replaced(match: re.Match[str]) -> str:
        target = (folder / match["target"]).resolve()
        if target.is_relative_to(REPOSITORY / "docs"):
            return match[0]
        if not target.exists():
            raise ValueError(f"{page.file.src_uri}: {match['target']} does not exist")
        return f"]({ADDRESS}/{target.relative_to(REPOSITORY).as_posix()}{match['anchor'] or ''})"

    return _LINK.sub(replaced, markdown)


def on_post_page(output: str, **_: Any) -> str:
    """Return the HTML of a page with a label for the search, and with code that can be scrolled with a keyboard."""
    dialog = 'data-md-component="search" role="dialog"'
    output = output.replace(dialog, f'{dialog} aria-label="Search"')
    return re.sub(r'(<div class="[^"]*\bhighlight\b[^"]*"><pre)', r'\1 tabindex="0"', output)


def on_post_template(output: str, **_: Any) -> str:
    """Return the HTML of the not-found page, changed in the same way."""
    return on_post_page(output)
