"""What a hostile user, a broken disk and a busy machine do to nsys-tools: ``make torture``."""
