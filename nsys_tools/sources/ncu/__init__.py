"""Nsight Compute: its CSV files and recordings, converted to base units, as a table for SQL."""

from nsys_tools.sources.ncu.metrics import Launch, Metric, Ncu, define, read

__all__ = ["Launch", "Metric", "Ncu", "define", "read"]
