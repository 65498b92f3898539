"""Counters of Nsight Compute: read from its CSV or its recordings, in base units, as a table that SQL can join."""

from nsys_tools.trace.ncu.counters import Counter, Launch, apply, read

__all__ = ["Counter", "Launch", "apply", "read"]
