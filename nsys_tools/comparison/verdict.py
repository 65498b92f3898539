"""The verdict on two sides (faster, slower, same, ambiguous or not comparable), and the reason for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nsys_tools.comparison.snapshot import Snapshot
from nsys_tools.comparison.statistics import Shift

FASTER, SLOWER, SAME, AMBIGUOUS, NOT_COMPARABLE = "faster", "slower", "same", "ambiguous", "not comparable"
LEAST_STEPS, P_MOST = 10, 0.05
_SURE = 2.5
"""If the interval extends less than this many floors from 1, the sides are the same."""
_DRIFT = 0.5
"""If one side drifts by this share of a change, drift between the sides can explain the whole change."""
_TOKENS_APART = 0.02


@dataclass(frozen=True)
class Floors:
    """The smallest difference that is treated as a change.

    Attributes
    ----------
    relative
        Ratio of medians minus 1.
    absolute_ns
        Difference of medians in ns.
    source
        Description of where the thresholds come from.
    """

    relative: float = 0.02
    absolute_ns: float = 10_000
    source: str = "by default"


@dataclass(frozen=True)
class Verdict:
    """The verdict as a word, and the reason for it as a sentence."""

    word: str
    reason: str


def judge(shift: Shift, floors: Floors, what: str = "a step") -> Verdict:
    """Return the verdict on a pair of samples.

    Parameters
    ----------
    shift
        How the samples differ.
    floors
        The smallest difference that is treated as a change.
    what
        Description of what was timed.
    """
    change = max(shift.ratio, 1 / shift.ratio) - 1  # swapped sides get the mirrored verdict
    told = abs(shift.ratio - 1)
    interval = f"{_percent(shift.ratio_low - 1)} to {_percent(shift.ratio_high - 1)}"
    longer = "longer" if shift.ratio > 1 else "less time"
    said = f"{what} takes {told:.1%} {longer} (95 % interval {interval}, p = {shift.p:.2g})"
    if min(shift.base_count, shift.new_count) < LEAST_STEPS:
        fewer = min(shift.base_count, shift.new_count)
        return Verdict(AMBIGUOUS, f"{said}, but one side has only {fewer} steps. Record at least {LEAST_STEPS}")
    if shift.ratio_low <= 1 <= shift.ratio_high or shift.p >= P_MOST:
        reach = max(shift.ratio_high, 1 / shift.ratio_low) - 1
        if reach <= _SURE * floors.relative:
            return Verdict(SAME, f"{said}. This is within noise, and a difference above {reach:.1%} is excluded")
        return Verdict(AMBIGUOUS, f"{said}, but the interval is too wide to decide. Capture more steps")
    if change < floors.relative or abs(shift.new_median - shift.base_median) < floors.absolute_ns:
        return Verdict(SAME, f"{said}, which is too small to matter (threshold {floors.relative:.1%} {floors.source})")
    if shift.drift >= _DRIFT * change:
        side = "the new side" if abs(shift.new_drift) >= abs(shift.base_drift) else "the base"
        return Verdict(
            AMBIGUOUS,
            f"{said}, but the two halves of {side} differ by {shift.drift:.1%}, so the change may be drift. "
            "Capture both sides again",
        )
    return Verdict(SLOWER if shift.ratio > 1 else FASTER, said)


def _percent(change: float) -> str:
    return f"{change:+.1%}"


def incomparable(base: Sequence[Snapshot], new: Sequence[Snapshot]) -> str:
    """Return the reason why two sides cannot be compared, or an empty string if they can be compared."""
    for side, captures in (("base", base), ("new side", new)):
        for one in captures:
            if not one.steps:
                return f"{one.source} ({side}) has no steps: {one.no_steps or 'none were saved'}"
    sides = [{tuple(one.gpus) for one in side} for side in (base, new)]
    if sides[0] != sides[1]:
        return f"the sides ran on different GPUs: {_listed(sides[0])} and {_listed(sides[1])}"
    phases = [{(steps.phase, steps.gpu) for one in side for steps in one.steps} for side in (base, new)]
    if phases[0] != phases[1]:
        missing = sorted({phase for phase, _ in phases[0] ^ phases[1]})
        return f"the sides have steps in different phases or on different GPUs ({', '.join(missing)})"
    return _other_work(base, new)


def _listed(gpus: set[tuple[str, ...]]) -> str:
    return " or ".join(sorted(", ".join(name or "an unknown GPU" for name in names) for names in gpus))


def _other_work(base: Sequence[Snapshot], new: Sequence[Snapshot]) -> str:
    """Return how the work per step differs between the sides, or an empty string if no difference is known."""
    for key in base[0].workload.keys() & new[0].workload.keys():
        values = [{one.workload.get(key) for one in side} for side in (base, new)]
        if values[0] != values[1]:
            return f"the sides ran different workloads ({key}: {base[0].workload[key]} and {new[0].workload[key]})"
    for ours in base[0].steps:
        theirs = next(one for one in new[0].steps if (one.phase, one.gpu) == (ours.phase, ours.gpu))
        for what in ("context_tokens", "generation_tokens", "requests"):
            one, other = getattr(ours, what), getattr(theirs, what)
            if (one is None) != (other is None) or (one and abs(other / one - 1) > _TOKENS_APART):
                numbers = f"{one or 'unknown'} in the base, {other or 'unknown'} on the new side"
                return f"{what.replace('_', ' ')} per {ours.phase} step differ: {numbers}"
    return ""


def overall(found: Sequence[tuple[str, Verdict]]) -> Verdict:
    """Return the overall verdict, which is the verdict on the first phase unless another phase contradicts it.

    Parameters
    ----------
    found
        Phases and their verdicts, starting with the phase that takes the most time.
    """
    main = found[0][0]
    of_main = [verdict for phase, verdict in found if phase == main]
    others = {verdict.word for phase, verdict in found if phase != main}
    words = {verdict.word for verdict in of_main}
    if len(words) > 1:
        unsure = next((one for one in of_main if one.word == AMBIGUOUS), None)
        return unsure or Verdict(AMBIGUOUS, f"the verdicts for the GPUs disagree: {', '.join(sorted(words))}")
    first = of_main[0]
    opposite = {FASTER: SLOWER, SLOWER: FASTER}.get(first.word)
    if opposite in others or (first.word == SAME and others & {FASTER, SLOWER}):
        return Verdict(
            AMBIGUOUS,
            f"the verdicts for the phases disagree: {main} is {first.word}, "
            f"another phase is {' and '.join(sorted(others))}",
        )
    return first
