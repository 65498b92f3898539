"""Printing answers: tables for people, and one JSON envelope for programs (`nsys_tools.envelope`)."""

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
    """Print a result in a format.

    Parameters
    ----------
    command
        The command that gives the answer.
    result, form, columns, csv_safe, wrapped
        Passed to `table.show`.
    **about
        Further entries of the envelope; see `nsys_tools.envelope`.
    """
    if form == "json" and not csv_safe:
        say(command, result, **about)
    else:
        table.show(result, form, columns, csv_safe=csv_safe, wrapped=wrapped)


def say(command: str, rows: nt.Result | Sequence[Mapping[str, Any]], **about: Any) -> None:
    """Print rows in a JSON envelope."""
    print(nt.render_data(nt.envelope(command, rows, **about), "json"))


def suggested(command: str, *arguments: str | Path) -> str:
    """Return a command to run next, as it is typed."""
    return f"nsys-tools {command} {shlex.join(map(str, arguments))}".rstrip()
