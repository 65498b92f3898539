"""Read and record call graphs of a model's modules, and group repeated modules."""

from nsys_tools.sources.callgraph.graph import CallGraph, read
from nsys_tools.sources.callgraph.groups import Group, Grouping, group
from nsys_tools.sources.callgraph.lines import line, ranges

__all__ = ["CallGraph", "Group", "Grouping", "group", "line", "ranges", "read"]
