"""Output of results: tables in common formats, and complete reports."""
