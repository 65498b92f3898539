"""Nsight Systems traces: SQLite exports, parquetdir folders and recordings."""

from nsys_tools.sources.nsys.trace import open_trace

__all__ = ["open_trace"]
