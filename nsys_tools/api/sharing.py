"""Copies of traces that may be shared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nsys_tools.errors import one_error
from nsys_tools.session.progress import silent

if TYPE_CHECKING:
    from nsys_tools.scrubbing import Scrubbed


@one_error
def scrub(
    path: str | Path,
    out: str | Path,
    *,
    nvtx: str = "paths",
    names: str = "keep",
    threads: str = "hash",
    drop_samples: bool = False,
    keep_host: bool = False,
    salt: str = "",
    manifest: str | Path | None = None,
    force: bool = False,
    progress: Callable[[str], None] = silent,
) -> Scrubbed:
    """Write a copy of a trace without what it says of its machine, users and programs.

    Parameters
    ----------
    path
        An SQLite export, or a folder of ``nsys export -t parquetdir``.
    out
        The copy, of the same form. Nothing is written beside the trace.
    nvtx
        Texts of NVTX: ``keep`` them, cut file ``paths`` in them down to their last part, or ``hash`` them.
    names
        Names of kernels and functions of the program: ``keep`` or ``hash`` them.
    threads
        Names of threads and programs: ``keep`` or ``hash`` them. Names that everybody has, as ``python``, are kept.
    drop_samples
        Leave out CPU samples and call chains.
    keep_host
        Keep the names of hosts, and the UUIDs and addresses of GPUs and network devices.
    salt
        Traces of one job that are scrubbed with the same salt have the same pseudonyms. Keep it secret: at least 16
        random characters. Without one, each copy has pseudonyms of its own.
    manifest
        Where to write what was cut, as JSON.
    force
        Replace files that exist.
    progress
        Called with a few words before each step that can take long.

    Returns
    -------
    Scrubbed
        With the ``path`` of the copy, its ``manifest``, and a ``summary`` in a sentence.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read, is a ``.nsys-rep``, or the copy still holds what must not be shared. Then there is
        no copy. The message names table and column, never the text.
    """
    from nsys_tools.scrubbing import scrubbed_copy  # noqa: PLC0415
    from nsys_tools.scrubbing.options import Options  # noqa: PLC0415

    options = Options(
        nvtx=nvtx, names=names, threads=threads, drop_samples=drop_samples, keep_host=keep_host, salt=salt
    )
    return scrubbed_copy(
        Path(path),
        Path(out),
        options,
        manifest_file=Path(manifest) if manifest else None,
        force=force,
        progress=progress,
    )
