"""Export timelines for viewers, and the results of the documented queries as files and databases."""
