"""Writing results: tables in common formats, and complete reports."""
