"""Exporting a trace: timelines for viewers, and the documented queries as files and databases."""
