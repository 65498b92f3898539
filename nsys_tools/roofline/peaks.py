"""Peaks of the GPUs in a trace, for the ``gpu_peak`` table. FLOPs derived from shapes are compared with these peaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from nsys_tools import assets

Row = tuple[str, str | None, str, str, float, float, bool]
"""GPU, its name in traces, dtype, accumulator, FLOP/s, bytes/s, and whether to assume the dtype where it is unknown."""


def rows(gpu: str, dtype: str, recorded: Iterable[str | None]) -> list[Row]:
    """Return the rows of ``gpu_peak``.

    Parameters
    ----------
    gpu
        The name or file of the GPU to compare with. ``auto`` uses the GPU recorded in the trace.
    dtype
        The dtype to assume for operations whose dtype the trace does not contain; empty for none.
    recorded
        Names of the GPUs recorded in the trace. If the GPU is ``auto``, only files that contain one of them are used.

    Raises
    ------
    NsysToolsError
        If a GPU is unknown, or its file is invalid.
    """
    from nsys_tools.model.formats import base_of  # noqa: PLC0415

    names = tuple(name for name in dict.fromkeys(recorded) if name)
    return list(_rows(gpu, base_of(dtype), names, tuple(assets.folders())))


@cache
def _rows(gpu: str, dtype: str, recorded: tuple[str, ...], _: tuple[Path, ...]) -> tuple[Row, ...]:
    """Return the rows for the given asset folders. The result is cached, because reading files is slow."""
    return tuple(_read(gpu, dtype, recorded))


def _read(gpu: str, dtype: str, recorded: tuple[str, ...]) -> Iterator[Row]:
    from nsys_tools.model import gpus  # noqa: PLC0415  (its libraries are needed only here)

    for known in [gpus.load(name) for name in (gpus.mentioning(recorded) if gpu == "auto" else (gpu,))]:
        names = dict.fromkeys((known.name, *known.trace_names)) if gpu == "auto" else (None,)
        first = {peak.dtype: peak for peak in reversed(known.peaks)}
        for name in names:
            for peak in first.values():
                yield (
                    known.name, name, peak.dtype, peak.accumulator, peak.flops_per_s, peak.bytes_per_s,
                    peak.dtype == dtype,
                )  # fmt: skip
