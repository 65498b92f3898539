"""Compare the reports of two checkouts on the same traces: ``python -m tests.same_figures --against REVISION``.

This is a tool, not a test. It writes the report of each trace with the code of the other checkout and with that of this
one, without a cache, and compares all files byte by byte: Markdown, page, metrics.json, tables, charts. It ignores only
the version of the program and manifest.json, which lists digests of the other files. The traces are the shared ones,
the samples, the goldens, generated shapes, several ranks, and random ones, of which every second one has stages. The
exit code is 1 if a report differs. Differences in tables are reported per cell.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from nsys_tools.formats import render
from nsys_tools.synthetic.job import JobPlan, build_job
from nsys_tools.synthetic.large import Shape, build_large
from tests.conftest import REPOSITORY, SHARED
from tests.goldens.traces import TRACES
from tests.torture.random_traces import write as write_random

_SAMPLES = REPOSITORY / "capture" / "samples"
_SHAPES = {"plain": Shape(), "eight ranks": Shape(ranks=8), "operators": Shape(operators=True)}
_IGNORED = {"manifest.json"}
_LONGEST = 90
_DECIMAL = re.compile(rb"\b\d+\.\d+(?:e[-+]?\d+)?\b")
_WORKER = """
import json, shutil, sys
from pathlib import Path
import nsys_tools as nt

cases, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
(out / "version").write_text(nt.__version__)
for number, case in enumerate(cases):
    folder = out / str(number)
    try:
        with nt.open(case["path"], cache=False, **case["given"]) as session:
            session.analyze().write(folder, formats=sys.argv[3].split(","))
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "error.txt").write_text(f"{type(error).__name__}: {error}")
    print(number, flush=True)
