"""Each page of a trace in turn, overwritten: the lower half with garbage, or the whole page with zeros."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from nsys_tools.synthetic.sample import build_sample
from tests.torture.frame import Case, Section, Verdict
from tests.torture.traces import PAGE, ask, judge, rows


def cases(seed: int, folder: Path) -> Sequence[Case]:
    """Return two cases for each page."""
    trace = folder / "whole.sqlite"
    build_sample(trace, pages=6)
    whole, counts, content = ask(trace, folder), rows(trace), trace.read_bytes()

    def case(page: int, *, garbage: bool) -> Case:
        name = f"page {page} {'half garbage' if garbage else 'zeros'}"

        def run(place: Path) -> Verdict:
            at = page * PAGE
            damaged = random.Random(seed + page).randbytes(PAGE // 2) if garbage else bytes(PAGE)
            path = place / f"{name.replace(' ', '_')}.sqlite"
            path.write_bytes(content[: at + PAGE - len(damaged)] + damaged + content[at + PAGE :])
            return judge(path, place, whole, counts)

        return Case(name, run)

    return [case(page, garbage=garbage) for page in range(len(content) // PAGE) for garbage in (True, False)]


SECTION = Section("pages", "Every page overwritten", cases)
