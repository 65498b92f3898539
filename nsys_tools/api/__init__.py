"""The public names of ``nsys_tools``, which the package exports."""
