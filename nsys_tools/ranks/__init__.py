"""Several traces as one: per-rank results are gathered, numbered, and aligned to one clock."""
