"""Write results as tables in common formats and as complete reports."""
