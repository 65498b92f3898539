"""Run the torture and write its report: ``python -m tests.torture`` (``make torture``), seeded and bounded.

``--seconds`` runs a part: each section gets an equal share of the time and runs its cases in a seeded random order
until its share is spent. Without it, all cases run, and ``--out`` writes the report.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from nsys_tools.formats import render
from tests.torture.frame import Case, Fault, Section, Verdict

HERE = Path(__file__).parent
INTRODUCTION = """\
# Torture

`make torture` runs nsys-tools on damaged files, full disks, hostile names, wrong arguments and from many processes at
once. Each case starts the command line in processes of its own unless its section says otherwise. No fault is the only
way to pass. The whole run is seeded: the same seed gives the same cases.

"""


@dataclass
class Score:
    """Result of the cases of a section."""

    section: Section
    planned: int = 0
    run: int = 0
    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, Fault, str]] = field(default_factory=list)


def sections() -> list[Section]:
    """Return the section of each module in this folder, ordered by file name."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(HERE)]))
    modules = [importlib.import_module(f"tests.torture.{name}") for name in names if name not in ("__main__", "frame")]
    return [module.SECTION for module in modules if hasattr(module, "SECTION")]


def _run(case: Case, folder: Path, number: int) -> Verdict:
    place = folder / f"case{number}"
    place.mkdir()
    try:
        return case.run(place)
    except Exception as error:  # noqa: BLE001  (a case that fails must not end the others)
        return Verdict("the case itself failed", ((Fault.CRASH, f"{type(error).__name__}: {error}"),))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def torture(section: Section, seed: int, seconds: float | None, workers: int) -> Score:
    """Run all cases of a section, or as many as start within the given seconds."""
    score = Score(section)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="torture-") as name, ThreadPoolExecutor(workers) as pool:
        shared, cases_folder = Path(name, "shared"), Path(name, "cases")
        shared.mkdir()
        cases_folder.mkdir()
        cases = list(section.cases(seed, shared))
        score.planned = len(cases)
        if seconds is not None:
            random.Random(seed).shuffle(cases)

        def attempt(pair: tuple[int, Case]) -> tuple[Case, Verdict] | None:
            if seconds is not None and time.perf_counter() - begin > seconds:
                return None
            return pair[1], _run(pair[1], cases_folder, pair[0])

        for done in pool.map(attempt, enumerate(cases)):
            if done is None:
                continue
            case, verdict = done
            score.run += 1
            score.outcomes[verdict.outcome] += 1
            score.faults += [(case.name, *fault) for fault in verdict.faults]
    score.seconds = time.perf_counter() - begin
    return score


def report(scores: Sequence[Score], seed: int) -> str:
    """Return the report in Markdown: cases, outcomes and faults of each section."""
    kinds = list(Fault)
    header = ["section", "cases run", "of", *kinds, "seconds"]
    rows = [
        [s.section.title, s.run, s.planned, *(sum(f[1] == kind for f in s.faults) for kind in kinds), round(s.seconds)]
        for s in scores
    ]
    outcomes = [
        [s.section.title, outcome, count] for s in scores for outcome, count in sorted(s.outcomes.items())
    ]  # fmt: skip
    faults = [[s.section.name, *fault] for s in scores for fault in s.faults]
    text = INTRODUCTION + f"Seed {seed}, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs.\n\n## Faults\n\n"
    text += render(header, rows, "md") + "\n\n## What nsys-tools did\n\n"
    text += render(["section", "outcome", "cases"], outcomes, "md")
    if faults:
        text += "\n\n## Each fault\n\n" + render(["section", "case", "fault", "detail"], faults, "md")
    return text + "\n"


def main() -> None:
    """Run the requested sections; exit with 1 if there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--section", action="append", help="only this section, by its name; may be repeated")
    parser.add_argument("--seconds", type=float, help="run a slice that takes about this long in all")
    parser.add_argument("--seed", type=int, default=20250131)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the report to this file")
    given = parser.parse_args()
    chosen = [section for section in sections() if not given.section or section.name in given.section]
    if not chosen:
        parser.error(f"no such section; there are {', '.join(section.name for section in sections())}")
    share = given.seconds / len(chosen) if given.seconds else None
    scores = []
    for section in chosen:
        score = torture(section, given.seed, share, given.workers)
        print(
            f"{section.name}: {score.run} of {score.planned} cases, {len(score.faults)} faults, {score.seconds:.0f} s"
        )
        for name, fault, detail in score.faults[:20]:
            print(f"  {fault}: {name}: {detail}")
        scores.append(score)
    if given.out:
        given.out.write_text(report(scores, given.seed))
    raise SystemExit(any(score.faults for score in scores))


if __name__ == "__main__":
    main()
