"""Treat several traces as one job: gather per-rank results, number the ranks, and align the clocks."""
