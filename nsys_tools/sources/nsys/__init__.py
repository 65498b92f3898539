"""Nsight Systems traces: SQLite exports, parquetdir folders and recordings."""
