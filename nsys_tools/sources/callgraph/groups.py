"""Repeated modules of a call graph: families of similar modules (``for``) and repeatedly called modules (``parfor``).

A ``for`` is a family: modules of one class whose names differ only in the last index. The members are determined from
``module_children`` and the class table, so they include experts that no token is routed to. The number of called
members is an annotation. A ``parfor`` is a module that its caller calls more than once. Its count is the number
of calls over the whole recording, as forward hooks count them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.callgraph.config import Config
from nsys_tools.sources.callgraph.graph import CallGraph

_MEMBER = re.compile(r"(?P<family>(?:.*\.)?)(?P<index>\d+)")


@dataclass(frozen=True)
class Group:
    """A group of repeated modules.

    Attributes
    ----------
    name
        Name of the family without the index (``layers``), or of the module (``sam_model``). A varying index is ``*``.
    kind
        ``for`` or ``parfor``.
    count
        Number of modules in the family, or number of calls to one such module from its caller.
    indices
        Indices of the family, or the values of the single ``*`` in the name.
    stage
        Stage that the group belongs to; None if there is none.
    parent
        The calling module; None for the model itself.
    annotations
        Remarks for the reader.
    members
        Module names without the root prefix: the family's modules, or all modules that the ``parfor`` covers.
    """

    name: str
    kind: str
    count: int
    indices: tuple[int, ...]
    stage: str | None
    parent: str | None
    annotations: tuple[str, ...]
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grouping:
    """The groups of a call graph and their source.

    Attributes
    ----------
    groups
        The groups, ordered by stage (as in the configuration), then kind (``for`` before ``parfor``), then name in
        natural order.
    metadata
        ``source``, ``sha256``, ``time`` and ``model``.
    root
        Prefix of all module names, for display.
    """

    groups: tuple[Group, ...]
    metadata: dict[str, Any]
    root: str


def group(graph: CallGraph, config: Config, *, hooks: CallGraph | None = None) -> Grouping:
    """Group a call graph.

    Parameters
    ----------
    graph
        Result of `nsys_tools.sources.callgraph.read`.
    config
        Stages and kinds of groups to emit.
    hooks
        Calls recorded by forward hooks for the same model. They override those of `graph`.

    Raises
    ------
    NsysToolsError
        If `graph` and `hooks` have no module in common.
    """
    true = {} if hooks is None else _true_calls(graph, hooks)
    tree = _Tree(graph, config, {config.bare(name): count for name, count in true.items()})
    found = [*_families(tree), *_repeats(tree)]
    order = {stage.name: position for position, stage in enumerate(config.stages)}

    def key(item: Group) -> tuple[Any, ...]:
        return order.get(item.stage or "", len(order)), item.kind != "for", _natural(item.name), item.indices

    metadata: dict[str, Any] = {"source": graph.source, "sha256": graph.sha256, "time": graph.time}
    metadata["model"] = config.model or graph.model
    if hooks is not None:
        metadata["hooks"] = hooks.source
        differing = {name for name, count in true.items() if graph.calls.get(name, count) != count}
        metadata["hooks_differ"] = sorted(differing, key=_natural)
    return Grouping(tuple(sorted(found, key=key)), metadata, config.root)


class _Tree:
    """Modules with their callers and classes, by their names in the call graph without the root prefix."""

    def __init__(self, graph: CallGraph, config: Config, hooked: dict[str, int]) -> None:
        self.config = config
        self.hooked = hooked
        self.calls = {config.bare(name): count for name, count in graph.calls.items()} | hooked
        self.classes = {config.bare(name): value for name, value in graph.classes.items()}
        self.names = {config.bare(name) for name in graph.modules()} - {config.root}
        self.listed: dict[str, list[str]] = {}
        for caller, children in graph.children.items():
            for child in children:
                self.listed.setdefault(config.bare(child), []).append(config.bare(caller))
        self.shared = {config.bare(name): len(callers) for name, callers in graph.callers.items()}
        self.by_caller = {config.bare(name): callers for name, callers in graph.calls_by_caller.items()}

    def parent(self, name: str) -> str | None:
        """Return the module that calls `name`: the listed caller, or the nearest enclosing module that is called."""
        callers = self.listed.get(name)
        if callers:
            return None if callers[0] in {"", self.config.root} else callers[0]
        around = name.rpartition(".")[0]
        while around and not (self.calls.get(around) or around in self.listed):
            around = around.rpartition(".")[0]
        return around or None

    def called(self, members: list[str]) -> list[str]:
        """Return the members of a family that were called, according to the hooks if they recorded the family."""
        counts = self.hooked if any(name in self.hooked for name in members) else self.calls
        return [name for name in members if counts.get(name)]

    def calls_by_parent(self, name: str) -> list[tuple[str | None, int]]:
        """Return the callers of `name` with their calls, or one parent with all calls if no callers were recorded."""
        callers = {} if name in self.hooked else self.by_caller.get(name, {})
        if len(callers) < 2:
            return [(self.parent(name), self.calls[name])]
        bare = {caller: self.config.bare(caller) for caller in callers}
        return [(None if bare[c] in {"", self.config.root} else bare[c], count) for c, count in callers.items()]

    def stage(self, name: str) -> str | None:
        """Return the name of a module's stage."""
        found = self.config.stage(name)
        return found.name if found else None


