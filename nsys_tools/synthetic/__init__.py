"""Generated traces: samples, benchmarks and predictions."""
