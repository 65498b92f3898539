"""``nsys-tools findings``: print the findings about a trace."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options
from nsys_tools.cli.progress import status
from nsys_tools.cli.taking import taking

_NEXT = 3  # number of findings for which to suggest a command that shows the evidence
_JOINED = re.compile(r"(?<=\d) (?=%|[nµm]?s\b|[kMGT]?B\b)")  # a number stays with its unit


@taking(compared=options.compared)
def findings(
    *,
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="Trace or run folder.")],
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="Output format: text or json.")] = "text",
    rule: Annotated[
        list[str], typer.Option("--rule", metavar="NAME", help="Run only this rule. This option can be repeated.")
    ] = [],  # noqa: B006
    top: Annotated[int, typer.Option("--top", min=1, help="Print at most this many findings.")] = 100,
    stages: options.STAGES = None,
    compared: dict[str, Any],
    steps: options.STEPS = "auto",
    no_cache: options.NO_CACHE = False,
    _memory: options.MEMORY = "",
    salvage: options.SALVAGE = False,
) -> None:
    """Print the findings, ordered by time at stake, largest first.

    Each finding comes with evidence and advice on what to try. The rules are SQL queries. Run
    `nsys-tools queries --area findings` to list them. To add a rule, put its SQL file in DIR/queries/findings/ and use
    --assets DIR.
    """
    if form not in {"text", "json"}:
        raise nt.UsageError(f"Unknown format {form!r}.", "Use text or json.")
    with (
        status() as progress,
        nt.open(
            trace, progress=progress, **compared, stages=stages, steps=steps, cache=not no_cache, salvage=salvage
        ) as session,
    ):
        found = session.findings(*rule)
        notes = session.warnings
    if form == "json":
        tables = dict.fromkeys(one.table for one in found[:_NEXT])
        leads = [answers.suggested("sql", trace, f"FROM {name} LIMIT 20") for name in tables]
        print(nt.render_data({**found.data(top), "warnings": notes, "next": leads}, "json"))
    else:
        print("\n".join(_lines(found, top)))
    for note in notes:
        print(note, file=sys.stderr)


def _lines(found: nt.Findings, top: int) -> Iterator[str]:
    width = max(min(shutil.get_terminal_size((120, 24)).columns, 120), 40)
    mark = "" if found.origin == "recorded" else f" ({found.origin} data)"
    span = nt.figure_text(found.span_ns, "ns")
    yield f"{nt.printable(found.source)}{mark}: {len(found)} findings. The GPU span is {span} in total."
    for number, one in enumerate(found[:top], 1):
        yield ""
        yield from _wrapped(f"{number}. {_head(one, found.span_ns)}", width, "")
        for text in (one.text, one.advice, f"{one.table}   {one.docs}"):
            yield from _wrapped(text, width, "   ")
    if len(found) > top:
        yield f"\nShown: {top} of {len(found)} findings. To print more, use --top N."


def _head(one: nt.Finding, span_ns: int) -> str:
    word = "caution" if one.is_caution else one.certainty
    if one.at_stake_ns is None or not span_ns:
        return f"{one.kind} ({word})"
    most = "" if one.is_caution else "at most "
    stake = f"{most}{nt.figure_text(one.at_stake_ns, 'ns')}, {nt.figure_text(one.at_stake_ns / span_ns, 'ratio')}"
    return f"{one.kind}: {stake} ({word})"


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    inside = indent or "   "
    lines = textwrap.wrap(
        _JOINED.sub("\xa0", text), width, initial_indent=indent, subsequent_indent=inside, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace("\xa0", " ") for line in lines]
