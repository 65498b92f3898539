"""The hierarchy of a model as nodes with their weight counts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.database import Database
from nsys_tools.model.demand import entry_of, weight_count
from nsys_tools.model.domain import Kind, ModuleNode, OperatorCategory

_INDICES = re.compile(r"\[([0-9,-]+)\]")


def nodes(model: Model, database: Database) -> tuple[ModuleNode, ...]:
    """Return the hierarchy as domain objects, top layers first."""
    return tuple(_node(layer, model, database) for layer in model.layers)


def walk(node: ModuleNode, depth: int = 0) -> Iterator[tuple[int, ModuleNode]]:
    """Yield (depth, node) for a node and its descendants, in order."""
    yield depth, node
    for child in node.children:
        yield from walk(child, depth + 1)


def find(model: Model, path: str) -> Layer:
    """Return the layer at a path. ``model.layers.3`` finds ``model.layers.[1-11]``.

    Raises
    ------
    NsysToolsError
        If no layer has this path. The hint lists the layers at the first component that does not match.
    """
    layers, found = model.layers, None
    while True:
        step = next((layer for layer in layers if _leads_to(layer.path, path)), None)
        if step is None:
            known = ", ".join(layer.path for layer in layers) or "none"
            below = f"below {found.path}" if found else "at the top level"
            raise NsysToolsError(f"The model {model.name} has no layer {path!r}.", f"Layers {below}: {known}.")
        if _pattern(step.path).fullmatch(path):
            return step
        found, layers = step, step.sub_layers


def instances(path: str, other: str = "") -> Iterator[tuple[str, str]]:
    """Yield every instance of a layer: its name in the model's code and in transformers.

    Parameters
    ----------
    path
        Path with ranges, such as ``model.layers.[1-11].mlp.experts.[0-63]``.
    other
        The same path in transformers. It uses the outer indices, and can have fewer indices.
    """
    for indices in itertools.product(*(_numbers(found) for found in _INDICES.findall(path))):
        yield _filled(path, indices), _filled(other, indices)


def spellings(path: str, other: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the names that the trace ranges of each layer instance can have.

    These are the names in the model's code and in transformers, from `instances`, and the name in predictions, in
    which repeats inside the outermost repeat are merged (``model.layers.3.mlp.experts.[0-63]``).
    """
    for indices in itertools.product(*(_numbers(found) for found in _INDICES.findall(path))):
        together = _INDICES.sub(str(indices[0]), path, count=1) if indices else path
        yield _filled(path, indices), _filled(other, indices), together


def _filled(path: str, indices: tuple[int, ...]) -> str:
    left = iter(indices)
    return _INDICES.sub(lambda _: str(next(left)), path)


def _leads_to(prefix: str, path: str) -> bool:
    return re.match(_pattern(prefix).pattern + r"(\.|$)", path) is not None


def _pattern(path: str) -> re.Pattern[str]:
    """Return a pattern that matches a path as written, and also with one index in place of each range."""
    parts, position = [], 0
    for match in _INDICES.finditer(path):
        numbers = "|".join(map(str, _numbers(match[1])))
        parts += [re.escape(path[position : match.start()]), f"(?:{re.escape(match[0])}|{numbers})"]
        position = match.end()
    return re.compile("".join([*parts, re.escape(path[position:])]))


def _numbers(ranges: str) -> list[int]:
    found: list[int] = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _node(layer: Layer, model: Model, database: Database) -> ModuleNode:
    entry = entry_of(layer, model, database)
    if layer.sub_layers:
        category = OperatorCategory.COMPOSITE
    else:
        category = OperatorCategory(entry.category) if entry else OperatorCategory.UNKNOWN
    return ModuleNode(
        path=layer.path,
        transformers_path=layer.transformers,
        qualified_class=layer.qualified_class,
        kind=Kind(layer.kind),
        category=category,
        count=layer.count,
        weight_count=weight_count(model, layer, database),
        children=tuple(_node(child, model, database) for child in layer.sub_layers),
    )