def _families(tree: _Tree) -> list[Group]:
    """Return the ``for`` groups: one per family and class."""
    families: dict[str, dict[str | None, list[int]]] = {}
    for name in tree.names:
        if member := _MEMBER.fullmatch(name):
            family = families.setdefault(member["family"].removesuffix("."), {})
            family.setdefault(tree.classes.get(name), []).append(int(member["index"]))
    groups = []
    for family_name, by_class in families.items():
        known = [kind for kind in by_class if kind is not None]
        if len(known) == 1:  # a member without a class has that of its siblings
            by_class[known[0]] += by_class.pop(None, [])
        for kind, indices in by_class.items():
            if found := _family(tree, family_name, kind, sorted(indices)):
                groups.append(found)
    return groups


def _family(tree: _Tree, family: str, kind: str | None, indices: list[int]) -> Group | None:
    members = [f"{family}.{index}" if family else str(index) for index in indices]
    called = tree.called(members)
    if not called and not any(name in tree.listed for name in members):
        return None
    if not tree.config.emits("for", family, len(members)):
        return None
    words = [tree.config.label(family), kind]
    if len(called) < len(members) and tree.calls:
        words.append(f"called {len(called)}/{len(members)}")
    return Group(
        name=family,
        kind="for",
        count=len(members),
        indices=tuple(indices),
        stage=tree.stage(members[0]),
        parent=tree.parent((called or members)[0]),
        annotations=tuple(word for word in words if word),
        members=tuple(members),
    )


def _repeats(tree: _Tree) -> list[Group]:
    """Return the ``parfor`` groups. Modules that differ only in indices share a group."""
    alike: dict[tuple[str, str | None, int, tuple[str, ...]], list[tuple[str, str | None]]] = {}
    for name in tree.calls:
        for parent, count in tree.calls_by_parent(name):
            if tree.config.emits("parfor", name, count):
                words = tuple(_repeat_words(tree, name, parent, count))
                key = (_wild(name), parent and _wild(parent), count, words)
                alike.setdefault(key, []).append((name, parent))
    return [_repeat(tree, *key, places) for key, places in alike.items()]


def _repeat(
    tree: _Tree, pattern: str, parent: str | None, count: int, words: tuple[str, ...],
    places: list[tuple[str, str | None]],
) -> Group:  # fmt: skip
    """Return one ``parfor`` group, named after its only module or after the common pattern."""
    single = len(places) == 1
    first, its_parent = places[0]
    name = first if single else pattern
    label = tree.config.label(name)
    lead = ([label] if label else []) + ([] if single else [f"each of {len(places)}"])
    return Group(
        name=name,
        kind="parfor",
        count=count,
        indices=() if single else _varying([place for place, _ in places]),
        stage=tree.stage(first),
        parent=its_parent if single else parent,
        annotations=(*lead, *words),
        members=tuple(dict.fromkeys(sorted((place for place, _ in places), key=_natural))),
    )


def _repeat_words(tree: _Tree, name: str, parent: str | None, count: int) -> list[str]:
    words = []
    above = tree.calls.get(parent, 0) if parent else 0
    if above and count % above == 0:
        words.append(f"{count // above} per parent call")
    if name in tree.shared and count == tree.calls[name]:
        words.append(f"total calls from {tree.shared[name]} parents")
    return words


def _wild(name: str) -> str:
    """Return a name with each index replaced by an asterisk."""
    return ".".join("*" if part.isdigit() else part for part in name.split("."))


def _varying(names: list[str]) -> tuple[int, ...]:
    """Return the values of the only index of similar names, or nothing if the names have several indices."""
    taken = [tuple(int(part) for part in name.split(".") if part.isdigit()) for name in names]
    return tuple(sorted(index[0] for index in taken)) if all(len(index) == 1 for index in taken) else ()


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts ``layers.2`` before ``layers.10``."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in name.split(".")]


def _true_calls(graph: CallGraph, hooks: CallGraph) -> dict[str, int]:
    """Return the hooks' calls by the module names of the graph, which may have a different prefix.

    Names in a recording begin with the outermost module or with a module below it.
    """
    known = graph.modules()
    outermost = {*(set(hooks.children) - set(hooks.calls)), *(set(graph.children) - set(graph.calls))}
    begins = sorted(name for name in outermost if name and "." not in name)

    def renamed(name: str, shift: str) -> str:
        return name.removeprefix(shift[1:]) if shift.startswith("-") else shift + name

    shifts = ["", *(f"-{begin}." for begin in begins), *(f"{begin}." for begin in begins)]
    forms = [{renamed(name, shift): count for name, count in hooks.calls.items()} for shift in shifts]
    best = max(forms, key=lambda form: len(known & set(form)))
    if not known & set(best):
        raise NsysToolsError(
            f"{graph.source} and {hooks.source} have no module in common.", "Use recordings of the same model."
        )
    return {name: count for name, count in best.items() if name in known}
