"""The time windows that an export is limited to: a time range, the instances of a stage, or steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.session.database import Database

Window = tuple[int, int]
_STEPS = re.compile(r"(\d{1,18})(?:\.\.(\d{1,18}))?")


@dataclass(frozen=True)
class Cut:
    """The requested limits. A limit that is empty or None does not apply.

    Attributes
    ----------
    time
        Start and end in ns.
    stage
        Name of a stage.
    steps
        First and last step, numbered from 0.
    """

    time: Window | None = None
    stage: str = ""
    steps: Window | None = None

    def __bool__(self) -> bool:
        """Return whether any limit is set."""
        return self != Cut()


def steps_of(text: str) -> Window | None:
    """Parse ``N`` or ``N..M`` as steps. Return None for an empty string.

    Raises
    ------
    UsageError
        If the text has a different form.
    """
    if not text:
        return None
    found = _STEPS.fullmatch(text.strip())
    if found is None or int(found[1]) > int(found[2] or found[1]):
        raise UsageError(f"--step {text!r} is not a range of steps.", "Use N or N..M. The first step is 0.")
    return int(found[1]), int(found[2] or found[1])


def windows(database: Database, cut: Cut) -> list[Window]:
    """Return the disjoint windows of a cut, in order.

    Raises
    ------
    NsysToolsError
        If the stage or step does not exist, or if the limits do not overlap.
    """
    asked = [
        [cut.time] if cut.time else None,
        _of_stage(database, cut.stage) if cut.stage else None,
        _of_steps(database, cut.steps) if cut.steps else None,
    ]
    found: list[Window] | None = None
    for stretches in asked:
        if stretches is not None:
            found = merged(stretches) if found is None else both(found, merged(stretches))
    if found == []:
        raise NsysToolsError(
            f"{database.name}: --time, --stage and --step do not overlap.", "Use fewer of these options."
        )
    return found or []


def _of_stage(database: Database, stage: str) -> list[Window]:
    rows = database.query("export__stage_window", stage=stage).rows()
    if not rows:
        stages = database.query("stage_summary")["stage"]
        known = ", ".join(stages[:8]) or "none"
        raise NsysToolsError(f"{database.name}: the trace has no stage {stage!r}.", f"Stages of this trace: {known}.")
    return [(start, end) for _, start, end in rows]


def _of_steps(database: Database, steps: Window) -> list[Window]:
    first, last = steps
    rows = list(database.query("export__step"))
    found = [(row["begin_ns"], row["end_ns"]) for row in rows if first <= row["number"] <= last]
    if not found:
        count = max((row["number"] + 1 for row in rows), default=0)
        raise NsysToolsError(
            f"{database.name}: the trace has no step {first}. It has {count:,} steps.",
            "Run `nsys-tools sql TRACE 'FROM step'` to list the steps. --steps controls how steps are found.",
        )
    return found


def merged(stretches: Iterable[Window]) -> list[Window]:
    """Return windows in order, with touching and overlapping ones merged."""
    found: list[Window] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def both(one: Sequence[Window], other: Sequence[Window]) -> list[Window]:
    """Return the intersection of two ordered lists of disjoint windows."""
    found, i, k = [], 0, 0
    while i < len(one) and k < len(other):
        start, end = max(one[i][0], other[k][0]), min(one[i][1], other[k][1])
        if start <= end:
            found.append((start, end))
        if one[i][1] < other[k][1]:
            i += 1
        else:
            k += 1
    return found
