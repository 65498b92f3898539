"""Read Nsight Compute CSV files and recordings into a table for SQL, in base units."""

from nsys_tools.sources.ncu.metrics import Launch, Metric, Ncu, define, read

__all__ = ["Launch", "Metric", "Ncu", "define", "read"]
