"""Cached results of one trace, which later runs read instead of the trace."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from functools import cache
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.files import digest
from nsys_tools.ranks.files import trace_of
from nsys_tools.ranks.work import Given, Part
from nsys_tools.session import catalogue
from nsys_tools.session.store import Store
from nsys_tools.sources.nsys.identify import identify, identity

log = logging.getLogger(__name__)
_PARTS = "parts"


class Kept:
    """The results of one trace in the user's cache.

    Parameters
    ----------
    path
        The trace.
    given
        Arguments for opening the trace. The results depend on them.
    by_process
        Whether each process is treated as a separate rank.
    """

    def __init__(self, path: Path, given: Given, *, by_process: bool) -> None:
        self._store: Store | None = None
        if given.cache and not given.salvage:  # salvaged results must not be mistaken for complete results
            with suppress(OSError, NsysToolsError):
                trace = trace_of(path)
                self._store = Store(identity(trace, identify(trace)))
        stages = digest(given.stages) if given.stages and given.stages.is_file() else ""
        text = json.dumps([_meaning(given.assets), stages, given.steps, given.settings, by_process])
        self._digest = hashlib.sha256(text.encode()).hexdigest()[:16]

    def parts(self) -> list[tuple[int | None, tuple[str, ...]]]:
        """Return the processes in the trace and the notes about each process, or an empty list if not cached."""
        found = self.find(None, _PARTS)
        if found is None:
            return []
        return [(process, tuple(notes)) for process, notes in json.loads(found.read_bytes())]

    def find(self, process: int | None, name: str) -> Path | None:
        """Return the file with a result for a process. `process` is None for the whole trace."""
        return self._store.entry(*self._name(process, name)).find() if self._store else None

    def keep(self, parts: list[Part]) -> bool:
        """Cache results; return whether this was possible."""
        if self._store is None:
            return False
        try:
            for part in parts:
                for name, content in part.tables.items():
                    with self._store.entry(*self._name(part.process_id, name)).write() as draft:
                        draft.write_bytes(content)
            known = [(part.process_id, part.notes) for part in parts]
            with self._store.entry(*self._name(None, _PARTS)).write() as draft:
                draft.write_text(json.dumps(known), encoding="utf-8")
        except OSError as error:
            log.warning("The cache cannot be written (%s). nsys-tools continues without it.", error.strerror)
            self._store = None
            return False
        return True

    def _name(self, process: int | None, name: str) -> tuple[str, str]:
        return f"rank-{process or 'all'}-{name}", self._digest


@cache
def _meaning(assets: tuple[Path, ...]) -> str:
    """Return a digest of all queries, because a result depends on the SQL that computes it."""
    sql = [catalogue.functions(), *(f"{name}\0{query.sql}" for name, query in sorted(catalogue.queries().items()))]
    return hashlib.sha256("\0".join([*map(str, assets), *sql]).encode()).hexdigest()
