"""Loops of the call graph as a table of the trace's database, so that their modules' ranges can be measured.

Recordings name one module differently: with or without what all names begin with, as the model's own code or as
transformers has it, experts fused into one module or not. Each member of a group therefore comes with every name that
its ranges may have; the layers of the analytic model are the dictionary, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.model import callgraph, tree
from nsys_tools.model.architecture import Model
from nsys_tools.model.callgraph import Grouping, config
from nsys_tools.trace import Trace

# What nearly every model of transformers calls its inner model; configurations may name another root.
_ROOT = "model"


def define(trace: Trace, path: Path, model_name: str = "", model: Model | None = None) -> Grouping:
    """Define the session table ``module_group``.

    Parameters
    ----------
    trace
        The trace whose ranges are to be measured.
    path
        The call graph: JSON, or the ``.dot`` of forward hooks.
    model_name
        Of the model; a shipped configuration of that name says how to group.
    model
        The analytic model, whose layers have a name in the model's own code and one in transformers.

    Raises
    ------
    NsysToolsError
        If the call graph cannot be read.
    """
    grouping = callgraph.group(callgraph.read(path), config.find(_configuration(model_name)))
    trace.define("module_group", list(_rows(grouping, _alike(model) if model else {})))
    return grouping


def _configuration(model_name: str) -> str | None:
    """Return the shipped configuration for a model; None for the default one."""
    name = model_name.replace("-", "_")
    if not re.fullmatch(r"\w+", name):
        return None
    path = assets.find(f"analytic/callgraphs/{name}.toml")
    return str(path) if path else None


def _rows(grouping: Grouping, alike: Mapping[str, set[str]]) -> Iterator[tuple[Any, ...]]:
    root = grouping.root or _ROOT
    for number, group in enumerate(grouping.groups):
        line = callgraph.line(group, grouping.root)
        said = (number, line, group.name, group.kind, group.count, group.stage, group.parent)
        for member in group.members:
            names = {member, f"{root}.{member.removeprefix(f'{root}.')}"}
            names.update(*(alike.get(name, ()) for name in list(names)))
            for name in sorted(names | {name.removeprefix(f"{root}.") for name in names}):
                yield (*said, member, name)


def _alike(model: Model) -> dict[str, set[str]]:
    """Return, by each name of a module of the model, all of its names."""
    found: dict[str, set[str]] = {}
    for _, layer in model.walk():
        for names in tree.spellings(layer.path, layer.transformers):
            together = set(names) - {""}
            for name in together:
                found.setdefault(name, set()).update(together)
    return found
