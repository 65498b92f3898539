"""Comparing our reports with those of an installed nsys, every cell as text."""

from __future__ import annotations

import csv
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from nsys_tools.analysis.reports import REPORTS
from nsys_tools.analysis.stats import Request, answers
from nsys_tools.errors import NsysToolsError
from nsys_tools.report.stats import parse_format, write

Table = list[list[str]]
_FORM = "csv:noconv"


class Outcome(Enum):
    """What a comparison of one report on one trace comes to."""

    EQUAL = "equal"
    DIFFERS = "differs"
    ONLY_OURS = "theirs refuses, ours answers"
    ONLY_THEIRS = "ours refuses, theirs answers"
    NEITHER = "neither has data"


@dataclass(frozen=True)
class Comparison:
    """One report on one trace.

    Attributes
    ----------
    trace, report
        Names.
    outcome
        What it comes to.
    detail
        Of a difference: the first cell that differs.
    """

    trace: str
    report: str
    outcome: Outcome
    detail: str = ""


def first_difference(ours: Table, theirs: Table) -> str:
    """Return where two tables differ first, in words; empty when every cell is equal."""
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=False)):
        for place, (cell, expected) in enumerate(zip(mine, other, strict=False)):
            if cell != expected:
                column = theirs[0][place] if number else "header"
                return f"row {number}, {column}: ours {cell!r}, theirs {expected!r}"
        if len(mine) != len(other):
            return f"row {number}: ours has {len(mine)} cells, theirs {len(other)}"
    if len(ours) != len(theirs):
        return f"ours has {len(ours) - 1} rows, theirs {len(theirs) - 1}"
    return ""


def compared(trace: str, report: str, ours: Table, theirs: Table) -> Comparison:
    """Compare two tables, headers included; a report that was refused has no line at all."""
    if not ours and not theirs:
        return Comparison(trace, report, Outcome.NEITHER)
    if not ours or not theirs:
        return Comparison(trace, report, Outcome.ONLY_THEIRS if theirs else Outcome.ONLY_OURS)
    detail = first_difference(ours, theirs)
    return Comparison(trace, report, Outcome.DIFFERS if detail else Outcome.EQUAL, detail)


def compare(trace: Path, nsys: Path, arguments: Sequence[str] = ()) -> Iterator[Comparison]:
    """Run every report with nsys and with ours on one trace, and compare.

    Parameters
    ----------
    trace
        An SQLite export.
    nsys
        The program.
    arguments
        Appended to every report that takes them: ``base``, ``mangled``, ``nvtx-name``.
    """
    requests = [Request(r, tuple(a for a in arguments if a in r.arguments)) for r in REPORTS]
    with tempfile.TemporaryDirectory() as folder:
        for answer in answers(trace, requests):
            theirs = _run_nsys(trace, nsys, answer.request, Path(folder))
            own = Path(folder) / "ours.csv"
            rows = write(answer, parse_format(_FORM), own)
            yield compared(trace.stem, answer.request.label, _read(own) if rows else [], theirs)


def _run_nsys(trace: Path, nsys: Path, request: Request, folder: Path) -> Table:
    """Return a report of nsys's. One run each: after a report that it refuses, nsys 2023.4 refuses others too."""
    base = folder / "theirs"
    name = ":".join([request.report.name, *request.arguments])
    done = subprocess.run(
        [str(nsys), "stats", "-q", "-r", name, "-f", _FORM, "-o", str(base), "--force-export=false", str(trace)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0 or "internal error" in done.stdout + done.stderr:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise NsysToolsError(f"{trace}: nsys stats failed: {said}")
    file = Path(f"{base}_{request.label}.csv")
    return _read(file) if file.is_file() else []


def _read(file: Path) -> Table:
    """Return the lines of a CSV file; none when it has but a header."""
    with file.open(encoding="utf-8", errors="replace", newline="") as text:
        rows = [row for row in csv.reader(text) if row]
    return rows if len(rows) > 1 else []
