"""``nsys-tools questions``: list the questions that a trace can answer."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options
from nsys_tools.cli.progress import status


def questions(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="Trace or run folder.")],
    form: options.FORMAT = "table",
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> None:
    """List the questions that TRACE can answer.

    For each question, the output shows the command that answers it. For questions that TRACE cannot answer, it shows
    what must be recorded.
    """
    with status() as progress, nt.open(trace, progress=progress, cache=not no_cache, salvage=salvage) as session:
        found = session.questions(shlex.quote(str(trace)))
        notes = session.notes
        name = session.name
    count = sum(found["is_answered"])
    if form == "table":
        _print(found, count)
    else:
        about = {"answered": count, "unanswered": len(found) - count}
        leads = [command for command in found["command"] if command][:1]
        answers.show("questions", found, form, trace=name, data=about, warnings=notes, next_commands=leads)
    for note in notes:
        print(note, file=sys.stderr)


def _print(found: nt.Result, count: int) -> None:
    print(f"The trace can answer {count} of {len(found)} questions:")
    for row in found:
        if row["is_answered"]:
            print(f"\n  {row['question']}\n    {row['command']}")
    if count < len(found):
        print("\nThe other questions need data that was not recorded or specified:")
    for row in found:
        if not row["is_answered"]:
            print(f"\n  {row['question']}\n    needs {row['needs']}\n    {row['option']}")
