"""Several traces as one job: gathering per-rank results, numbering ranks, and aligning clocks."""
