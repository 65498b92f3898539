"""Write scrubbed copies of traces that can be shared."""

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
    """Write a copy of a trace without identifying data about the machine, its users and its programs.

    Parameters
    ----------
    path
        An SQLite export, or a folder written by ``nsys export -t parquetdir``.
    out
        Path of the copy, which has the same format. Nothing is written next to the original trace.
    nvtx
        What to do with NVTX strings: ``keep`` them, shorten file ``paths`` in them to the last component, or ``hash``
        them.
    names
        What to do with the program's kernel and function names: ``keep`` or ``hash`` them.
    threads
        What to do with thread and program names: ``keep`` or ``hash`` them. Common names, such as ``python``, are
        always kept.
    drop_samples
        Remove CPU samples and call chains.
    keep_host
        Keep hostnames, and the UUIDs and addresses of GPUs and network devices.
    salt
        Traces that are scrubbed with the same salt have the same pseudonyms. Use at least 16 random characters and
        keep the salt secret. By default, each copy has different pseudonyms.
    manifest
        JSON file to write, with a list of what was removed.
    force
        Replace existing files.
    progress
        Called with a short description before each step that can be slow.

    Returns
    -------
    Scrubbed
        Its attributes are the ``path`` of the copy, the ``manifest``, and a one-sentence ``summary``.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read or is a ``.nsys-rep``, or if the copy still contains data that must not be shared.
        In these cases, no copy is written. The message names only the table and column of such data.
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
