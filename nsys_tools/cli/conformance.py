"""``nsys-tools conformance``: our reports against those of an installed nsys."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from nsys_tools.errors import NsysToolsError


def conformance(
    folder: Annotated[Path, typer.Argument(help="A folder of .sqlite exports, or one of them.")],
    nsys: Annotated[Path | None, typer.Option("--nsys", metavar="FILE", help="The nsys to compare with.")] = None,
    arguments: Annotated[
        str, typer.Option("--arguments", metavar="ARG[:ARG]", help="Such as base:nvtx-name, for reports that take it.")
    ] = "",
    expected: Annotated[
        Path | None,
        typer.Option("--expected", metavar="CSV", help="Deliberate differences: a table with trace, report, reason."),
    ] = None,
) -> None:
    """Compare every cell of every report with the nsys stats that is installed here."""
    from nsys_tools import tools
    from nsys_tools.report.conformance import Outcome, compare
    from nsys_tools.report.formats import render

    program = tools.find("nsys", str(nsys or ""))
    traces = sorted(folder.glob("*.sqlite")) if folder.is_dir() else [folder]
    if not traces:
        raise NsysToolsError(f"{folder}: there is no .sqlite file.", "Name a folder of nsys exports.")
    known = _expected(expected)
    rows = []
    unexpected = 0
    for trace in traces:
        for found in compare(trace, program, [a for a in arguments.split(":") if a]):
            reason = known.get((found.trace, found.report), "")
            bad = found.outcome in {Outcome.DIFFERS, Outcome.ONLY_THEIRS}
            unexpected += bad and not reason
            said = f"deliberate: {reason}" if bad and reason else found.detail
            rows.append((found.trace, found.report, found.outcome.value, said))
    print(render(["trace", "report", "outcome", "detail"], rows, "table"))
    counted = Counter(outcome for _, _, outcome, _ in rows)
    print("\n" + ", ".join(f"{count} x {outcome}" for outcome, count in counted.most_common()))
    if unexpected:
        print(f"nsys-tools: {unexpected} reports differ.", file=sys.stderr)
        raise typer.Exit(1)


def _expected(file: Path | None) -> dict[tuple[str, str], str]:
    import csv

    if file is None:
        return {}
    with file.open(encoding="utf-8", newline="") as text:
        return {(row["trace"], row["report"]): row["reason"] for row in csv.DictReader(text)}
