"""Building and drawing charts, in a second process if one was started beforehand."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from nsys_tools.charts import bundle
from nsys_tools.processes import later

Specs = dict[str, dict[str, Any]]
Build = Callable[[], Specs]
_NUMBERED = re.compile(r"\b(?:gradient_|clip)\d+\b")
_NUMBERS = itertools.count(1)
_BUILT: dict[int, Specs] = {}
"""The specs that this process has built for another one, by number."""


def prepare(*, has_page: bool) -> None:
    """Load what charts need in the second process.

    Altair and the renderer hold Python's global lock. They take about a second to load, and another second to bundle
    the script of a page for the first time.

    Parameters
    ----------
    has_page
        Whether a page with interactive pictures will be written.
    """
    later(_load, has_page, instead=lambda: None)


class Drawn(Mapping[str, bytes]):
    """SVGs by name. They are built and drawn by the second process, which continues until the first one is read.

    Parameters
    ----------
    build
        Function that returns Vega-Lite specs by name. The second process calls it, so it must be picklable.
    """

    def __init__(self, build: Build) -> None:
        number = next(_NUMBERS)
        specs = functools.cache(build)
        self._names = functools.cache(later(_built, number, build, instead=lambda: list(specs())))
        self._svgs = functools.cache(later(_drawn_later, number, instead=lambda: _drawn(specs())))

    def __getitem__(self, name: str) -> bytes:  # noqa: D105
        return self._svgs()[name].encode()

    def __contains__(self, name: object) -> bool:  # noqa: D105
        return name in self._names()  # without waiting for the drawing

    def __iter__(self) -> Iterator[str]:  # noqa: D105
        return iter(self._names())

    def __len__(self) -> int:  # noqa: D105
        return len(self._names())


def _load(has_page: bool) -> None:
    _drawn({"": {"mark": "bar", "data": {"values": []}}})
    import_module("nsys_tools.charts.style")
    if has_page:
        bundle.script()


def _built(number: int, build: Build) -> list[str]:
    _BUILT[number] = build()
    return list(_BUILT[number])


def _drawn_later(number: int) -> dict[str, str]:
    return _drawn(_BUILT.pop(number))


def _drawn(specs: Specs) -> dict[str, str]:
    import vl_convert  # noqa: PLC0415

    return {name: _numbered(vl_convert.vegalite_to_svg(dict(spec))) for name, spec in specs.items()}


def _numbered(svg: str) -> str:
    """Return an SVG with IDs numbered from 0, because the renderer continues the previous chart's numbering."""
    found = {name: f"{name.rstrip('0123456789')}{n}" for n, name in enumerate(dict.fromkeys(_NUMBERED.findall(svg)))}
    return _NUMBERED.sub(lambda match: found[match[0]], svg)
