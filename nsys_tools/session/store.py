"""The cache of loaded tables and materialized steps: Parquet files in the user's cache folder.

Each relation is a separate file. The folder name is the identity of the trace. Each file name contains two digests. The
first covers the SQL and its dependencies, so a new version or a user's own query never reads a different query's
result. The second covers the content, so a file never changes while other processes read it. If two processes that
start at the same time produce rows in different orders, each process writes its own file. A damaged file does not match
its name and is regenerated.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from nsys_tools.files import digest as digest_of
from nsys_tools.files import draft_in, whole_file

log = logging.getLogger(__name__)
_KEEP_DAYS = 30
_KEEP_DRAFT_DAYS = 1
_DAY_S = 86400
_KEY = re.compile(r"[0-9a-f]{32}")
_MARKER = "CACHEDIR.TAG"
# The first line is defined by bford.info/cachedir: backup tools skip folders with this tag.
_MARKED = b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of nsys-tools. It can be removed.\n"


def cache_folder() -> Path:
    """Return the folder for all cached traces: ``$NSYS_TOOLS_CACHE``, or a default in the user's cache folder."""
    own = os.environ.get("NSYS_TOOLS_CACHE")
    return Path(own) if own else Path(platformdirs.user_cache_dir("nsys-tools", appauthor=False))


def make_folder(folder: Path) -> None:
    """Create a cache folder that is later removed if it has not been used for a long time.

    Raises
    ------
    OSError
        If the folder does not exist and cannot be created.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # a read-only cache can still be read
        os.utime(folder)
        if not (folder / _MARKER).exists():
            with whole_file(folder / _MARKER) as draft:
                draft.write_bytes(_MARKED)


@dataclass
class Entry:
    """A relation in the cache.

    Attributes
    ----------
    folder
        Folder in which the file is, or will be.
    name
        Start of the file name: the relation, and the digest of its SQL.
    suffix
        End of the file name.
    path
        The file, after `find` has verified it or `write` has written it.
    """

    folder: Path
    name: str
    suffix: str = ".parquet"
    path: Path | None = field(default=None, init=False)

    def find(self) -> Path | None:
        """Return the file if it exists and is intact. Remove it if it is damaged."""
        if self.path is None:
            with suppress(OSError):
                found = sorted(path for path in self.folder.iterdir() if path.name.startswith(f"{self.name}-"))
                self.path = next((path for path in found if self._is_whole(path)), None)
        return self.path

    def _is_whole(self, path: Path) -> bool:
        with suppress(OSError):
            if path == self._named(path):
                return True
        log.info("%s in the cache is damaged. nsys-tools regenerates it.", path.name)
        _remove(path)
        return False

    def _named(self, content: Path) -> Path:
        return self.folder / f"{self.name}-{digest_of(content)[:16]}{self.suffix}"

    @contextmanager
    def write(self) -> Iterator[Path]:
        """Yield a path to write to.

        If the block succeeds, the file at this path becomes the cached file, unless another process wrote that first.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        with draft_in(self.folder) as draft:
            yield draft
            if self.find() is None:
                final = self._named(draft)
                draft.replace(final)
                self.path = final


class Store:
    """A trace's folder in the cache.

    Parameters
    ----------
    key
        The identity of the trace (see `nsys_tools.sources.nsys.identify.identity`).

    Raises
    ------
    OSError
        If the folder does not exist and cannot be created.
    """

    def __init__(self, key: str) -> None:
        self.folder = cache_folder() / key
        make_folder(self.folder)
        self._entries: dict[str, Entry] = {}
        _forget_old(self.folder.parent)
        _forget_drafts(self.folder)

    def entry(self, relation: str, digest: str, suffix: str = ".parquet") -> Entry:
        """Return the entry for a relation, given the digest of its SQL. Entries of other kinds have other suffixes."""
        name = f"{relation}-{digest}"
        return self._entries.setdefault(name, Entry(self.folder, name, suffix))


def _remove(path: Path) -> None:
    """Remove a damaged file from a cache folder, if possible."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _forget_old(folder: Path) -> None:
    """Remove trace folders that have not been used for a month, if `make_folder` has marked them."""
    for entry in _older(folder, _KEEP_DAYS):
        with suppress(OSError):
            is_ours = _KEY.fullmatch(entry.name) and not entry.is_symlink()
            if is_ours and (entry / _MARKER).read_bytes() == _MARKED:
                shutil.rmtree(entry, ignore_errors=True)


def _forget_drafts(folder: Path) -> None:
    """Remove unfinished files that a killed process left in a cache folder."""
    for entry in _older(folder, _KEEP_DRAFT_DAYS):
        if entry.name.startswith(".nsys-tools-"):
            _remove(entry)


def _older(folder: Path, days: int) -> list[Path]:
    """Return the items in a folder that have not changed for some days, or no items if the folder cannot be read."""
    limit = time.time() - days * _DAY_S
    found = []
    with suppress(OSError):
        for entry in folder.iterdir():
            with suppress(OSError):  # another process has removed it
                if entry.lstat().st_mtime < limit:
                    found.append(entry)
    return found
