"""Comparing a trace with a model: executions, MFU, and time above roofline."""
