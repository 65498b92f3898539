"""Findings on a trace, ranked by the nanoseconds at stake."""
