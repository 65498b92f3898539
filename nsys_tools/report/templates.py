"""Report templates, which are assets in ``reports/`` and are rendered with Jinja."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.report import markdown
from nsys_tools.units import duration


def asset(name: str) -> Path:
    """Return the path of a file in ``reports/``."""
    path = assets.find(f"reports/{name}")
    if path is None:
        raise NsysToolsError(f"reports/{name} is missing.", "Reinstall nsys-tools.")
    return path


def filled(template: str, **names: Any) -> str:
    """Return a rendered template."""
    return _template(asset(template).read_text(encoding="utf-8")).render(**names)


def filled_page(template: str, **names: Any) -> str:
    """Return a rendered HTML template. Values are escaped unless the template marks them as safe."""
    return _page(asset(template).read_text(encoding="utf-8")).render(**names)


@cache
def _page(text: str) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals.update(number=markdown.number, short=duration)
    return environment.from_string(text)


@cache
def _template(text: str) -> jinja2.Template:
    """Return a compiled template. The result is cached, since compiling takes as long as rendering five times."""
    environment = jinja2.Environment(  # noqa: S701  (templates are Markdown, not HTML, and escape names with code())
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    environment.globals.update(code=markdown.code, plain=markdown.plain, number=markdown.number, counted=_counted)
    environment.filters["code_span"] = markdown.code
    return environment.from_string(text)


def _counted(values: Sequence[Any]) -> list[tuple[Any, int]]:
    """Return the distinct values and their counts, in order of first occurrence."""
    return list(Counter(values).items())
