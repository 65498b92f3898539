"""Payloads of NVTX events. A payload is copied only if all its fields are numbers."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from struct import calcsize

from nsys_tools.session.quoting import quoted
from nsys_tools.sources.nsys.payload import FIRST_OWN_TYPE, FORMS, HEADER

_EVENTS, _ENTRIES, _ENUMS = "NVTX_EVENTS", "NVTX_PAYLOAD_SCHEMA_ENTRIES", "NVTX_PAYLOAD_ENUM_ENTRIES"
_ALIGNMENT = 8  # of a payload: up to seven bytes after its last field are unused


class Payloads:
    """The payloads of a trace that contain only numbers.

    Parameters
    ----------
    connection
        Connection with the trace attached as ``source``.
    tables
        The tables of the trace, with the type of each column.

    Notes
    -----
    A schema that contains a string, an array or another schema is not numeric: an array of bytes can be a string. A
    payload is one of the program's structs, and a schema may describe only part of it. Bytes between its numbers are
    not copied.
    """

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._fields: dict[tuple[int, int], list[tuple[int, int]]] = {}
        if "binaryData" not in tables.get(_EVENTS, {}) or not {"type", "offset"} <= set(tables.get(_ENTRIES, {})):
            return
        flags = "flags" if "flags" in tables[_ENTRIES] else "0"
        enums = set()
        if _ENUMS in tables:
            enums = {row[0] for row in connection.execute(f"SELECT DISTINCT schemaId FROM source.{quoted(_ENUMS)}")}
        found: dict[tuple[int, int], list[tuple[int, int] | None]] = defaultdict(list)
        for domain, schema, kind, offset, flag in connection.execute(
            f'SELECT domainId, schemaId, type, "offset", {flags} FROM source.{quoted(_ENTRIES)}'
        ):
            form = "i" if (kind or 0) >= FIRST_OWN_TYPE and kind in enums else FORMS.get(kind)
            found[domain, schema].append(None if form is None or flag else (offset or 0, calcsize(f"<{form}")))
        self._fields = {key: [one for one in some if one] for key, some in found.items() if None not in some}

    def kept(self, data: bytes | None) -> bytes | None:
        """Return a numeric payload with zeros between its fields, or None for any other payload."""
        if data is None or len(data) < HEADER.size:
            return None
        domain, _, schema, _, *sizes = HEADER.unpack_from(data)
        fields = self._fields.get((domain, schema))
        if fields is None:
            return None
        end = max(offset + size for offset, size in fields)
        if len(data) >= HEADER.size + end + _ALIGNMENT:
            return None
        copy = bytearray(len(data))
        HEADER.pack_into(copy, 0, domain, 0, schema, 0, *sizes)
        for offset, size in fields:
            place = slice(HEADER.size + offset, HEADER.size + offset + size)
            copy[place] = data[place]
        return bytes(copy)
