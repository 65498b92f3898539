"""Groups as text: ``model.layers[0..11] for 12  # decoder layers``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from nsys_tools.sources.callgraph.groups import Group


def ranges(indices: Sequence[int]) -> str:
    """Return sorted indices as ranges: ``0..11``, ``0,2,5..8``."""
    parts: list[str] = []
    for _, run in groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0]):
        members = [index for _, index in run]
        parts.append(str(members[0]) if len(members) == 1 else f"{members[0]}..{members[-1]}")
    return ",".join(parts)


def line(group: Group, root: str) -> str:
    """Return a group as one line: ``model.layers[0..11] for 12  # decoder layers``."""
    inside = not root or group.name == root or group.name.startswith(f"{root}.")
    name = group.name if inside else f"{root}.{group.name}"
    if group.kind == "for":
        name = f"{name}[{ranges(group.indices)}]"
    elif group.indices and name.count("*") == 1:
        name = name.replace(".*", f"[{ranges(group.indices)}]")
    comment = f"  # {', '.join(group.annotations)}" if group.annotations else ""
    return f"{name} {group.kind} {group.count}{comment}"
