"""The HTML page of a report: its Markdown and charts in one self-contained, script-free file."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from pathlib import Path

from markdown_it import MarkdownIt

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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
    body = body.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>\n{style.read_text(encoding='utf-8')}</style>\n"
        f"</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
