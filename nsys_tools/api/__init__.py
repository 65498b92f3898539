"""The public names that ``nsys_tools`` exports."""
