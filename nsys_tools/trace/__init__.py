"""Traces: what a file is, how it is loaded, cached and asked."""
