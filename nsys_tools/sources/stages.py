"""Stages: named parts of a run, from a small TOML of range-name patterns.

::

    [[stage]]
    name = "decode"
    match = ["decode", "generate/step *"]
    phase = "decode"                      # optional: the phase of the analytic model that it is
    layers = ["model.sam_model"]          # optional: or the part of that phase, as paths of layers
    role = "step"                         # optional: "request", or "step": an instance is one step of its phase

A pattern is compared with rolled-up paths (``decode/step *``, see ``range.rolled_path``): ``*`` and ``?``
stand for characters of one name, ``**`` also crosses ``/``. A pattern without ``/`` matches a range of that
name at any depth; one with ``/`` matches from the outermost range on. The first pattern that matches counts.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.database import Database
from nsys_tools.sources.source import Read

_KEYS = {"name", "match", "phase", "layers", "role"}
ROLES = ("request", "step")
_EXAMPLE = 'A stage is: [[stage]], then name = "decode" and match = ["decode", "generate/step *"].'


@dataclass(frozen=True)
class Stage:
    """A stage: the patterns of the ranges that are its instances, and its part of the analytic model.

    Attributes
    ----------
    name
        What it is called.
    patterns
        See `expression`.
    phase
        Phase of the model that it is, or belongs to; empty when it is none, or has the phase's name.
    layers
        Paths of the layers that it runs; empty for all of the phase.
    role
        ``request``: an instance is one request, from its input to its last token; ``step``: one decode step, which
        gives one token; empty for neither.
    """

    name: str
    patterns: tuple[str, ...]
    phase: str = ""
    layers: tuple[str, ...] = ()
    role: str = ""

    def of_phase(self, phase: str) -> Stage:
        """Return the stage with its phase named."""
        return replace(self, phase=phase)

    def runs(self, path: str) -> bool:
        """Return whether the layer at `path` belongs to it."""
        return not self.layers or self.exactness(path) > 0

    def exactness(self, path: str) -> int:
        """Return the length of the path of its layers that leads to `path`; 0 if none does."""
        return max((len(layer) for layer in self.layers if f"{path}.".startswith(f"{layer}.")), default=0)


def expression(pattern: str) -> str:
    """Return the regular expression for a pattern, to match a whole rolled-up path."""
    parts = []
    for token in re.findall(r"\*\*|\*|\?|[^*?]+", pattern):
        parts.append({"**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token))
    body = "".join(parts)
    return body if "/" in pattern else f"(.*/)?{body}"


class StagesFile:
    """The stages of a file: a source.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    stages
        The stages, in the order of the file.

    Raises
    ------
    NsysToolsError
        See `read`.
    """

    name = "stages"
    file = ""
    tables = ("stage_pattern", "stage_role")
    queries: tuple[str, ...] = ()
    is_asked = True
    failure = "The stages file is not used"

    def __init__(self, path: Path) -> None:
        self.stages = read(path)

    def define(self, database: Database) -> None:
        """Define the session tables ``stage_pattern`` and ``stage_role``."""
        flat = [(stage.name, pattern) for stage in self.stages for pattern in stage.patterns]
        database.define("stage_pattern", [(n, name, expression(p)) for n, (name, p) in enumerate(flat)])
        database.define("stage_role", [(s.name, s.role, s.phase or s.name) for s in self.stages if s.role])

    def check(self, _: Read) -> list[str]:
        """Find nothing: any stages are possible."""
        return []


def read(path: Path) -> list[Stage]:
    """Read a stages file.

    Raises
    ------
    NsysToolsError
        If it cannot be read, is no TOML, or a key is wrong; with the line and the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NsysToolsError(f"--stages {path}: cannot be read ({reason}).") from None
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise NsysToolsError(f"--stages {path}: is nested too deep.", _EXAMPLE) from None
    except ValueError as error:
        raise NsysToolsError(f"--stages {path}: {error}.", _EXAMPLE) from None
    if unknown := sorted(set(data) - {"stage"}):
        raise NsysToolsError(
            f"--stages {path}, line {_line(text, unknown[0])}: key {unknown[0]!r} is not known.", _EXAMPLE
        )
    entries = data.get("stage", [])
    if not isinstance(entries, list) or not entries:
        raise NsysToolsError(f"--stages {path}: there is no [[stage]] in it.", _EXAMPLE)
    return [_stage(path, text, number, entry) for number, entry in enumerate(entries)]


def _stage(path: Path, text: str, number: int, entry: object) -> Stage:
    def fail(key: str, what: str) -> NsysToolsError:
        line = _line(text, key, number)
        return NsysToolsError(f"--stages {path}, line {line}, stage {number + 1}: key {key!r} {what}.", _EXAMPLE)

    if not isinstance(entry, dict):
        raise fail("stage", "is no table")
    if unknown := sorted(set(entry) - _KEYS):
        raise fail(unknown[0], "is not known")
    name, phase, role = entry.get("name"), entry.get("phase", ""), entry.get("role", "")
    if not isinstance(name, str) or not name:
        raise fail("name", "must be a text")
    if not isinstance(phase, str):
        raise fail("phase", "must be a text")
    if role not in ("", *ROLES):
        raise fail("role", f"must be one of {', '.join(ROLES)}")
    patterns, layers = _texts(entry.get("match")), _texts(entry.get("layers", []))
    if not patterns:
        raise fail("match", "must be a pattern or a list of patterns")
    if layers is None:
        raise fail("layers", "must be a path or a list of paths")
    return Stage(name, patterns, phase, layers, role)


def _texts(value: object) -> tuple[str, ...] | None:
    """Return a text or a list of texts as a tuple; None if it is something else."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        return None
    return tuple(texts)


def _line(text: str, key: str, stage: int | None = None) -> int:
    """Return the line of `key`; of the stage's header when the key is missing in it."""
    lines = text.splitlines()
    first, last = 0, len(lines)
    if stage is not None:
        headers = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[?\s*stage\b", line)]
        if stage < len(headers):
            first = headers[stage]
            last = headers[stage + 1] if stage + 1 < len(headers) else last
    for number in range(first, last):
        if re.match(rf'\s*\[*\s*"?{re.escape(key)}"?\s*[=\].]', lines[number]):
            return number + 1
    return first + 1
