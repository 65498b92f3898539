"""Traces that nsys-tools makes: samples, benchmarks, predictions."""
