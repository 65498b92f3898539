"""Compare nsys-tools reports with those of an installed nsys, cell by cell as text: ``make conformance``.

Run it as ``python -m tests.conformance FOLDER [--nsys FILE] [--arguments ARG[:ARG]] [--expected CSV]``.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.formats import render
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import Answer, answers
from nsys_tools.stats.formats import parse_format, write
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request

Table = list[list[str]]
FORM = "csv:noconv"
"""The form that is compared: all digits, in the units of the trace."""


class Outcome(Enum):
    """Possible outcomes of comparing one report on one trace."""

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
        Names of the trace and the report.
    outcome
        Result of the comparison.
    detail
        For a difference: the first cell that differs.
    """

    trace: str
    report: str
    outcome: Outcome
    detail: str = ""


def first_difference(ours: Table, theirs: Table) -> str:
    """Describe the first difference between two tables; return an empty string if all cells are equal."""
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
    """Compare two tables including their headers; a report that was refused has no lines."""
    if not ours and not theirs:
        return Comparison(trace, report, Outcome.NEITHER)
    if not ours or not theirs:
        return Comparison(trace, report, Outcome.ONLY_THEIRS if theirs else Outcome.ONLY_OURS)
    detail = first_difference(ours, theirs)
    return Comparison(trace, report, Outcome.DIFFERS if detail else Outcome.EQUAL, detail)


def compare(trace: Path, nsys: Path, arguments: Sequence[str] = ()) -> Iterator[Comparison]:
    """Run every report on one trace with nsys and with nsys-tools, and compare them.

    Parameters
    ----------
    trace
        An SQLite export.
    nsys
        The nsys program.
    arguments
        Appended to every report that accepts them: ``base``, ``mangled``, ``nvtx-name``.
    """
    requests = [Request(r, tuple(a for a in arguments if a in r.arguments)) for r in REPORTS]
    with tempfile.TemporaryDirectory() as folder:
        for answer in answers(lambda choice: open_trace(trace, choice=choice), requests):
            theirs = table(printed(trace, nsys, answer.request, Path(folder)))
            yield compared(trace.stem, answer.request.label, table(written(answer, Path(folder))), theirs)


def written(answer: Answer, folder: Path) -> str:
    """Return a report of nsys-tools as text; empty if it has no rows."""
    file = folder / "ours.csv"
    return file.read_bytes().decode("utf-8") if write(answer, parse_format(FORM), file) else ""


def printed(trace: Path, nsys: Path, request: Request, folder: Path) -> str:
    """Return a report of nsys as text; empty if it has no rows.

    Each report is a separate run: after a report that it refuses, nsys 2023.4 also refuses others.
    """
    base = folder / "theirs"
    file = Path(f"{base}_{request.label}.csv")
    file.unlink(missing_ok=True)
    name = ":".join([request.report.name, *request.arguments])
    done = subprocess.run(
        [str(nsys), "stats", "-q", "-r", name, "-f", FORM, "-o", str(base), "--force-export=false", str(trace)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0 or "internal error" in done.stdout + done.stderr:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise NsysToolsError(f"{trace}: nsys stats failed: {said}")
    if not file.is_file():
        return ""
    text = file.read_bytes().decode("utf-8", errors="replace")
    return text if table(text) else ""


def table(text: str) -> Table:
    """Return the lines of a CSV file; none if it contains only a header."""
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return rows if len(rows) > 1 else []


def expected(file: Path | None) -> dict[tuple[str, str], str]:
    """Return the reasons for deliberate differences by trace and report."""
    if file is None:
        return {}
    with file.open(encoding="utf-8", newline="") as text:
        return {(row["trace"], row["report"]): row["reason"] for row in csv.DictReader(text)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description="Compare all reports with nsys.")
    parser.add_argument("folder", type=Path, help="folder of .sqlite exports, or one of them")
    parser.add_argument("--nsys", default="", metavar="FILE", help="nsys to compare with")
    parser.add_argument("--arguments", default="", metavar="ARG[:ARG]", help="such as base:nvtx-name")
    parser.add_argument("--expected", type=Path, metavar="CSV", help="deliberate differences: trace, report, reason")
    return parser.parse_args()


def main() -> int:
    """Print a row per trace and report; return 1 if a difference is not in the table of deliberate differences."""
    options = _options()
    nsys = tools.find("nsys", options.nsys)
    traces = sorted(options.folder.glob("*.sqlite")) if options.folder.is_dir() else [options.folder]
    if not traces:
        raise NsysToolsError(f"{options.folder}: there is no .sqlite file.", "Name a folder of nsys exports.")
    known = expected(options.expected)
    rows, unexpected = [], 0
    for trace in traces:
        for found in compare(trace, nsys, [a for a in options.arguments.split(":") if a]):
            reason = known.get((found.trace, found.report), "")
            bad = found.outcome in {Outcome.DIFFERS, Outcome.ONLY_THEIRS}
            unexpected += bad and not reason
            said = f"deliberate: {reason}" if bad and reason else found.detail
            rows.append((found.trace, found.report, found.outcome.value, said))
    print(render(["trace", "report", "outcome", "detail"], rows, "table"))
    counted = Counter(outcome for _, _, outcome, _ in rows)
    print("\n" + ", ".join(f"{count} x {outcome}" for outcome, count in counted.most_common()))
    if unexpected:
        print(f"{unexpected} reports differ.", file=sys.stderr)
    return 1 if unexpected else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NsysToolsError as error:
        sys.exit(f"{error.message} {error.hint}")
