"""Payloads of NVTX events: bytes whose layout is described by the schemas that the program registered."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.session.quoting import quoted
from nsys_tools.sources.nsys.identify import connected

# Header of a payload: domain and schema, each with four unused bytes, the payload length, and the total length.
HEADER = struct.Struct("<IIIIQQ")
# NVTX's predefined field types by the ids that nsys writes: C types and fixed-width types.
FORMS = {
    2: "B", 3: "h", 4: "H", 5: "i", 6: "I", 7: "q", 8: "Q", 9: "q", 10: "Q", 11: "b", 12: "B", 13: "h", 14: "H",
    15: "i", 16: "I", 17: "q", 18: "Q", 19: "f", 20: "d", 22: "Q", 23: "Q",
}  # fmt: skip
FIRST_OWN_TYPE = 1 << 24  # first id of schemas and enumerations that the program defines
_EVENTS, _ENTRIES, _NAMES = "NVTX_EVENTS", "NVTX_PAYLOAD_SCHEMA_ENTRIES", "NVTX_PAYLOAD_ENUM_ENTRIES"
Row = tuple[int, int, str, str]


@dataclass(frozen=True)
class _Field:
    position: int
    name: str
    form: struct.Struct
    offset: int
    values: Mapping[int, str]


def payloads(path: Path, tables: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """Return the fields of all payloads of a trace: rowid of the event, and position, name and value of the field.

    Parameters
    ----------
    path
        The SQLite file.
    tables
        Its tables, each with its column types by column name.

    Notes
    -----
    The payload bytes are in a column that is declared as text, which DuckDB refuses to read. A field that is not
    numeric or extends beyond the payload is omitted.
    """
    if "binaryData" not in tables.get(_EVENTS, {}) or _ENTRIES not in tables:
        return []
    with closing(connected(path)) as connection:
        try:
            schemas = _schemas(connection, tables)
            rows = connection.execute(
                f"SELECT rowid, CAST(binaryData AS BLOB) FROM {quoted(_EVENTS)} WHERE binaryData IS NOT NULL"
            )
            return [found for row, data in rows for found in _fields(row, data, schemas)]
        except sqlite3.Error:
            return []  # a table of another layout; damage is reported when the events are loaded


def _schemas(
    connection: sqlite3.Connection, tables: Mapping[str, Mapping[str, str]]
) -> dict[tuple[int, int], list[_Field]]:
    """Return the fields of each schema, by domain and schema. Each process registers its own schemas."""
    names: dict[int, dict[int, str]] = {}
    if _NAMES in tables:
        for schema, name, value in connection.execute(f"SELECT schemaId, name, value FROM {quoted(_NAMES)}"):
            names.setdefault(schema, {})[value] = str(name)
    found: dict[tuple[int, int], dict[int, _Field]] = {}
    for domain, schema, position, kind, name, offset in connection.execute(
        f'SELECT domainId, schemaId, idx, type, name, "offset" FROM {quoted(_ENTRIES)}'
    ):
        form = "i" if (kind or 0) >= FIRST_OWN_TYPE else FORMS.get(kind)
        if form:
            field = _Field(position, str(name or ""), struct.Struct(f"<{form}"), offset or 0, names.get(kind, {}))
            found.setdefault((domain, schema), {})[position] = field
    return {key: list(fields.values()) for key, fields in found.items()}


def _fields(row: int, data: bytes, schemas: Mapping[tuple[int, int], list[_Field]]) -> Iterator[Row]:
    if len(data) < HEADER.size:
        return
    domain, _, schema, *_ = HEADER.unpack_from(data)
    for field in schemas.get((domain, schema), ()):
        start = HEADER.size + field.offset
        if start + field.form.size <= len(data):
            value: Any = field.form.unpack_from(data, start)[0]
            yield row, field.position, field.name, field.values.get(value, str(value))
