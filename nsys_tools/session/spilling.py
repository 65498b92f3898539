"""The folder to which queries spill data that does not fit in memory.

The folder is in the cache's file system if that has enough free space.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError, explain
from nsys_tools.files import scratch_folder
from nsys_tools.session.quoting import literal
from nsys_tools.session.store import cache_folder, make_folder

_SHARE = 0.9
"""Fraction of the space that is free when a session is opened. The rest is for its cache and other processes."""
_FOLDER = "temporary"
_place = ""


def spill_folder(resources: ExitStack, needed: int) -> Path:
    """Create the spill folder of a session, which is removed when `resources` is closed.

    Parameters
    ----------
    resources
        The exit stack that removes the folder.
    needed
        Estimated number of bytes to be spilled and cached.

    Returns
    -------
    Path
        A folder below the cache folder, whose location users can choose. If the cache cannot be written, or has less
        free space than needed and less than ``TMPDIR``, the spill folder is in ``TMPDIR``.
    """
    with suppress(OSError):
        place = cache_folder() / _FOLDER
        make_folder(place)
        if free(place) >= min(needed, free(Path(tempfile.gettempdir()))):
            return scratch_folder(resources, place)
    return scratch_folder(resources)


def free(folder: Path) -> int:
    """Return the number of bytes that can be written to a folder."""
    return shutil.disk_usage(folder).free


def bound(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Limit the spill size of a connection to the free space of its folder."""
    global _place  # noqa: PLW0603  (DuckDB's error does not name the full folder)
    _place = str(folder.parent)
    with suppress(OSError):
        connection.execute(f"SET max_temp_directory_size = {literal(f'{int(free(folder) * _SHARE)}B')}")


def _full() -> NsysToolsError:
    return NsysToolsError(
        f"There is not enough space in {_place} for the temporary files of queries whose data does not fit in memory.",
        "Free some space there, set another location with NSYS_TOOLS_CACHE or TMPDIR, or raise the memory limit with "
        "--memory SIZE.",
    )


explain("max_temp_directory_size", _full)
explain("duckdb_temp_storage", _full)
