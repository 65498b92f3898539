"""Where loaded tables and materialized steps are kept: Parquet files in the user's cache folder.

Each relation is a file of its own. The folder's name is the trace's identity. A file's name holds a digest of the SQL
it comes from, its dependencies included, so that a new version or a user's own query never reads another's result, and
a digest of its content. So a file never changes while others read it: of two processes that start at once, each writes
a file of its own where their rows are in another order. A damaged file is not what its name says, and is made again.
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
# The first line is that of bford.info/cachedir: backups leave such a folder out.
_MARKED = b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of nsys-tools. It can be removed.\n"


def cache_folder() -> Path:
    """Return the folder of all cached traces: ``$NSYS_TOOLS_CACHE`` or the user's cache folder."""
    own = os.environ.get("NSYS_TOOLS_CACHE")
    return Path(own) if own else Path(platformdirs.user_cache_dir("nsys-tools", appauthor=False))


def make_folder(folder: Path) -> None:
    """Make a folder of the cache that is removed when nobody has needed it for long.

    Raises
    ------
    OSError
        If it is not there and cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # of a cache that can only be read, what is there can be used
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
        Where its file is, or will be.
    name
        How the file's name begins: the relation, and the digest of its SQL.
    suffix
        How it ends.
    path
        The file, once `find` has seen that it is whole, or `write` has written it.
    """

    folder: Path
    name: str
    suffix: str = ".parquet"
    path: Path | None = field(default=None, init=False)

    def find(self) -> Path | None:
        """Return the file, if it is there and whole; a damaged one is removed."""
        if self.path is None:
            with suppress(OSError):
                found = sorted(path for path in self.folder.iterdir() if path.name.startswith(f"{self.name}-"))
                self.path = next((path for path in found if self._is_whole(path)), None)
        return self.path

    def _is_whole(self, path: Path) -> bool:
        with suppress(OSError):
            if path == self._named(path):
                return True
        log.info("%s in the cache is damaged; it is made again.", path.name)
        _remove(path)
        return False

    def _named(self, content: Path) -> Path:
        return self.folder / f"{self.name}-{digest_of(content)[:16]}{self.suffix}"

    @contextmanager
    def write(self) -> Iterator[Path]:
        """Give a name to write to, which becomes the file when the block ends well, unless another process was first.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with draft_in(self.folder) as draft:
            yield draft
            if self.find() is None:
                final = self._named(draft)
                draft.replace(final)
                self.path = final


class Store:
    """The folder of one trace in the cache.

    Parameters
    ----------
    key
        The identity of the trace, see `nsys_tools.sources.nsys.identify.identity`.

    Raises
    ------
    OSError
        If the folder is not there and cannot be made.
    """

    def __init__(self, key: str) -> None:
        self.folder = cache_folder() / key
        make_folder(self.folder)
        self._entries: dict[str, Entry] = {}
        _forget_old(self.folder.parent)
        _forget_drafts(self.folder)

    def entry(self, relation: str, digest: str, suffix: str = ".parquet") -> Entry:
        """Return the entry of a relation, by the digest of its SQL; what is none has another suffix."""
        name = f"{relation}-{digest}"
        return self._entries.setdefault(name, Entry(self.folder, name, suffix))


def _remove(path: Path) -> None:
    """Remove what is damaged in a folder of the cache, if that is possible."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _forget_old(folder: Path) -> None:
    """Remove traces that nobody has asked for in a month; only folders that `make_folder` has marked."""
    for entry in _older(folder, _KEEP_DAYS):
        with suppress(OSError):
            is_ours = _KEY.fullmatch(entry.name) and not entry.is_symlink()
            if is_ours and (entry / _MARKER).read_bytes() == _MARKED:
                shutil.rmtree(entry, ignore_errors=True)


def _forget_drafts(folder: Path) -> None:
    """Remove what a killed process was writing into a folder of the cache."""
    for entry in _older(folder, _KEEP_DRAFT_DAYS):
        if entry.name.startswith(".nsys-tools-"):
            _remove(entry)


def _older(folder: Path, days: int) -> list[Path]:
    """Return what was not changed in a folder for some days; nothing where it cannot be read."""
    limit = time.time() - days * _DAY_S
    found = []
    with suppress(OSError):
        for entry in folder.iterdir():
            with suppress(OSError):  # another process was faster
                if entry.lstat().st_mtime < limit:
                    found.append(entry)
    return found
