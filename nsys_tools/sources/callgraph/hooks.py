"""Graphviz files written by forward hooks.

Edges are labeled with the number of actual calls, and nodes with class, shapes and dtype.

::

    "model" -> "model.norm" [label="1"];
    "model.norm" [label="RMSNorm @ model.norm\\nin [1, 9, 64] torch.bfloat16 | out [1, 9, 64] torch.bfloat16"];
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nsys_tools.errors import NsysToolsError

_EDGE = re.compile(r'^\s*"(?P<caller>[^"]*)"\s*->\s*"(?P<module>[^"]*)"\s*(?:\[[^\]]*?label="(?P<calls>\d+)"[^\]]*\])?')
_NODE = re.compile(r'^\s*"(?P<module>[^"]*)"\s*\[label="(?P<label>[^"]*)"')


@dataclass(frozen=True)
class Hooks:
    """A recording made by forward hooks.

    Attributes
    ----------
    calls
        Number of calls to each module from all its callers. The outermost module has no entry.
    children
        Modules that each module called.
    edges
        Number of calls to each module from each of its callers.
    classes
        Class by module.
    shapes
        Description of inputs and outputs.
    """

    calls: dict[str, int]
    children: dict[str, tuple[str, ...]]
    edges: dict[str, dict[str, int]]
    classes: dict[str, str]
    shapes: dict[str, str]


def parse(text: str, path: Path) -> Hooks:
    """Read the text of a ``.dot`` file.

    Parameters
    ----------
    text
        The content of the file. An edge without a label counts as one call.
    path
        Path of the file, for error messages.

    Raises
    ------
    NsysToolsError
        If the text has no edges between quoted names, or if the edges count operations.
    """
    edges: dict[str, dict[str, int]] = {}
    children: dict[str, list[str]] = {}
    classes: dict[str, str] = {}
    shapes: dict[str, str] = {}
    for line in text.splitlines():
        if edge := _EDGE.match(line):
            caller, module = edge["caller"], edge["module"]
            callers = edges.setdefault(module, {})
            callers[caller] = callers.get(caller, 0) + int(edge["calls"] or 1)
            children.setdefault(caller, []).append(module)
        elif node := _NODE.match(line):
            first, _, rest = node["label"].partition("\\n")
            classes[node["module"]] = first.partition(" @ ")[0]
            if rest:
                shapes[node["module"]] = rest
    if not edges:
        raise NsysToolsError(
            f"{path} contains no forward-hook edges.", 'An edge looks like this: "model" -> "model.norm" [label="1"];'
        )
    calls = {module: sum(callers.values()) for module, callers in edges.items()}
    _check_calls(edges, calls, path)
    return Hooks(calls, {name: tuple(names) for name, names in children.items()}, edges, classes, shapes)


def _check_calls(edges: dict[str, dict[str, int]], calls: dict[str, int], path: Path) -> None:
    """Refuse a file whose edges count operations, as in TorchLens's graphs.

    The operations inside a module include those inside the modules that it calls, so a module has at least as many
    operations as these modules together. Calls behave differently: a module that calls several others, each at least
    once, makes more calls than it receives. The check depends on the majority of modules, because a module that
    calls only one of its children at a time receives as many calls as it makes.
    """
    made: dict[str, list[int]] = {}
    for callers in edges.values():
        for caller, count in callers.items():
            made.setdefault(caller, []).append(count)
    branching = [name for name, counts in made.items() if len(counts) > 1 and name in calls]
    including = [name for name in branching if calls[name] >= sum(made[name])]
    if 2 * len(including) > len(branching):
        name = including[0]
        raise NsysToolsError(
            f"{path}: the edges count operations instead of calls. {name!r} has {calls[name]:,}, and the "
            f"{len(made[name])} "
            f"modules that it calls have {sum(made[name]):,} in total.",
            "Use TorchLens's JSON instead, or record calls with `nsys-tools callgraph trace --hooks-only`.",
        )
