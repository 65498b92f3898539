"""Answers: tables for people, and for programs one JSON envelope, `nsys_tools.envelope`."""

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
        The command whose answer it is.
    result, form, columns, csv_safe, wrapped
        As `table.show` takes them.
    **about
        What the envelope says besides: see `nsys_tools.envelope`.
    """
    if form == "json" and not csv_safe:
        say(command, result, **about)
    else:
        table.show(result, form, columns, csv_safe=csv_safe, wrapped=wrapped)


def say(command: str, rows: nt.Result | Sequence[Mapping[str, Any]], **about: Any) -> None:
    """Print rows in their envelope."""
    print(nt.render_data(nt.envelope(command, rows, **about), "json"))


def suggested(command: str, *arguments: str | Path) -> str:
    """Return a command to go on with, as it is typed."""
    return f"nsys-tools {command} {shlex.join(map(str, arguments))}".rstrip()
