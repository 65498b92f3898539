"""Where queries spill what does not fit into memory: into the file system of the cache, as far as there is room."""

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
"""Of what is free when a session is opened; the rest is for what it caches, and for others."""
_FOLDER = "temporary"
_place = ""


def spill_folder(resources: ExitStack, needed: int) -> Path:
    """Make a folder for what a session spills; it is removed when `resources` are closed.

    Parameters
    ----------
    resources
        What it lasts as long as.
    needed
        How many bytes may be spilled and cached, as far as that can be told before.

    Returns
    -------
    Path
        A folder below that of the cache, which users place where there is room. If the cache cannot be written, or has
        less room than is needed and than ``TMPDIR`` has, it lies there.
    """
    with suppress(OSError):
        place = cache_folder() / _FOLDER
        make_folder(place)
        if free(place) >= min(needed, free(Path(tempfile.gettempdir()))):
            return scratch_folder(resources, place)
    return scratch_folder(resources)


def free(folder: Path) -> int:
    """Return how many bytes can be written into a folder."""
    return shutil.disk_usage(folder).free


def bound(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Have a connection spill no more into its folder than there is room for."""
    global _place  # noqa: PLW0603  (DuckDB does not name the folder when it is full)
    _place = str(folder.parent)
    with suppress(OSError):
        connection.execute(f"SET max_temp_directory_size = {literal(f'{int(free(folder) * _SHARE)}B')}")


def _full() -> NsysToolsError:
    return NsysToolsError(
        f"There is not enough room in {_place} for the temporary files of queries that do not fit into memory.",
        "Free some space there, name another place with NSYS_TOOLS_CACHE or TMPDIR, or give queries more memory with "
        "--memory SIZE.",
    )


explain("max_temp_directory_size", _full)
explain("duckdb_temp_storage", _full)
