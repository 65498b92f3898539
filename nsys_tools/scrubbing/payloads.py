"""Payloads of NVTX events: those that hold numbers only may be copied."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from struct import calcsize

from nsys_tools.session.quoting import quoted
from nsys_tools.sources.nsys.payload import FIRST_OWN_TYPE, FORMS, HEADER

_EVENTS, _ENTRIES, _ENUMS = "NVTX_EVENTS", "NVTX_PAYLOAD_SCHEMA_ENTRIES", "NVTX_PAYLOAD_ENUM_ENTRIES"
_ALIGNMENT = 8  # of a payload: up to seven bytes behind its last field are unused


class Payloads:
    """Which payloads of a trace hold numbers only.

    Parameters
    ----------
    connection
        With the trace attached as ``source``.
    tables
        Its tables: column types by column name.

    Notes
    -----
    A schema with a text, an array or a schema inside of it is none of numbers: an array of bytes can be a text.
    """

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._sizes: dict[tuple[int, int], int] = {}
        if "binaryData" not in tables.get(_EVENTS, {}) or not {"type", "offset"} <= set(tables.get(_ENTRIES, {})):
            return
        flags = "flags" if "flags" in tables[_ENTRIES] else "0"
        enums = set()
        if _ENUMS in tables:
            enums = {row[0] for row in connection.execute(f"SELECT DISTINCT schemaId FROM source.{quoted(_ENUMS)}")}
        ends: dict[tuple[int, int], list[int | None]] = defaultdict(list)
        for domain, schema, kind, offset, flag in connection.execute(
            f'SELECT domainId, schemaId, type, "offset", {flags} FROM source.{quoted(_ENTRIES)}'
        ):
            form = "i" if (kind or 0) >= FIRST_OWN_TYPE and kind in enums else FORMS.get(kind)
            ends[domain, schema].append(None if form is None or flag else (offset or 0) + calcsize(f"<{form}"))
        self._sizes = {key: max(filter(None, some)) for key, some in ends.items() if None not in some}

    def kept(self, data: bytes | None) -> bytes | None:
        """Return a payload that holds numbers only, as it is; None for another one."""
        if data is None or len(data) < HEADER.size:
            return None
        domain, _, schema, *_ = HEADER.unpack_from(data)
        size = self._sizes.get((domain, schema))
        return data if size is not None and len(data) < HEADER.size + size + _ALIGNMENT else None
