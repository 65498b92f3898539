"""Writing copies of traces that can be shared."""

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
    """Write a copy of a trace without data about the machine, its users and programs.

    Parameters
    ----------
    path
        An SQLite export, or a folder written by ``nsys export -t parquetdir``.
    out
        The copy, in the same format. Nothing is written beside the trace.
    nvtx
        NVTX texts: ``keep`` them, shorten file ``paths`` in them to their last part, or ``hash`` them.
    names
        Names of the program's kernels and functions: ``keep`` or ``hash`` them.
    threads
        Names of threads and programs: ``keep`` or ``hash`` them. Common names, such as ``python``, are kept.
    drop_samples
        Leave out CPU samples and call chains.
    keep_host
        Keep the names of hosts, and the UUIDs and addresses of GPUs and network devices.
    salt
        Traces that are scrubbed with the same salt have the same pseudonyms. Use at least 16 random characters and
        keep them secret. By default, each copy has different pseudonyms.
    manifest
        JSON file to write, with a list of what was removed.
    force
        Replace existing files.
    progress
        Called with a short description before each step that can be slow.

    Returns
    -------
    Scrubbed
        The ``path`` of the copy, its ``manifest``, and a one-sentence ``summary``.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read, is a ``.nsys-rep``, or the copy still holds data that must not be shared. In these
        cases no copy is written. The message names the table and column, never the text.
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
