"""Post-processing of Nsight traces: attribution, stages, reports and SQL.

The library twin of the command line: :func:`open_trace` gives a
:class:`~nsys_tools.trace.Trace` whose queries are the files under ``queries/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nsys_tools.trace import Trace, open_trace

__version__ = "0.1.0"
__all__ = ["Trace", "__version__", "open_trace"]


def __getattr__(name: str) -> Any:
    """Import the trace room on first use, so that the command line starts light."""
    if name in {"Trace", "open_trace"}:
        from nsys_tools import trace  # noqa: PLC0415

        return getattr(trace, name)
    raise AttributeError(f"module 'nsys_tools' has no attribute {name!r}")
