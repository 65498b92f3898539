"""Taking a trace elsewhere: timelines for viewers, and the documented queries as files and databases."""
