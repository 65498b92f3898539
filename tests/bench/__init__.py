"""What ``make bench`` is made of: processes that are measured, what they run, and the page."""
