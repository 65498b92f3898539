"""Compare two sides: snapshots, matching, effects, statistics, verdict and gate."""
