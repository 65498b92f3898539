"""Machine-readable output: the JSON envelope that all commands share, and its schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.session.result import Result

_SHARED = "envelope"


@one_error
def envelope(
    command: str, rows: Result | Sequence[Mapping[str, Any]], *, trace: str | None = None,
    units: Mapping[str, str] | None = None, warnings: Sequence[str] = (), data: Mapping[str, Any] | None = None,
    next_commands: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the JSON envelope that ``--format json`` prints.

    Parameters
    ----------
    command
        The command that produced the rows, such as ``model flops``. `json_schema` describes its envelope.
    rows
        The rows, as mappings or as a result. A result also records the units and whether rows were removed.
    trace
        Name of the trace that was read; None if no trace was read.
    units
        For mappings, the unit of each column. For a column not listed, the unit is inferred from its suffix: ``_ns
        _bytes _flops _ratio _count``.
    warnings
        Caveats about the rows, one sentence each.
    data
        Data that applies to the rows as a whole.
    next_commands
        Commands to run next.

    Examples
    --------
    >>> import nsys_tools as nt
    >>> with nt.open(samples / "sample.sqlite") as session:
    ...     answer = nt.envelope("sql", session.sql("SELECT sum(duration_ns) AS busy_ns FROM kernel", limit=1))
    >>> answer["units"], answer["truncated"]
    ({'busy_ns': 'ns'}, False)
    """
    from nsys_tools.formats import envelope as plain  # noqa: PLC0415

    about: dict[str, Any] = {"trace": trace, "warnings": warnings, "data": data, "next_commands": next_commands}
    if isinstance(rows, Result):
        named = {**dict.fromkeys(rows.columns, ""), **rows.units}
        return plain(command, rows.records(), units=named, truncated=rows.truncated, **about)
    return plain(command, rows, units=units, **about)


@one_error
def json_schemas() -> list[str]:
    """Return the names of the shipped schemas: command names with hyphens for spaces, and ``metrics`` for reports."""
    found = (file.name for file in (files("nsys_tools") / "schemas").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json") and _SHARED not in name)


@one_error
def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) for a command's ``--format json`` output.

    Parameters
    ----------
    name
        One of the names that `json_schemas` returns. The envelope schema is embedded, so a validator does not need any
        other file.

    Raises
    ------
    NsysToolsError
        If the schema does not exist.
    """
    if name not in json_schemas():
        raise NsysToolsError(f"There is no schema {name!r}.", f"Use one of: {', '.join(json_schemas())}.")
    folder = files("nsys_tools") / "schemas"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    shared = json.loads((folder / f"{_SHARED}.json").read_text(encoding="utf-8"))
    return found if "allOf" not in found else {**found, "$defs": {**found.get("$defs", {}), _SHARED: shared}}
