"""Shared parts of the sections on bad traces: a small trace, a statement that reads all of it, and the verdict."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.torture.frame import Done, Fault, Verdict, changed, command, digests, faults_of

PAGE = 4096
READ_ALL = """
SELECT t.*, (SELECT string_agg(k::VARCHAR, ';' ORDER BY name) FROM kernel_summary AS k) AS kernels,
    (SELECT string_agg(r::VARCHAR, ';' ORDER BY rolled_path) FROM range_summary AS r) AS ranges,
    (SELECT string_agg(a::VARCHAR, ';' ORDER BY name) FROM api_summary AS a) AS calls,
    (SELECT string_agg(g::VARCHAR, ';' ORDER BY gpu_id) FROM gpu AS g) AS gpus,
    (SELECT sum(copied_bytes) FROM copy) AS copied_bytes, (SELECT sum(duration_ns) FROM synchronization) AS waits,
    (SELECT sum(duration_ns) FROM os_call) AS os_calls
FROM trace_summary AS t
"""
"""Reads every table in use of the trace, in one cheap command."""


def ask(path: Path, folder: Path, *options: str) -> Done:
    """Query the figures of a trace in a separate process with an empty cache."""
    return command("sql", path, READ_ALL, "--format", "csv", *options, cwd=folder, cache=folder / "cache")


def rows(path: Path) -> dict[str, int] | None:
    """Return the number of rows that Python's SQLite reads from each whole table; None if it finds damage."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.text_factory = bytes
            if database.execute("PRAGMA quick_check").fetchone()[0] != b"ok":
                return None
            names = [name.decode() for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            return {name: len(database.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names}
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def judge(path: Path, folder: Path, whole: Done, counts: dict[str, int] | None) -> Verdict:
    """Query the figures of a bad trace and compare them with those of the intact one."""
    before = digests(path)
    done = ask(path, folder)
    faults = [*faults_of(done, (0, 1)), *changed(before)]
    if left := [file.name for file in (folder / "tmp").iterdir()]:
        faults.append((Fault.LEFT_BEHIND, f"{left[0]}: {path.name}"))
    if done.returncode != 0:
        return Verdict("refused", tuple(faults))
    if done.stdout == whole.stdout:
        return Verdict("nothing that is read is damaged", tuple(faults))
    if done.stderr.strip():
        return Verdict("read with a note", tuple(faults))
    if counts is not None and rows(path) == counts:
        return Verdict("another value, which nothing can notice", tuple(faults))
    faults.append((Fault.SILENT_LOSS, f"other figures and not a word: {path.name}"))
    return Verdict("other figures", tuple(faults))
