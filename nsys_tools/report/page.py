"""The HTML page of a report: its Markdown, charts and pictures in one self-contained file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nsys_tools.charts import bundle
from nsys_tools.charts.picture import Picture
from nsys_tools.errors import printable
from nsys_tools.findings.rules import Finding
from nsys_tools.report import markdown as md
from nsys_tools.report.headline import Headline
from nsys_tools.report.templates import asset, filled_page

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src "
)
_BREAK = "<wbr>"
# Names can break after separators. Long parts can also break after an underscore, or anywhere if still too long.
_LONG = 20
_JOINT = re.compile(r"(?<=[./,:\])])(?=[^\s./,:])|(?<=&lt;)(?=\S)")
_UNDERSCORE = re.compile(r"(?<=_)(?=[^\s_])")
_RUN = re.compile(rf"(?:&#?\w+;|[^\s&]){{{_LONG}}}(?=(?:&#?\w+;|[^\s&]){{4}})")
_CODE = re.compile(r"(?<=<code>)[^<]+(?=</code>)")


@dataclass(frozen=True)
class First:
    """The beginning of a trace's page.

    Attributes
    ----------
    head
        The headline facts.
    text
        The same facts as they occur in the Markdown. This part of the Markdown is omitted from the page.
    pictures
        The interactive pictures.
    """

    head: Headline
    text: str
    pictures: Sequence[Picture]


def render(text: str, title: str, charts: Mapping[str, bytes], style: Path, first: First | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    text
        The report as Markdown; its images are keys of `charts`. Raw HTML is shown as text, never interpreted.
    title
        Title of the browser window.
    charts
        SVG, by the path used in `text`.
    style
        The CSS file.
    first
        The content before the sections of `text`.

    Notes
    -----
    The page's content security policy forbids all requests, and all scripts except two, which are identified by their
    digests: the page's own script and the bundle that draws pictures. Names from the trace occur in the page only as
    escaped text and as JSON, which is not executed.
    """
    whole = text.replace(first.text, "", 1) if first else text
    intro, body, sections = _body(whole, charts)
    own = asset("report.js").read_text(encoding="utf-8")
    drawing = bundle.script() if first and first.pictures else ""
    return filled_page(
        "report.html", title=title, intro=intro, body=body, sections=sections, first=first, name=_name, said=_said,
        policy=_POLICY + " ".join(f"'sha256-{_digest(script)}'" for script in (own, drawing) if script),
        style=style.read_text(encoding="utf-8"), script=own, bundle=drawing, data=_data,
    )  # fmt: skip


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _data(picture: Picture) -> str:
    """Return a picture as JSON that cannot end the HTML element that contains it."""
    found: dict[str, Any] = {"specs": picture.specs, "data": picture.data, "extent": picture.extent}
    text = json.dumps(_printable(found), separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _printable(value: Any) -> Any:
    """Return data with the control characters in strings escaped, as nsys-tools does wherever it prints names."""
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return printable(value) if isinstance(value, str) else value


def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def _body(text: str, charts: Mapping[str, bytes]) -> tuple[str, str, list[tuple[str, str]]]:
    """Return the content before the first section, the sections, and the ID and title of each section."""
    renderer = _renderer()
    tokens = renderer.parse(text)
    sections = _sections(tokens)
    html = renderer.renderer.render(tokens, renderer.options, {})
    for path, svg in charts.items():
        data = base64.b64encode(svg).decode("ascii")
        html = html.replace(f'src="{path}"', f'src="data:image/svg+xml;base64,{data}"')
    html = _CODE.sub(lambda match: _breakable(match[0]), html)
    html = html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    intro, mark, rest = html.partition("<h2 ")
    return intro, mark + rest, sections


def _sections(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Assign an ID to each section; return IDs and titles."""
    found: list[tuple[str, str]] = []
    for heading, inside in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag == "h2":
            slug = re.sub(r"[^a-z0-9]+", "-", inside.content.lower()).strip("-") or "section"
            taken = {name for name, _ in found}
            slug = next(name for n in range(len(taken) + 1) if (name := f"{slug}-{n}" if n else slug) not in taken)
            heading.attrSet("id", slug)
            found.append((slug, inside.content))
    return found


def _name(text: str, length: int = md.NAME_LENGTH) -> str:
    """Return a name from the trace as code with break opportunities."""
    return _said_as_html(md.code(text, length))


def _said(finding: Finding) -> str:
    """Return a finding's sentence, with names as code."""
    return _said_as_html(finding.sentence.format(*(md.code(name) for name in finding.names)))


def _said_as_html(text: str) -> str:
    return _CODE.sub(lambda match: _breakable(match[0]), str(_renderer().renderInline(text)))


def _breakable(code: str) -> str:
    """Return escaped text with break opportunities that do not appear in text copied from the page."""
    return _BREAK.join(
        part
        if len(part) <= _LONG
        else _BREAK.join(_RUN.sub(lambda run: run[0] + _BREAK, piece) for piece in _UNDERSCORE.split(part))
        for part in _JOINT.split(code)
    )
