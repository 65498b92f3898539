"""Figures computed from a trace: stages, findings, metrics."""
