"""Convert folders from ``nsys export -t parquetdir`` to SQLite for scrubbing, and the copy back to Parquet."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.files import cannot_write, check_apart
from nsys_tools.session.connection import connect, load_extension
from nsys_tools.session.quoting import literal, parquet, quoted
from nsys_tools.sources.nsys.raw import extension

# SQLite's integers are signed with 64 bits. nsys writes its global ids as unsigned integers.
_HALF, _WHOLE = 1 << 63, 1 << 64


def read(folder: Path, scratch: Path) -> Path:
    """Convert a folder of Parquet files to an SQLite database; return its file.

    Parameters
    ----------
    folder
        The trace.
    scratch
        Folder for the SQLite file.

    Raises
    ------
    NsysToolsError
        If a file cannot be read.
    """
    target = scratch / "source.sqlite"
    with closing(_attached(target, scratch)) as connection:
        for file in sorted(folder.glob("*.parquet")):
            try:
                kinds = _kinds(connection, file)
                selected = ", ".join(_into(column, kind) for column, kind in kinds.items())
                table = f"work.{quoted(file.stem)}"
                connection.execute(f"CREATE TABLE {table} AS SELECT {selected} FROM {parquet(file)} LIMIT 0")
                connection.execute(f"INSERT INTO {table} SELECT {selected} FROM {parquet(file)}")
            except duckdb.Error as error:
                why = str(error).splitlines()[0]
                raise NsysToolsError(f"{file} cannot be read ({why}).", "Export the trace again.") from None
    return target


def write(copy: Path, folder: Path, out: Path, tables: Collection[str]) -> None:
    """Write a scrubbed copy as a folder of Parquet files with the same column types as the trace.

    Parameters
    ----------
    copy
        The scrubbed SQLite file.
    folder
        The trace.
    out
        The new folder.
    tables
        The tables of the copy, without StringIds.
    """
    with closing(_attached(copy, copy.parent, read_only=True)) as connection:
        for name in (*tables, "StringIds"):
            kinds = _kinds(connection, folder / f"{name}.parquet")
            held = {row[0] for row in connection.execute(f"DESCRIBE work.{quoted(name)}").fetchall()}
            selected = ", ".join(_out_of(column, kind) for column, kind in kinds.items() if column in held)
            connection.execute(
                f"COPY (SELECT {selected} FROM work.{quoted(name)} ORDER BY rowid) "
                f"TO {literal(out / f'{name}.parquet')} (FORMAT parquet)"
            )


def _attached(file: Path, scratch: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    connection = connect(scratch)
    load_extension(connection, extension())
    connection.execute(f"ATTACH {literal(file)} AS work (TYPE sqlite{', READ_ONLY' if read_only else ''})")
    return connection


def _kinds(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    """Return the DuckDB type of each column in a Parquet file, by column name."""
    rows = connection.execute(f"DESCRIBE SELECT * FROM {parquet(file)}").fetchall()
    return {row[0]: row[1] for row in rows}


def _into(column: str, kind: str) -> str:
    name = quoted(column)
    if kind == "UBIGINT":
        small = f"CASE WHEN {name} >= {_HALF} THEN {name}::HUGEINT - {_WHOLE} ELSE {name}::HUGEINT END"
        return f"({small})::BIGINT AS {name}"
    if "INT" in kind or kind == "BOOLEAN":
        return f"{name}::BIGINT AS {name}"
    if kind in {"FLOAT", "DOUBLE"}:
        return f"{name}::DOUBLE AS {name}"
    return name if kind == "BLOB" else f"{name}::VARCHAR AS {name}"


def _out_of(column: str, kind: str) -> str:
    name = quoted(column)
    if kind == "UBIGINT":
        return f"(CASE WHEN {name} < 0 THEN {name}::HUGEINT + {_WHOLE} ELSE {name}::HUGEINT END)::UBIGINT AS {name}"
    return f"{name}::{kind} AS {name}"


def check_new_folder(out: Path, folder: Path, *, force: bool) -> None:
    """Refuse a folder that cannot be written.

    Raises
    ------
    NsysToolsError
        If the folder exists and is not a scrubbed copy to replace, or if it overlaps the trace.
    """
    check_apart(out, [folder])
    if not out.exists():
        return
    if not out.is_dir() or any(file.suffix != ".parquet" for file in out.iterdir()):
        raise NsysToolsError(
            f"{out} exists and contains other files. nsys-tools does not replace it.", "Choose another folder."
        )
    if any(out.iterdir()) and not force:
        raise NsysToolsError(f"{out} already exists.", "Choose another folder, or replace it with --force.")


@contextmanager
def new_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """Yield a folder to write to. It is renamed to `out` if the block succeeds and removed otherwise."""
    draft = out.parent / f".nsys-tools-{uuid.uuid4().hex}.tmp"
    try:
        draft.mkdir()
        yield draft
        if out.exists() and force:
            shutil.rmtree(out)
        elif out.exists():
            out.rmdir()
        draft.rename(out)
    except OSError as error:
        raise cannot_write(out, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
