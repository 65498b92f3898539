"""Stages: named parts of a run, defined by range-name patterns in a TOML file.

::

    [[stage]]
    name = "decode"
    match = ["decode", "generate/step *"]
    phase = "decode"                      # optional: its phase of the analytic model
    layers = ["model.sam_model"]          # optional: only this part of the phase, as layer paths
    role = "step"                         # optional: "request" or "step": what one instance is

A pattern is matched against rolled-up paths (``decode/step *``, see ``range.rolled_path``). ``*`` and ``?``
match characters of one name, ``**`` also matches ``/``. A pattern without ``/`` matches a range of that
name at any depth. One with ``/`` is matched from the outermost range. The first matching pattern applies.
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
_EXAMPLE = 'Define a stage with [[stage]], followed by name = "decode" and match = ["decode", "generate/step *"].'


@dataclass(frozen=True)
class Stage:
    """A stage: patterns for the ranges that are its instances, and its part of the analytic model.

    Attributes
    ----------
    name
        Name of the stage.
    patterns
        See `expression`.
    phase
        Phase of the model that the stage is or belongs to; empty if there is none or if both have the same name.
    layers
        Paths of the layers that it runs; empty for all layers of the phase.
    role
        ``request``: an instance is one request, from its input to its last token. ``step``: an instance is one decode
        step, which generates one token. Empty if it is neither.
    """

    name: str
    patterns: tuple[str, ...]
    phase: str = ""
    layers: tuple[str, ...] = ()
    role: str = ""

    def of_phase(self, phase: str) -> Stage:
        """Return the stage with its phase set."""
        return replace(self, phase=phase)

    def runs(self, path: str) -> bool:
        """Return whether the layer at `path` belongs to the stage."""
        return not self.layers or self.exactness(path) > 0

    def exactness(self, path: str) -> int:
        """Return the length of the stage's layer path that contains `path`, or 0 if none does."""
        return max((len(layer) for layer in self.layers if f"{path}.".startswith(f"{layer}.")), default=0)


def expression(pattern: str) -> str:
    """Return the regular expression of a pattern, which must match a whole rolled-up path."""
    parts = []
    for token in re.findall(r"\*\*|\*|\?|[^*?]+", pattern):
        parts.append({"**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token))
    body = "".join(parts)
    return body if "/" in pattern else f"(.*/)?{body}"


class StagesFile:
    """The stages of a file, as a source.

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
        """Return no notes, because all stages are valid."""
        return []


def read(path: Path) -> list[Stage]:
    """Read a stages file.

    Raises
    ------
    NsysToolsError
        If the file cannot be read, is not TOML, or contains an invalid key. The message contains the line and the key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NsysToolsError(f"--stages {path}: the file cannot be read ({reason}).") from None
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise NsysToolsError(f"--stages {path}: the file is nested too deeply.", _EXAMPLE) from None
    except ValueError as error:
        raise NsysToolsError(f"--stages {path}: {error}.", _EXAMPLE) from None
    if unknown := sorted(set(data) - {"stage"}):
        raise NsysToolsError(f"--stages {path}, line {_line(text, unknown[0])}: unknown key {unknown[0]!r}.", _EXAMPLE)
    entries = data.get("stage", [])
    if not isinstance(entries, list) or not entries:
        raise NsysToolsError(f"--stages {path}: the file contains no [[stage]].", _EXAMPLE)
    return [_stage(path, text, number, entry) for number, entry in enumerate(entries)]


def _stage(path: Path, text: str, number: int, entry: object) -> Stage:
    def fail(key: str, what: str) -> NsysToolsError:
        line = _line(text, key, number)
        return NsysToolsError(f"--stages {path}, line {line}, stage {number + 1}: key {key!r} {what}.", _EXAMPLE)

    if not isinstance(entry, dict):
        raise fail("stage", "is not a table")
    if unknown := sorted(set(entry) - _KEYS):
        raise fail(unknown[0], "is unknown")
    name, phase, role = entry.get("name"), entry.get("phase", ""), entry.get("role", "")
    if not isinstance(name, str) or not name:
        raise fail("name", "must be a string")
    if not isinstance(phase, str):
        raise fail("phase", "must be a string")
    if role not in ("", *ROLES):
        raise fail("role", f"must be one of {', '.join(ROLES)}")
    patterns, layers = _texts(entry.get("match")), _texts(entry.get("layers", []))
    if not patterns:
        raise fail("match", "must be a pattern or a list of patterns")
    if layers is None:
        raise fail("layers", "must be a path or a list of paths")
    return Stage(name, patterns, phase, layers, role)


def _texts(value: object) -> tuple[str, ...] | None:
    """Return a string or a list of strings as a tuple, or None for anything else."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        return None
    return tuple(texts)


def _line(text: str, key: str, stage: int | None = None) -> int:
    """Return the line number of `key`, or of the stage's header if the key is missing."""
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
