"""Trace against model: executions, MFU, time above roofline."""
