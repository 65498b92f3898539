"""The HTML page of a report: its Markdown and charts in one self-contained, script-free file."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


_BREAK = "<wbr>"
# Names break after what joins their parts, long parts after an underscore too, and what is still long anywhere.
_LONG = 20
_JOINT = re.compile(r"(?<=[./,:\])])(?=[^\s./,:])|(?<=&lt;)(?=\S)")
_UNDERSCORE = re.compile(r"(?<=_)(?=[^\s_])")
_RUN = re.compile(rf"(?:&#?\w+;|[^\s&]){{{_LONG}}}(?=(?:&#?\w+;|[^\s&]){{4}})")


def render(markdown: str, title: str, charts: Mapping[str, bytes], style: Path) -> str:
    """Return the page.

    Parameters
    ----------
    markdown
        The report; its images are names of `charts`. Raw HTML in it is shown, never interpreted.
    title
        Of the window.
    charts
        SVG by the path used in `markdown`.
    style
        The CSS file.

    Notes
    -----
    The page's own policy forbids scripts and every request; SVG comes as data, where none could run either.
    """
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    body = renderer.render(markdown)
    for path, svg in charts.items():
        data = base64.b64encode(svg).decode("ascii")
        body = body.replace(f'src="{path}"', f'src="data:image/svg+xml;base64,{data}"')
    body = re.sub(r"(?<=<code>)[^<]+(?=</code>)", lambda match: _breakable(match[0]), body)
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style.read_text(encoding='utf-8')}</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _breakable(code: str) -> str:
    """Return escaped text with places where a line may break; a copy of it from the page is unchanged."""
    return _BREAK.join(
        part
        if len(part) <= _LONG
        else _BREAK.join(_RUN.sub(lambda run: run[0] + _BREAK, piece) for piece in _UNDERSCORE.split(part))
        for part in _JOINT.split(code)
    )
