"""Compare a trace with a model to get the number of executions, MFU, and time above roofline."""
