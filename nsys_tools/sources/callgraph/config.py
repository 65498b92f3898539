"""Configuration for grouping a call graph: stages and their modules, kinds, minimum counts, and excluded names.

The configuration is a TOML file. The files ``analytic/callgraphs/*.toml`` are shipped. Without ``--config``,
``default`` applies::

    model = "DeepSeek-OCR"
    root = "model"                          # prefix of all module names in some recordings
    smallest = { for = 2, parfor = 2 }      # minimum size of a group
    kinds = ["for", "parfor"]               # for modules outside all stages
    never = ["*.rotary_emb"]                # names that are never grouped; * also matches dots

    [[stage]]
    name = "sam"
    modules = ["sam_model"]                 # prefixes of module names; the longest match applies
    kinds = ["for"]

    [labels]
    "layers" = "decoder layers"             # text after a group in the Markdown, by group name; * as above
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError

KINDS = ("for", "parfor")
_KEYS = {"model", "root", "smallest", "kinds", "never", "stage", "labels"}
_STAGE_KEYS = {"name", "modules", "kinds"}


@dataclass(frozen=True)
class Stage:
    """A part of the model.

    Attributes
    ----------
    name
        Name, as in the stages of a trace.
    modules
        Prefixes of its modules' names, without the root.
    kinds
        Kinds of groups to emit.
    """

    name: str
    modules: tuple[str, ...]
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Config:
    """Configuration for grouping. The module's docstring describes the fields.

    Attributes
    ----------
    model, root, kinds, never, stages, labels
        As in the file.
    smallest
        Minimum count by kind.
    """

    model: str | None = None
    root: str = ""
    smallest: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 2))
    kinds: tuple[str, ...] = KINDS
    never: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def bare(self, name: str) -> str:
        """Return a name without the root prefix."""
        return name.removeprefix(f"{self.root}.") if self.root else name

    def full(self, name: str) -> str:
        """Return a name with the root prefix."""
        return f"{self.root}.{self.bare(name)}" if self.root and name != self.root else name

    def stage(self, name: str) -> Stage | None:
        """Return the stage of a module, or of a group named after its modules."""
        bare = self.bare(name)
        fits = [
            (len(prefix), stage)
            for stage in self.stages
            for prefix in stage.modules
            if bare == prefix or bare.startswith(f"{prefix}.")
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def emits(self, kind: str, name: str, count: int) -> bool:
        """Return whether a group of this kind, name and count is wanted."""
        stage = self.stage(name)
        wanted = self.kinds if stage is None else stage.kinds
        left_alone = any(fnmatchcase(self.bare(name), pattern) for pattern in self.never)
        return kind in wanted and count >= self.smallest[kind] and not left_alone

    def label(self, name: str) -> str | None:
        """Return the text for a group from the first matching label."""
        bare = self.bare(name)
        return next((text for pattern, text in self.labels.items() if fnmatchcase(bare, pattern)), None)


def find(given: str | None) -> Config:
    """Return a configuration.

    Parameters
    ----------
    given
        Path of a file, or name of a shipped configuration; None selects ``default``.

    Raises
    ------
    NsysToolsError
        If the file does not exist or contains an invalid key.
    """
    path = Path(given) if given else None
    if path is None or not path.is_file():
        path = assets.find(f"analytic/callgraphs/{given or 'default'}.toml")
    if path is None:
        shipped = ", ".join(name.removesuffix(".toml") for name in assets.listing("analytic/callgraphs", "*.toml"))
        raise NsysToolsError(f"--config {given} does not exist.", f"Use a file or one of: {shipped}.")
    try:
        return _config(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise NsysToolsError(f"--config {path}: the file cannot be read ({error}).") from None
    except ValueError as error:
        raise NsysToolsError(f"--config {path}: {error}.", "docs/guides/modules.md describes the keys.") from None


def _config(data: dict[str, Any]) -> Config:
    if unknown := sorted(set(data) - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}")
    smallest = data.get("smallest", {})
    if isinstance(smallest, int):
        smallest = dict.fromkeys(KINDS, smallest)
    if not isinstance(smallest, dict) or set(smallest) - set(KINDS) or not all(_positive(n) for n in smallest.values()):
        raise ValueError("key 'smallest' must be a count, or a table with counts for 'for' and 'parfor'")
    labels = data.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise ValueError("key 'labels' must be a table of strings")
    stages = data.get("stage", [])
    if not isinstance(stages, list) or not all(isinstance(stage, dict) for stage in stages):
        raise ValueError("key 'stage' must be a list of tables: [[stage]]")
    return Config(
        model=_text(data, "model", "") or None,
        root=_text(data, "root", "").strip("."),
        smallest=dict.fromkeys(KINDS, 2) | smallest,
        kinds=_kinds(data),
        never=_texts(data, "never"),
        stages=tuple(_stage(stage) for stage in stages),
        labels=labels,
    )


def _stage(data: dict[str, Any]) -> Stage:
    if unknown := sorted(set(data) - _STAGE_KEYS):
        raise ValueError(f"unknown key {unknown[0]!r} in a stage")
    name, modules = _text(data, "name", ""), _texts(data, "modules")
    if not name or not modules:
        raise ValueError("a stage must have 'name' and 'modules'")
    return Stage(name, modules, _kinds(data))


def _positive(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _text(data: dict[str, Any], key: str, default: str) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"key {key!r} must be a string")
    return value


def _texts(data: dict[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
        raise ValueError(f"key {key!r} must be a list of strings")
    return tuple(value)


def _kinds(data: dict[str, Any]) -> tuple[str, ...]:
    kinds = _texts(data, "kinds") if "kinds" in data else KINDS
    if unknown := sorted(set(kinds) - set(KINDS)):
        raise ValueError(f"unknown kind {unknown[0]!r}; use 'for' or 'parfor'")
    return kinds
