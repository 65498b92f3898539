"""The effects of hostile users, broken disks and busy machines on nsys-tools: ``make torture``."""
