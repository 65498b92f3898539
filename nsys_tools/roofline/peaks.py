"""Peaks of all known GPUs, for the table ``gpu_peak``, with which FLOPs from shapes are compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nsys_tools import assets

Row = tuple[str, str | None, str, str, float, float, bool]
"""GPU, its name in traces, dtype, accumulator, FLOP/s, bytes/s, and whether to assume the dtype where it is unknown."""


def rows(gpu: str, dtype: str) -> list[Row]:
    """Return the rows of ``gpu_peak``.

    Parameters
    ----------
    gpu
        The GPU to compare with, by name or file; ``auto`` uses the GPU recorded in the trace.
    dtype
        The dtype to assume where the trace does not contain it; empty for none.

    Raises
    ------
    NsysToolsError
        If a GPU is not known, or its file is wrong.
    """
    from nsys_tools.model.formats import base_of  # noqa: PLC0415

    return list(_rows(gpu, base_of(dtype), tuple(assets.folders())))


@cache
def _rows(gpu: str, dtype: str, _: tuple[Path, ...]) -> tuple[Row, ...]:
    """Return the rows for some asset folders; cached, because reading all files is slow."""
    return tuple(_read(gpu, dtype))


def _read(gpu: str, dtype: str) -> Iterator[Row]:
    from nsys_tools.model import gpus  # noqa: PLC0415  (its libraries are needed only here)

    for known in [gpus.load(name) for name in (gpus.available() if gpu == "auto" else (gpu,))]:
        names = dict.fromkeys((known.name, *known.trace_names)) if gpu == "auto" else (None,)
        first = {peak.dtype: peak for peak in reversed(known.peaks)}
        for name in names:
            for peak in first.values():
                yield (
                    known.name, name, peak.dtype, peak.accumulator, peak.flops_per_s, peak.bytes_per_s,
                    peak.dtype == dtype,
                )  # fmt: skip
