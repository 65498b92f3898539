"""A drop-in replacement for ``nsys stats``, with the same reports, options, formats and digits."""
