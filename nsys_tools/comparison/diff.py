"""The comparison of two sides: headlines, budgets, verdict and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from nsys_tools.comparison import changes, verdict
from nsys_tools.comparison.changes import Change
from nsys_tools.comparison.snapshot import ROWS, Snapshot, Steps, step_count
from nsys_tools.comparison.statistics import Shift, compare
from nsys_tools.comparison.verdict import Floors, Verdict
from nsys_tools.errors import UsageError

BY = ("step", *ROWS)
# Terms of the budget, each with the term that it is part of.
PARTS = {
    "wall": "", "busy": "wall", "compute_busy": "busy", "exposed_communication": "busy", "other_busy": "busy",
    "idle": "wall", "launch_bound": "idle", "synchronization": "idle", "dependency": "idle", "rest": "idle",
}  # fmt: skip
_LEAST_RUNS = 3


@dataclass(frozen=True)
class Term:
    """One line of the budget. It has means per step in ns, because means add up and medians do not.

    Attributes
    ----------
    term, part_of
        As in ``step_budget``. ``other_busy`` is busy time that is neither compute nor exposed communication, such as
        copies.
    base_ns, new_ns, delta_ns
        Mean over the steps of each side, and new minus base.
    """

    term: str
    part_of: str
    base_ns: float
    new_ns: float
    delta_ns: float


@dataclass(frozen=True)
class Headline:
    """Step times of a phase on one GPU.

    Attributes
    ----------
    phase, gpu
        The phase of the steps, and the GPU. Only GPUs with steps are numbered, starting at 0.
    shift
        How the step times differ.
    budget
        Where the difference is. The parts of a term add up to the term, and wall is the difference of the means.
    verdict
        The verdict on these steps alone.
    base_walls, new_walls
        The step times of each capture.
    tokens_per_s
        Tokens per second on each side, or None if the step names do not contain token counts.
    """

    phase: str
    gpu: int
    shift: Shift
    budget: list[Term]
    verdict: Verdict
    base_walls: list[list[int]]
    new_walls: list[list[int]]
    tokens_per_s: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Diff:
    """A comparison of two sides.

    Attributes
    ----------
    base, new
        The captures of each side.
    by
        How the changes are grouped: ``step`` (kernels per step), or one of `nsys_tools.comparison.snapshot.ROWS` over
        whole captures.
    verdict
        The verdict as a word, and the reason for it.
    headlines
        One headline per phase and GPU, starting with the phase that takes the most time. There are none if the sides
        cannot be compared.
    changes
        What changed, with the largest change first.
    floors
        The smallest difference that is treated as a change.
    notes
        Caveats for the reader.
    """

    base: list[Snapshot]
    new: list[Snapshot]
    by: str
    verdict: Verdict
    headlines: list[Headline]
    changes: list[Change]
    floors: Floors
    notes: list[str] = field(default_factory=list)


def chosen_by(by: str, base: Sequence[Snapshot], new: Sequence[Snapshot]) -> str:
    """Return how to group changes. The default is ``step`` if both sides have steps, otherwise ``stage``."""
    return by or ("step" if all(one.steps for one in (*base, *new)) else "stage")


def check_by(by: str) -> None:
    """Refuse an unknown ``--by`` value. An empty value is allowed, since `chosen_by` resolves it."""
    if by and by not in BY:
        raise UsageError(f"Unknown value for --by: {by}.", f"Use one of: {', '.join(BY)}.")


def diff(base: Sequence[Snapshot], new: Sequence[Snapshot], *, by: str = "", noise: Sequence[Snapshot] = ()) -> Diff:
    """Compare two sides.

    Parameters
    ----------
    base, new
        The captures of each side.
    by
        How to group the changes (see `chosen_by`).
    noise
        Captures of the same program. The spread between these captures replaces the default threshold.
    """
    if any(one.is_hashed for one in (*base, *new)):
        base, new = [one.hashed() for one in base], [one.hashed() for one in new]
    by = chosen_by(by, base, new)
    floors = measured_floors(noise) if noise else Floors()
    reason = verdict.incomparable(base, new)
    headlines = [] if reason else _headlines(base, new, floors)
    found = changes.changes(base, new, "kernel" if by == "step" else by, floors.relative)
    named = changes.by_name(found)
    return Diff(
        list(base), list(new), by,
        Verdict(verdict.NOT_COMPARABLE, reason) if reason
        else verdict.overall([(one.phase, one.verdict) for one in headlines]),
        headlines,
        changes.in_steps(named, base, new) if by == "step" else named,
        floors, _notes(base, new, by),
    )  # fmt: skip


def _headlines(base: Sequence[Snapshot], new: Sequence[Snapshot], floors: Floors) -> list[Headline]:
    made = []
    for steps in base[0].steps:
        key = steps.phase, steps.gpu
        sides = [[_of(one, *key) for one in side] for side in (base, new)]
        walls = [[one.walls for one in side] for side in sides]
        shift = compare(*walls)
        judged = _judged(shift, walls, floors, steps.phase)
        rates = _rate(sides[0]), _rate(sides[1])
        made.append(Headline(*key, shift, _budget(*sides), judged, walls[0], walls[1], rates))
    whole: dict[str, float] = {}
    for one in made:
        whole[one.phase] = whole.get(one.phase, 0) + sum(map(sum, one.base_walls))
    return sorted(made, key=lambda one: (-whole[one.phase], one.phase, one.gpu))


def _of(one: Snapshot, phase: str, gpu: int) -> Steps:
    return next(steps for steps in one.steps if (steps.phase, steps.gpu) == (phase, gpu))


def _rate(side: Sequence[Steps]) -> float | None:
    rates = [one.tokens_per_s for one in side if one.tokens_per_s is not None]
    return fmean(rates) if rates else None


def _judged(shift: Shift, walls: Sequence[Sequence[Sequence[int]]], floors: Floors, phase: str) -> Verdict:
    """Return the verdict on steps. If each side has several captures, a change requires medians that do not overlap."""
    if walls[0] == walls[1]:
        return Verdict(verdict.SAME, "both sides have the same step times")
    found = verdict.judge(shift, floors, "a step" if phase == "other" else f"a {phase} step")
    if found.word in (verdict.FASTER, verdict.SLOWER) and min(map(len, walls)) >= _LEAST_RUNS:
        medians = [sorted(median(run) for run in side) for side in walls]
        if medians[0][0] <= medians[1][-1] and medians[1][0] <= medians[0][-1]:
            return Verdict(
                verdict.AMBIGUOUS,
                f"{found.reason}, but the captures of the two sides overlap. Capture both sides again",
            )
    return found


def _budget(base: Sequence[Steps], new: Sequence[Steps]) -> list[Term]:
    means = [_means(side) for side in (base, new)]
    return [
        Term(term, of, means[0][term], means[1][term], means[1][term] - means[0][term]) for term, of in PARTS.items()
    ]


def _means(side: Sequence[Steps]) -> dict[str, float]:
    found = {term: fmean(ns for one in side for ns in one.terms[term]) for term in PARTS if term in side[0].terms}
    return found | {"other_busy": found["busy"] - found["compute_busy"] - found["exposed_communication"]}


def measured_floors(noise: Sequence[Snapshot]) -> Floors:
    """Return thresholds, which are the largest differences between any two captures of the same program.

    Raises
    ------
    UsageError
        If there are fewer than two captures, or if they cannot be compared with each other.
    """
    if len(noise) < 2:
        raise UsageError("--noise requires at least two captures of the same program.")
    apart = 0.0
    for n, one in enumerate(noise):
        for other in noise[n + 1 :]:
            if reason := verdict.incomparable([one], [other]):
                raise UsageError(
                    f"--noise: {one.source} and {other.source} are not captures of the same program: {reason}."
                )
            for headline in _headlines([one], [other], Floors()):
                apart = max(apart, abs(headline.shift.ratio - 1))
    return Floors(apart, 0, f"between {len(noise)} captures of the same program")


def _notes(base: Sequence[Snapshot], new: Sequence[Snapshot], by: str) -> list[str]:
    notes = [f"{one.source} is {one.origin} data." for one in (*base, *new) if one.origin]
    counts = [step_count(side) for side in (base, new)]
    if by != "step" and counts[0] != counts[1] and all(counts):
        notes.append(
            f"Sums cover whole captures, which have {counts[0]:,} and {counts[1]:,} steps. Part of each change is due "
            "to this difference. To compare values per step, use --by step."
        )
    elif by != "step":
        notes.append(
            "Sums cover whole captures, so part of each change may be due to different amounts of work in the captures."
        )
    return notes
