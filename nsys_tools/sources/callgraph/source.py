"""Repeated modules of the call graph as a table in the trace's database, so that their ranges can be measured.

The same module can have different names in different recordings: the root prefix may be missing, the name may follow
the model's own code or transformers, and experts may be fused into one module. Each member of a group is therefore
listed with every name that its ranges may have. The layers of the analytic model, if there is one, provide the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.model import tree
from nsys_tools.model.architecture import Model
from nsys_tools.session.database import Database
from nsys_tools.sources.callgraph import config
from nsys_tools.sources.callgraph.graph import read
from nsys_tools.sources.callgraph.groups import Grouping, group
from nsys_tools.sources.callgraph.lines import line as line_of
from nsys_tools.sources.source import Read

# The name of the inner model in nearly every transformers model. Configurations may set another root.
_ROOT = "model"


class CallGraphFile:
    """The repeated modules of a call graph, as a source.

    Parameters
    ----------
    path
        The call graph: a JSON file, or a ``.dot`` file written by forward hooks.
    model_name
        Name of the model. A shipped configuration of that name, if any, determines the grouping.
    model
        The analytic model. Its layers have a name in the model's own code and one in transformers.
    is_asked
        Whether the user specified the call graph explicitly.
    """

    name = "callgraph"
    tables = ("callgraph_module",)
    queries = ("callgraph_summary",)
    failure = "The call graph is not used"

    def __init__(self, path: Path, model_name: str = "", model: Model | None = None, *, is_asked: bool = True) -> None:
        self._path = path
        self._model_name = model_name
        self._model = model
        self.is_asked = is_asked

    @property
    def file(self) -> str:
        """Name of the file."""
        return self._path.resolve().name

    def define(self, database: Database) -> None:
        """Define the session table ``callgraph_module``.

        Raises
        ------
        NsysToolsError
            If the call graph cannot be read.
        """
        grouping = group(read(self._path), config.find(_configuration(self._model_name)))
        database.define("callgraph_module", list(_rows(grouping, _alike(self._model) if self._model else {})))

    def check(self, _: Read) -> list[str]:
        """Return no notes, because groups without ranges are listed as not measured."""
        return []


def _configuration(model_name: str) -> str | None:
    """Return the shipped configuration for a model, or None if the model uses the default one."""
    name = model_name.replace("-", "_")
    if not re.fullmatch(r"\w+", name):
        return None
    path = assets.find(f"analytic/callgraphs/{name}.toml")
    return str(path) if path else None


def _rows(grouping: Grouping, alike: Mapping[str, set[str]]) -> Iterator[tuple[Any, ...]]:
    root = grouping.root or _ROOT
    for number, loop in enumerate(grouping.groups):
        line = line_of(loop, grouping.root)
        said = (number, line, loop.name, loop.kind, loop.count, loop.stage, loop.parent)
        for member in loop.members:
            names = {member, f"{root}.{member.removeprefix(f'{root}.')}"}
            names.update(*(alike.get(name, ()) for name in list(names)))
            for name in sorted(names | {name.removeprefix(f"{root}.") for name in names}):
                yield (*said, member, name)


def _alike(model: Model) -> dict[str, set[str]]:
    """Return all names of each module of the model, by each of these names."""
    found: dict[str, set[str]] = {}
    for _, layer in model.walk():
        for names in tree.spellings(layer.path, layer.transformers):
            together = set(names) - {""}
            for name in together:
                found.setdefault(name, set()).update(together)
    return found
