"""A cache of the relations that queries read. Parsing all queries would take longer than loading a cached report."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from nsys_tools import __version__
from nsys_tools.files import whole_file
from nsys_tools.session import catalogue
from nsys_tools.session.store import make_folder

log = logging.getLogger(__name__)


_LEARNED: dict[str, list[str]] = {}
"""Shared by all sessions of this process, since a SELECT reads the same relations in each."""


class Memo:
    """The relations that each SELECT reads, by the digest of its text.

    Parameters
    ----------
    cache
        The folder of all cached traces; None to store nothing.
    """

    def __init__(self, cache: Path | None) -> None:
        # The folder name has the same form as for traces, so this folder also expires if it has not been used for long.
        # The key includes the code that finds dependencies in a tree, which can change in a checkout without a new
        # version.
        means = Path(catalogue.__file__).read_bytes()
        key = hashlib.sha256(f"reads\0{__version__}\0{duckdb.__version__}\0".encode() + means).hexdigest()[:32]
        self._file = cache / key / "reads.json" if cache else None
        self._known: dict[str, list[str]] = {}
        self._has_more = False
        if self._file:
            with suppress(OSError, ValueError):
                self._known = _checked(self._file.read_bytes())
                os.utime(self._file.parent)

    def reads(self, sql: str, tree: Callable[[], dict[str, Any]]) -> set[str]:
        """Return the relations that a SELECT reads. If they are not cached, call `tree` to parse the SELECT."""
        key = hashlib.sha256(sql.encode()).hexdigest()[:32]
        if key not in self._known:
            if key not in _LEARNED:
                _LEARNED[key] = sorted(catalogue.dependencies(tree()))
            self._known[key] = _LEARNED[key]
            self._has_more = True
        return set(self._known[key])

    def save(self) -> None:
        """Write new entries. If the cache cannot be written, the only effect is that later runs are slower."""
        if not self._has_more or not self._file:
            return
        self._has_more = False
        try:
            make_folder(self._file.parent)
            known = json.dumps(self._known).encode()
            with whole_file(self._file) as draft:
                draft.write_bytes(_digest(known) + known)
        except OSError as error:
            log.info("Query dependencies cannot be cached: %s.", error)


def _checked(content: bytes) -> dict[str, list[str]]:
    """Return the content if its checksum is valid. A corrupt name would cause a query to read too few relations."""
    known = content[len(_digest(b"")) :]
    if content != _digest(known) + known:
        raise ValueError
    found: dict[str, list[str]] = json.loads(known)
    return found


def _digest(known: bytes) -> bytes:
    return hashlib.sha256(known).hexdigest().encode() + b"\n"
