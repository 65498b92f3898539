"""Modules of ``make bench``: measured processes, the commands that they run, and the page."""
