"""Traces: what a file is, how it is loaded, cached and asked."""

from nsys_tools.trace.choice import Choice
from nsys_tools.trace.result import Result
from nsys_tools.trace.trace import Trace, open_trace

__all__ = ["Choice", "Result", "Trace", "open_trace"]
