"""The public names of ``nsys_tools``; the package exports them."""
