"""Findings about a trace, ranked by the nanoseconds at stake."""
