"""Nsight Compute: its CSV and its recordings, in base units, as a table that SQL can join."""

from nsys_tools.sources.ncu.metrics import Launch, Metric, Ncu, define, read

__all__ = ["Launch", "Metric", "Ncu", "define", "read"]