"""


@dataclass(frozen=True)
class Case:
    """A trace, or the traces of several ranks, and the arguments for opening it."""

    part: str
    name: str
    path: str | list[str]
    given: dict[str, Any] = field(default_factory=dict)


def _shared(_: Path, __: int) -> Iterator[Case]:
    for path in sorted((SHARED / "traces").glob("*.sqlite")):
        yield Case("shared", path.stem, str(path))


def _samples(_: Path, __: int) -> Iterator[Case]:
    sample, stages = str(_SAMPLES / "sample.sqlite"), str(_SAMPLES / "stages.toml")
    model = {"model": "deepseek-ocr", "gpu": "h100-sxm", "set": {"pages": 2, "new_tokens": 13}}
    joined = {"ncu": str(_SAMPLES / "ncu.csv"), "callgraph": str(_SAMPLES / "callgraph.json")}
    yield Case("samples", "sample", sample)
    yield Case("samples", "sample with stages", sample, {"stages": stages})
    yield Case("samples", "sample with all", sample, {"stages": stages, **model, **joined})


def _goldens(folder: Path, _: int) -> Iterator[Case]:
    for name, golden in TRACES.items():
        yield Case("goldens", name, str(golden.write(folder)))


def _shapes(folder: Path, _: int) -> Iterator[Case]:
    for name, shape in _SHAPES.items():
        path = folder / f"{name}.sqlite"
        build_large(path, 2_000 if shape.operators else 20_000, shape)  # small enough to be read on one thread
        yield Case("shapes", name, str(path))


def _jobs(folder: Path, _: int) -> Iterator[Case]:
    for name, plan in {"4 files": JobPlan(files=4, processes=1), "2 processes": JobPlan(files=2, processes=2)}.items():
        (folder / name).mkdir()
        yield Case("jobs", name, [str(path) for path in build_job(folder / name, plan).paths])


def _random(folder: Path, count: int) -> Iterator[Case]:
    for seed in range(count):
        path = folder / f"{seed}.sqlite"
        patterns = write_random(path, seed)
        given = {}
        if patterns and seed % 2:
            file = path.with_suffix(".toml")
            stages = (f"[[stage]]\nname = {json.dumps(one)}\nmatch = {json.dumps(match)}\n" for one, match in patterns)
            file.write_text("".join(stages))
            given = {"stages": str(file)}
        yield Case("random", f"seed {seed}", str(path), given)


_PARTS = {
    "shared": _shared, "samples": _samples, "goldens": _goldens, "shapes": _shapes, "jobs": _jobs, "random": _random
}  # fmt: skip


def cases(folder: Path, parts: Sequence[str], count: int, first: int | None) -> list[Case]:
    """Write the traces of some parts into a folder, at most `first` of each part, and `count` random ones."""
    found = []
    for part in parts:
        place = folder / part
        place.mkdir()
        found += itertools.islice(_PARTS[part](place, count), first)
    return found


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yield a checkout of a revision and remove it afterwards."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "checkout"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", place, revision], cwd=REPOSITORY, check=True)
        try:
            yield place
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", place], cwd=REPOSITORY, check=True)


def report_both(checkouts: Sequence[Path], asked: Sequence[Case], work: Path, formats: str) -> list[Path]:
    """Write the reports of all cases with the code of two checkouts concurrently; return their folders."""
    listed = work / "cases.json"
    listed.write_text(json.dumps([asdict(case) for case in asked]))
    sides, running = [work / "before", work / "after"], []
    for checkout, out in zip(checkouts, sides, strict=True):
        out.mkdir()
        command = [sys.executable, "-c", _WORKER, str(listed), str(out), formats]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        running.append(subprocess.Popen(command, env=environment, cwd=work, stdout=subprocess.PIPE, text=True))
    for process in reversed(running):  # show the output lines of this checkout
        for line in process.stdout or ():
            if process is running[-1]:
                print(f"\r{int(line) + 1} of {len(asked)}", end="", file=sys.stderr, flush=True)
        if process.wait():
            raise SystemExit("A side did not come to its end.")
    print(file=sys.stderr)
    return sides


def files(folder: Path, version: str, digits: int) -> dict[str, bytes]:
    """Return file contents by name, without the program version, with decimals rounded to the given digits."""
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: _rounded(path, path.read_bytes().replace(f'"{version}"'.encode(), b'"VERSION"'), digits)
        for name, path in sorted(names.items())
        if name not in _IGNORED
    }


def _rounded(path: Path, content: bytes, digits: int) -> bytes:
    if not digits:
        return content
    if path.suffix == ".parquet":
        content = repr(pl.read_parquet(path).rows()).encode(errors="backslashreplace")
    return _DECIMAL.sub(lambda found: f"{float(found[0]):.{digits}g}".encode(), content)


def difference(name: str, before: bytes | None, after: bytes | None) -> str:
    """Describe the difference in a file."""
    if before is None or after is None:
        return "is new" if before is None else "is gone"
    try:
        texts = before.decode(), after.decode()
    except UnicodeDecodeError:
        return "has other bytes"
    if name.endswith(".csv"):
        return _in_cells(*(list(csv.reader(io.StringIO(text, newline=""))) for text in texts))
    lines = itertools.zip_longest(*(text.splitlines() for text in texts), fillvalue="")
    number, (old, new) = next((n, pair) for n, pair in enumerate(lines, start=1) if pair[0] != pair[1])
    start = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    place = max(start - _LONGEST // 3, 0)
    return f"line {number}: {old[place : place + _LONGEST]} -> {new[place : place + _LONGEST]}"


def _in_cells(before: list[list[str]], after: list[list[str]]) -> str:
    if before[:1] != after[:1] or len(before) != len(after):
        return f"{len(before)} rows of {before[:1]} -> {len(after)} rows of {after[:1]}"
    found = [
        (row, column, old, new)
        for row, (olds, news) in enumerate(zip(before, after, strict=True))
        for column, old, new in zip(before[0], olds, news, strict=True)
        if old != new
    ]
    if not found:
        return "has other line ends or quotes"
    columns = Counter(column for _, column, _, _ in found)
    row, column, old, new = found[0]
    told = ", ".join(f"{name} {count}" for name, count in columns.items())
    return f"cells by column: {told}; row {row}, {column}: {old[:_LONGEST]} -> {new[:_LONGEST]}"


def compared(asked: Sequence[Case], sides: Sequence[Path], digits: int) -> list[list[str]]:
    """Return one row per file that differs: part, trace, file, difference."""
    versions = [(side / "version").read_text() for side in sides]
    rows = []
    for number, case in enumerate(asked):
        pairs = zip(sides, versions, strict=True)
        before, after = (files(side / str(number), version, digits) for side, version in pairs)
        if set(before) == set(after) == {"error.txt"} and before == after:
            print(f"{case.part}, {case.name}: refused by both: {after['error.txt'].decode()}", file=sys.stderr)
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name), after.get(name)
            if old != new:
                rows.append([case.part, case.name, name, difference(name, old, new)])
    return rows


def told(asked: Sequence[Case], rows: list[list[str]], show: int) -> str:
    """Return a summary as text: how many reports are identical, and which files differ, how often and how."""
    different = {(part, name) for part, name, _, _ in rows}
    parts = Counter(case.part for case in asked)
    same = Counter(case.part for case in asked if (case.part, case.name) not in different)
    lines = [render(["part", "reports", "the same"], [[part, parts[part], same[part]] for part in parts], "md")]
    if rows:
        counts = Counter(name for _, _, name, _ in rows).most_common()
        lines += ["", render(["file", "differs in reports"], [list(one) for one in counts], "md")]
        lines += ["", render(["part", "trace", "file", "difference"], rows[:show], "md")]
    return "\n".join(lines)


def main() -> None:
    """Run the comparison that the arguments define."""
    parser = argparse.ArgumentParser(prog="python -m tests.same_figures", description=__doc__)
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--checkout", metavar="DIR", type=Path, help="a folder with the other code")
    other.add_argument("--against", metavar="REVISION", help="a revision of git, checked out for this")
    parser.add_argument("--part", nargs="+", choices=list(_PARTS), default=list(_PARTS), help="only these traces")
    parser.add_argument("--random", type=int, default=200, help="how many random traces")
    parser.add_argument("--first", type=int, help="only the first so many of each part")
    parser.add_argument("--formats", default="md,html,json", help="formats of the reports")
    parser.add_argument("--digits", type=int, default=0, help="compare decimals with so many digits; 0 for all")
    parser.add_argument("--show", type=int, default=40, help="how many differences are told")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        asked = cases(work, given.part, given.random, given.first)
        if given.against:
            with checked_out(given.against) as checkout:
                sides = report_both([checkout, REPOSITORY], asked, work, given.formats)
        else:
            sides = report_both([given.checkout.resolve(), REPOSITORY], asked, work, given.formats)
        rows = compared(asked, sides, given.digits)
    print(told(asked, rows, given.show))
    raise SystemExit(bool(rows))


if __name__ == "__main__":
    main()
