"""The formula database: FLOPs, bytes and weights of each module class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents
from nsys_tools.model.closed_form import ZERO, ClosedForm, substitute, variable
from nsys_tools.model.expression import parse

SCHEMA = "analytic/modules/schema.json"
FLOWS = (
    "matrix_flops", "other_flops", "read_bytes", "written_bytes", "weight_bytes", "intermediate_bytes",
    "network_bytes",
)  # fmt: skip
MOVED = ("read_bytes", "written_bytes", "weight_bytes")
STATES = ("kv_bytes", "weight_count", "held_bytes")
METRICS = FLOWS + STATES
RESERVED = frozenset(
    {"dtype_bytes", "weight_dtype_bytes", "input_dtype_bytes", "cache_dtype_bytes", "masked", "expanded"}
)
ANY_CHILD = "*"


@attrs.frozen
class Entry:
    """An entry in the formula database for a module class.

    Attributes
    ----------
    name, file, meaning, category, source
        Key, file, description, operator category, and source of the formulas.
    classes
        Full class names. ``*`` matches any text.
    parameters
        Name -> meaning.
    defaults
        Defaults of parameters that have one, as closed forms.
    texts
        The formulas as written, including the `where` definitions.
    formulas
        Metric -> closed form of the parameters and `RESERVED` names. Empty for a composite.
    children
        For a composite: the entries that are allowed below it.
    role
        Role of its weights: ``weights``, ``experts``, or ``kept`` (in the model's dtype).
    """

    name: str
    file: str
    meaning: str
    category: str
    source: str
    classes: tuple[str, ...]
    parameters: Mapping[str, str]
    defaults: Mapping[str, ClosedForm]
    texts: Mapping[str, str]
    formulas: Mapping[str, ClosedForm]
    children: tuple[str, ...]
    role: str = "kept"

    @property
    def is_composite(self) -> bool:
        """Whether the entry only groups other entries."""
        return bool(self.children)

    def formula(self, metric: str) -> ClosedForm:
        """Return the closed form of a metric, or zero if the entry does not define it."""
        return self.formulas.get(metric, ZERO)


class Database:
    """All entries, by name and by class.

    Parameters
    ----------
    entries
        Name -> entry.

    Raises
    ------
    NsysToolsError
        If a composite has an unknown child or is its own descendant.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = dict(entries)
        for entry in self.entries.values():
            for child in entry.children:
                if child != ANY_CHILD and child not in self.entries:
                    raise NsysToolsError(f"{entry.file}: {entry.name}.children: unknown entry {child!r}.")
        links = {e.name: frozenset(e.children) - {ANY_CHILD} for e in self.entries.values()}
        documents.ordered(links, "The children in the formula database")

    @cached_property
    def _patterns(self) -> list[tuple[int, str, re.Pattern[str], Entry]]:
        rows = [(pattern, entry) for entry in self.entries.values() for pattern in entry.classes]
        # The longest pattern is the most specific one.
        return sorted(
            ((-len(p.replace("*", "")), p, re.compile(translate(p)), e) for p, e in rows),
            key=lambda row: row[:2],
        )

    @cached_property
    def _found(self) -> dict[str, Entry | None]:
        return {}

    def by_class(self, qualified: str) -> Entry | None:
        """Return the entry of a full class name, or None for a class without a formula. Formulas are never guessed."""
        if qualified not in self._found:
            matches = (entry for _, _, pattern, entry in self._patterns if pattern.match(qualified))
            self._found[qualified] = next(matches, None)
        return self._found[qualified]


def load() -> Database:
    """Return the formula database from the files of ``analytic/modules``. The user's files take precedence.

    Raises
    ------
    NsysToolsError
        If a file violates the schema, an expression is invalid, or an entry is duplicated.
    """
    entries: dict[str, Entry] = {}
    for path in assets.listing("analytic", "modules/*.yaml").values():
        for name, data in documents.read(path, SCHEMA).items():
            if name in entries:
                raise NsysToolsError(f"{path}: entry {name!r} is already defined in {entries[name].file}.")
            entries[name] = entry_from(name, data, path)
    return Database(entries)


def entry_from(name: str, data: Mapping[str, Any], path: Path) -> Entry:
    """Return an entry from data that conforms to the schema. `path` and `name` are used in error messages."""
    place = f"{path}: {name}"
    _check_kind(data, place)
    parameters = data.get("parameters", {})
    where = {key: parse(text, f"{place}.where.{key}") for key, text in data.get("where", {}).items()}
    known = RESERVED | parameters.keys() | where.keys()
    for key in where.keys() & (RESERVED | parameters.keys()):
        raise NsysToolsError(f"{place}.where.{key}: {key!r} is already a parameter or a reserved name.")
    local = _resolved(where, known, f"{place}.where")
    formulas = {}
    for metric, text in data.get("formulas", {}).items():
        form = parse(text, f"{place}.formulas.{metric}")
        _known(form, known, f"{place}.formulas.{metric}")
        formulas[metric] = substitute(form, local)
    if "weight_count" in formulas:
        formulas.setdefault("held_bytes", formulas["weight_count"] * variable("weight_dtype_bytes"))
    return Entry(
        name=name,
        file=str(path),
        meaning=data["meaning"],
        category=data["category"],
        source=data.get("source", "the sum of its children"),
        classes=tuple(data["classes"]),
        parameters={key: value["meaning"] for key, value in parameters.items()},
        defaults=_defaults(parameters, place),
        texts={**data.get("where", {}), **data.get("formulas", {})},
        formulas=formulas,
        children=tuple(data.get("children", ())),
        role=data.get("role", "kept"),
    )


def _check_kind(data: Mapping[str, Any], place: str) -> None:
    """Refuse an entry that both groups other entries and computes values, or does neither."""
    is_composite = data["category"] == "composite"
    wanted = ["children"] if is_composite else ["formulas", "source"]
    refused = ["formulas", "where", "parameters"] if is_composite else ["children"]
    kind = "a composite" if is_composite else "a computed entry"
    for key in wanted:
        if key not in data:
            raise NsysToolsError(f"{place}.{key}: this key is missing, but {kind} requires it.")
    for key in refused:
        if key in data:
            raise NsysToolsError(f"{place}.{key}: this key is not allowed in {kind}.")


def _defaults(parameters: Mapping[str, Any], place: str) -> dict[str, ClosedForm]:
    found = {}
    for key, value in parameters.items():
        if "default" in value:
            form = parse(value["default"], f"{place}.parameters.{key}.default")
            _known(form, parameters.keys() - {key}, f"{place}.parameters.{key}.default")
            found[key] = form
    return found


def _resolved(where: Mapping[str, ClosedForm], known: frozenset[str], place: str) -> dict[str, ClosedForm]:
    """Return the definitions in terms of parameters only, substituting each one into the next."""
    result: dict[str, ClosedForm] = {}
    for key in documents.ordered({k: form.names & where.keys() for k, form in where.items()}, place):
        _known(where[key], known, f"{place}.{key}")
        result[key] = substitute(where[key], result)
    return result


def _known(form: ClosedForm, known: Any, place: str) -> None:
    for name in sorted(form.names - set(known)):
        hint = f"Known variables: {', '.join(sorted(known))}."
        raise NsysToolsError(f"{place}: unknown variable {name!r}.", hint)
