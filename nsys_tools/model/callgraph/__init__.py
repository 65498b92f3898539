"""Call graphs of a model's modules: read, recorded, and grouped into loops."""

from nsys_tools.model.callgraph.graph import CallGraph, read
from nsys_tools.model.callgraph.groups import Group, Grouping, group

__all__ = ["CallGraph", "Group", "Grouping", "group", "read"]
