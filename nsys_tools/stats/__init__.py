"""The drop-in for ``nsys stats``: the same reports, options, formats and digits."""
