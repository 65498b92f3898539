"""Two sides compared: what a comparison needs of a trace, matching, effects, statistics, verdict and gate."""
