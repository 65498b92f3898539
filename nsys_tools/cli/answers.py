"""Print results as tables for human readers, or as a JSON envelope for programs (see `nsys_tools.envelope`)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nsys_tools as nt
from nsys_tools.cli import table


def show(
    command: str, result: nt.Result, form: str, columns: Sequence[str] = (), *, csv_safe: bool = False,
    wrapped: Sequence[str] = (), **about: Any,
) -> None:  # fmt: skip
    """Print a result in the given format.

    Parameters
    ----------
    command
        The command that produced the result.
    result, form, columns, csv_safe, wrapped
        Passed to `table.show`.
    **about
        Additional entries for the envelope (see `nsys_tools.envelope`).
    """
    if form == "json" and not csv_safe:
        say(command, result, **about)
    else:
        table.show(result, form, columns, csv_safe=csv_safe, wrapped=wrapped)


def say(command: str, rows: nt.Result | Sequence[Mapping[str, Any]], **about: Any) -> None:
    """Print rows in a JSON envelope."""
    print(nt.render_data(nt.envelope(command, rows, **about), "json"))


def suggested(command: str, *arguments: str | Path) -> str:
    """Return a command to run next, as the user would type it."""
    return f"nsys-tools {command} {shlex.join(map(str, arguments))}".rstrip()
