"""Tests of comparisons: statistics, effects, matching and the power of the verdict."""
