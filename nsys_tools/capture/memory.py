"""Report where an out-of-memory error occurred and what to reduce."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nsys_tools.capture.ranges import Ranges
from nsys_tools.errors import NsysToolsError

# On the CPU, torch raises a plain RuntimeError that only its message identifies.
_CPU_MESSAGE = "can't allocate memory"


@contextmanager
def guarded(ranges: Ranges) -> Iterator[None]:
    """Turn an out-of-memory error within the ``with`` block into an error that lists the open ranges.

    Raises
    ------
    NsysToolsError
        If host or GPU memory runs out.
    """
    import torch

    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise _out_of_memory(error, ranges.broken) from error
    except RuntimeError as error:
        if _CPU_MESSAGE not in str(error):
            raise
        raise _out_of_memory(error, ranges.broken) from error


def _out_of_memory(error: BaseException, where: str) -> NsysToolsError:
    reason = str(error).splitlines()[0] if str(error) else "no memory left"
    return NsysToolsError(
        f"Out of memory in {where or 'the workload'}: {reason}",
        "Lower --batch-size, --max-new-tokens or the page size, or use --dtype bfloat16.",
    )
