"""Open a trace as a database."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path

from nsys_tools.files import scratch_folder
from nsys_tools.session.choice import Choice
from nsys_tools.session.connection import SMALL_BYTES, connect
from nsys_tools.session.database import Database
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.spilling import spill_folder
from nsys_tools.session.store import Store
from nsys_tools.sources.nsys.export import export
from nsys_tools.sources.nsys.identify import Kind, check_export, identify, identity
from nsys_tools.sources.nsys.payload import payloads
from nsys_tools.sources.nsys.raw import Raw
from nsys_tools.sources.nsys.salvage import salvaged
from nsys_tools.sources.nsys.settling import settled

log = logging.getLogger(__name__)


def open_trace(
    path: str | Path, *, cache: bool = True, progress: Progress = silent, choice: Choice | None = None,
    salvage: bool = False, notes: list[str] | None = None, threads: int = 0,
) -> Database:  # fmt: skip
    """Open a trace, read-only.

    Parameters
    ----------
    path
        A ``.sqlite`` export, a folder written by ``nsys export -t parquetdir``, or a ``.nsys-rep``
        recording (which requires an installed ``nsys``).
    cache
        Cache loaded tables and results in the user's cache folder; otherwise keep them in memory.
    progress
        Called with a short description before each slow step.
    choice
        A time range, or queries that replace others; None for the whole trace.
    salvage
        Read the undamaged data of a damaged trace. Nothing is cached in this case.
    notes
        Notes on the trace are appended here, one sentence each. Several databases of a trace may share the list.
    threads
        Number of DuckDB threads; 0 for one per core.

    Raises
    ------
    NsysToolsError
        If the file is not a trace, or its table list is damaged.
    """
    given = path = Path(path)
    kind = identify(path)
    with ExitStack() as opening:
        scratch = scratch_folder(opening)
        store = _store(path, kind) if cache else None
        known: list[str] = []
        lost = ""
        if kind is Kind.RECORDING:
            progress("exporting the recording with nsys")
            # Not into the cache, because an export contains the environment of every process.
            path, kind = export(path, scratch), Kind.SQLITE
            identify(path)
        if kind is Kind.SQLITE:
            path, known = settled(path, scratch)
            if salvage:
                path, lost = salvaged(path, given, scratch)
                # Not cached, because a later session would take the cached tables for complete.
                known, store = [lost, *known] if lost else known, None if lost else store
            check_export(path, given)
        notes = [] if notes is None else notes
        notes.extend(one for one in known if one not in notes)
        is_small = (size := _size(path)) < SMALL_BYTES
        spill = spill_folder(opening, size) if store else scratch
        connection = opening.enter_context(connect(spill, is_small=is_small, threads=threads))
        raw = Raw(connection, path, kind, given, is_small=is_small)
        database = Database(
            connection, raw, name=given.name, store=store, progress=progress, choice=choice,
            resources=opening.pop_all(), notes=notes, is_partial=bool(lost),
        )  # fmt: skip
        database.define_later("nvtx_payload", lambda: payloads(path, raw.tables) if kind is Kind.SQLITE else [])
        database.define_later("kernel_label", lambda: _labels(database))
        return database


def _labels(database: Database) -> list[tuple[str, str]]:
    """Return the label of each kernel name."""
    from nsys_tools.kernel_label import labels  # noqa: PLC0415

    return list(labels(database.query("kernel__name")["name"]).items())


def _size(path: Path) -> int:
    """Return the size of a trace in bytes. For a folder, this is the total size of its files."""
    files = path.glob("*.parquet") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _store(path: Path, kind: Kind) -> Store | None:
    try:
        return Store(identity(path, kind))
    except OSError as error:
        log.warning("The trace is not cached: %s.", error)
        return None
