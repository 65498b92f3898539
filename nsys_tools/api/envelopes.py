"""Answers for programs: one JSON envelope for all commands, and its schemas."""

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
    """Return an answer as ``--format json`` prints it.

    Parameters
    ----------
    command
        The command that gives the answer, such as ``model flops``; `json_schema` describes it.
    rows
        The rows: a result, which includes its units and whether rows were removed, or mappings.
    trace
        Name of the trace that was read; None if none was.
    units
        For mappings, the unit by column. The unit of any other column is inferred from its suffix: ``_ns _bytes _flops
        _ratio _count``.
    warnings
        Caveats on the answer, one sentence each.
    data
        Data that applies to all rows.
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
    """Return the names of the shipped schemas: commands with hyphens for spaces, and ``metrics`` of a report."""
    found = (file.name for file in (files("nsys_tools") / "schemas").iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json") and _SHARED not in name)


@one_error
def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what a command prints with ``--format json``.

    Parameters
    ----------
    name
        One of `json_schemas`. The schema of the envelope is embedded, so that a validator needs no other file.

    Raises
    ------
    NsysToolsError
        If there is no such schema.
    """
    if name not in json_schemas():
        raise NsysToolsError(f"There is no schema {name!r}.", f"Use one of: {', '.join(json_schemas())}.")
    folder = files("nsys_tools") / "schemas"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    shared = json.loads((folder / f"{_SHARED}.json").read_text(encoding="utf-8"))
    return found if "allOf" not in found else {**found, "$defs": {**found.get("$defs", {}), _SHARED: shared}}
