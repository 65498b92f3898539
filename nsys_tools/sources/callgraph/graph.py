"""The call graph of a model: which module calls which, and how many times.

Two formats are supported. The first is TorchLens-like JSON with ``call_counts`` (calls to each module),
``module_children``, and ``module_classes`` or ``module_types``. The numbers in its ``edges`` and
``op_call_counts`` count operations inside a module and are ignored. The second format is the Graphviz file that
forward hooks write, with the number of calls as edge labels (see `nsys_tools.sources.callgraph.hooks`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.callgraph import hooks

_CLASS_KEYS = ("module_classes", "module_types")
_TIME_KEYS = ("time", "generated_at", "created_at", "timestamp")
_HINT = "Expected JSON with call_counts and module_children, as written by TorchLens or nsys-tools callgraph trace."


@dataclass(frozen=True)
class CallGraph:
    """Modules of a model and their calls.

    Attributes
    ----------
    source
        File name without the folder.
    sha256
        Digest of the file.
    time
        Creation time recorded in the file; None if the file has none.
    model
        Model name recorded in the file; None if there is none.
    calls
        Number of calls to each module in the whole recording.
    children
        Modules that each module called, in the order of the file.
    classes
        Class of each module, including modules that are never called.
    callers
        Callers of each module that has more than one caller.
    calls_by_caller
        Number of calls to a module from each of its callers, if the file records it.
    shapes
        Description of a module's inputs and outputs.
    """

    source: str
    sha256: str
    time: str | None
    model: str | None
    calls: dict[str, int]
    children: dict[str, tuple[str, ...]]
    classes: dict[str, str] = field(default_factory=dict)
    callers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calls_by_caller: dict[str, dict[str, int]] = field(default_factory=dict)
    shapes: dict[str, str] = field(default_factory=dict)

    def modules(self) -> set[str]:
        """Return the names of all modules in the file, except the empty name of the model itself."""
        named = {*self.calls, *self.children, *self.classes}
        for children in self.children.values():
            named.update(children)
        return named - {""}


def read(path: Path) -> CallGraph:
    """Read a call graph.

    Parameters
    ----------
    path
        A JSON file, or a ``.dot`` file written by forward hooks.

    Raises
    ------
    NsysToolsError
        If the file cannot be read or has a different format. The message contains the invalid key.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NsysToolsError(f"{path} cannot be read ({reason}).", _HINT) from None
    digest = hashlib.sha256(content).hexdigest()
    if path.suffix == ".dot":
        seen = hooks.parse(text, path)
        return CallGraph(
            path.name, digest, None, None, seen.calls, seen.children, seen.classes, _shared(seen.edges), seen.edges,
            seen.shapes,
        )  # fmt: skip
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NsysToolsError(f"{path} is not JSON ({error}).", _HINT) from None
    if not isinstance(data, dict) or not {"call_counts", "module_children"} & set(data):
        raise NsysToolsError(f"{path} has neither call_counts nor module_children.", _HINT)
    return _graph(path, digest, data)


def _graph(path: Path, digest: str, data: dict[str, Any]) -> CallGraph:
    said = data | _mapping(path, data, "metadata")
    classes: dict[str, str] = {}
    for key in reversed(_CLASS_KEYS):
        classes |= {name: str(value) for name, value in _mapping(path, data, key).items()}
    children = {}
    for name, value in _mapping(path, data, "module_children").items():
        if not isinstance(value, list) or not all(isinstance(child, str) for child in value):
            raise NsysToolsError(f"{path}: module_children[{name!r}] is not a list of names.", _HINT)
        children[name] = tuple(dict.fromkeys(value))
    return CallGraph(
        source=path.name,
        sha256=digest,
        time=next((said[key] for key in _TIME_KEYS if isinstance(said.get(key), str)), None),
        model=said["model"] if isinstance(said.get("model"), str) else None,
        calls=_counts(path, data, "call_counts"),
        children=children,
        classes=classes,
        callers=_shared(_by_module(_mapping(path, data, "edges"))),
        calls_by_caller=_by_module(_counts(path, data, "edge_calls")),
        shapes={name: str(value) for name, value in _mapping(path, data, "shapes").items()},
    )


def _mapping(path: Path, data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise NsysToolsError(f"{path}: {key} is not an object.", _HINT)
    return value


def _counts(path: Path, data: dict[str, Any], key: str) -> dict[str, int]:
    counts = _mapping(path, data, key)
    for name, value in counts.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise NsysToolsError(f"{path}: {key}[{name!r}] is {value!r}, which is not a number of calls.", _HINT)
    return counts


def _by_module(edges: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the values of the ``caller->module`` edges, by module and caller."""
    found: dict[str, dict[str, Any]] = {}
    for edge, value in edges.items():
        caller, arrow, module = edge.partition("->")
        if arrow:
            found.setdefault(module.strip(), {})[caller.strip()] = value
    return found


def _shared(callers: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
    """Return the callers of modules with several callers. The operation counts on TorchLens edges are ignored."""
    return {module: tuple(by) for module, by in callers.items() if len(by) > 1}
