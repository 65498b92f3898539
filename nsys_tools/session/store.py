"""Where loaded tables and materialized steps are kept: Parquet files in the user's cache folder.

Each relation is a file of its own, written under another name and then renamed: two processes that
start at once both write the same bytes, and neither sees half a file. The folder's name is the trace's
identity; a file's name holds a digest of the SQL it comes from, its dependencies included, so that a
new version or a user's own query never reads another's result.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

log = logging.getLogger(__name__)
_KEEP_DAYS = 30
_KEY = re.compile(r"[0-9a-f]{32}")


def cache_folder() -> Path:
    """Return the folder of all cached traces: ``$NSYS_TOOLS_CACHE`` or the user's cache folder."""
    own = os.environ.get("NSYS_TOOLS_CACHE")
    return Path(own) if own else Path(platformdirs.user_cache_dir("nsys-tools", appauthor=False))


class Store:
    """The folder of one trace in the cache.

    Parameters
    ----------
    key
        The identity of the trace, see `nsys_tools.sources.nsys.identify.identity`.
    """

    def __init__(self, key: str) -> None:
        self.folder = cache_folder() / key
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.utime(self.folder)
        _forget_old(self.folder.parent)

    def file(self, relation: str, digest: str) -> Path:
        """Return where the relation is, or will be."""
        return self.folder / f"{relation}-{digest}.parquet"


@contextmanager
def whole_file(final: Path) -> Iterator[Path]:
    """Give a name to write to; put that in its place when the block ends well, else remove it."""
    with _draft(final) as draft:
        yield draft
        draft.replace(final)


@contextmanager
def first_file(final: Path) -> Iterator[Path]:
    """Give a name to write to; put that in its place when the block ends well, unless another process was first.

    Notes
    -----
    A file that is there never changes: others may be reading it, and rows without an order differ between writers.
    """
    with _draft(final) as draft:
        yield draft
        try:
            os.link(draft, final)
        except FileExistsError:
            log.debug("%s: another process was first.", final.name)
        except OSError:  # a file system without links
            draft.replace(final)


@contextmanager
def _draft(final: Path) -> Iterator[Path]:
    """Give a name beside a file; what is still there when the block ends is removed."""
    draft = final.with_suffix(f".{uuid.uuid4().hex}.tmp")
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    """Remove traces that nobody has asked for in a month; only folders named as identities are."""
    now = time.time()
    for entry in folder.iterdir():
        try:
            ours = _KEY.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink()
            if ours and now - entry.stat().st_mtime > _KEEP_DAYS * 86400:
                shutil.rmtree(entry, ignore_errors=True)
        except OSError:
            continue  # another process was faster
