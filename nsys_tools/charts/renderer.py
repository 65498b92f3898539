"""Drawing SVG, in a second process if one was started beforehand."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from nsys_tools.charts import bundle
from nsys_tools.processes import DiedError, Process

Specs = Mapping[str, dict[str, Any]]
_NUMBERED = re.compile(r"\b(?:gradient_|clip)\d+\b")


class _Beside:
    """The renderer in a second process."""

    def __init__(self, *, has_page: bool) -> None:
        self.process = Process()
        self.process.submit(_load, has_page)
        self._is_loaded = False

    def start(self, specs: Specs) -> Callable[[], dict[str, str]]:
        self.process.submit(_drawn, specs)
        return self._result

    def _result(self) -> dict[str, str]:
        if not self._is_loaded:
            self.process.result()
            self._is_loaded = True
        found: dict[str, str] = self.process.result()
        return found


_BESIDE: ContextVar[_Beside | None] = ContextVar("_BESIDE", default=None)


@contextmanager
def beside(*, has_page: bool) -> Iterator[None]:
    """Load the renderer in a second process, which draws the first SVGs inside this context.

    The renderer holds Python's global lock. It takes about half a second to load, and another second to bundle the
    script of a page for the first time. If it is already loaded here, no process is started.

    Parameters
    ----------
    has_page
        Whether a page with interactive pictures will be written.
    """
    if "vl_convert" in sys.modules:
        yield
        return
    second = _Beside(has_page=has_page)
    before = _BESIDE.set(second)
    try:
        yield
    finally:
        _BESIDE.reset(before)
        second.process.stop()


class Drawn(Mapping[str, bytes]):
    """SVGs by name. The second process draws them until the first one is read.

    Parameters
    ----------
    specs
        Vega-Lite specs by name.
    """

    def __init__(self, specs: Specs) -> None:
        self._specs = specs
        self._found: dict[str, str] | None = None
        self._wait: Callable[[], dict[str, str]] = functools.partial(_drawn, specs)
        if second := _BESIDE.get():
            _BESIDE.set(None)  # it draws once, so results cannot be mixed up
            with suppress(DiedError):  # this process draws, which is slower
                self._wait = second.start(specs)

    def __getitem__(self, name: str) -> bytes:  # noqa: D105
        if self._found is None:
            try:
                self._found = self._wait()
            except DiedError:
                self._found = _drawn(self._specs)
        return self._found[name].encode()

    def __contains__(self, name: object) -> bool:  # noqa: D105
        return name in self._specs  # without waiting for the drawing

    def __iter__(self) -> Iterator[str]:  # noqa: D105
        return iter(self._specs)

    def __len__(self) -> int:  # noqa: D105
        return len(self._specs)


def _load(has_page: bool) -> None:
    _drawn({"": {"mark": "bar", "data": {"values": []}}})
    if has_page:
        bundle.script()


def _drawn(specs: Specs) -> dict[str, str]:
    import vl_convert  # noqa: PLC0415

    return {name: _numbered(vl_convert.vegalite_to_svg(dict(spec))) for name, spec in specs.items()}


def _numbered(svg: str) -> str:
    """Return an SVG with IDs numbered from 0, because the renderer continues the previous chart's numbering."""
    found = {name: f"{name.rstrip('0123456789')}{n}" for n, name in enumerate(dict.fromkeys(_NUMBERED.findall(svg)))}
    return _NUMBERED.sub(lambda match: found[match[0]], svg)
