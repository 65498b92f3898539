"""The list of changes. Each row has the names on both sides, its count and duration effects, and its significance."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nsys_tools.comparison.effects import Effect, effect
from nsys_tools.comparison.matching import Match, match
from nsys_tools.comparison.snapshot import Row, Snapshot, step_count

P_MOST, LEAST_COUNT = 0.05, 5
_QUANTILES = 100
_MOST_RUNS = 1000
"""Runs of one kernel are not independent samples: more than this number add no certainty."""


@dataclass(frozen=True)
class Change:
    """One row in the list of changes.

    Attributes
    ----------
    status
        ``same``, ``changed``, ``new`` or ``gone``.
    matched_by
        How the rows of the two sides were matched (see `nsys_tools.comparison.matching.match`).
    base_names, new_names
        Names on each side. A side without a match has no names.
    kind
        Kernel class.
    base_count, new_count, base_ns, new_ns
        Count and sum of durations, over whole captures or per step (see `Diff`).
    effect
        The change, split into the effects of count and duration.
    ratio
        Median duration on the new side divided by median duration on the base side, or None unless each side has
        exactly one row.
    drift
        Relative difference between the medians of the two halves of a capture, for the side where it is larger.
    p
        p-value of the Mann-Whitney test on durations, from 50 quantiles per side.
    is_significant
        Whether durations differ by more than noise (see `marked`).
    phase
        Phase of the steps, if changes are per step.
    """

    status: str
    matched_by: str
    base_names: tuple[str, ...]
    new_names: tuple[str, ...]
    kind: str
    base_count: float
    new_count: float
    base_ns: int
    new_ns: int
    effect: Effect
    ratio: float | None = None
    drift: float = 0.0
    p: float | None = None
    is_significant: bool = False
    phase: str = ""

    @property
    def name(self) -> str:
        """The names on the base side, or on the new side if the row is new."""
        return " + ".join(self.base_names or self.new_names)


def changes(base: Sequence[Snapshot], new: Sequence[Snapshot], what: str, floor: float) -> list[Change]:
    """Return the changes in one kind of row, per name and launch, with the largest change first.

    Parameters
    ----------
    base, new
        The captures of each side, at least one per side. Their rows are summed.
    what
        One of `nsys_tools.comparison.snapshot.ROWS`.
    floor
        Smallest relative difference of medians that is treated as a change.
    """
    sequences = (base[0].sequence, new[0].sequence) if what == "kernel" else ((), ())
    found = marked([_change(one) for one in match(_rows(base, what), _rows(new, what), sequences)], floor)
    return sorted(found, key=_largest_first)


def by_name(found: Sequence[Change]) -> list[Change]:
    """Return the changes with all launches of each name combined. The effects still add up to the total change."""
    groups: dict[tuple[tuple[str, ...], ...], list[Change]] = defaultdict(list)
    for one in found:
        groups[one.base_names, one.new_names].append(one)
    return sorted(map(_together, groups.values()), key=_largest_first)


def in_steps(found: Sequence[Change], base: Sequence[Snapshot], new: Sequence[Snapshot]) -> list[Change]:
    """Return kernel changes per step and phase. Sums and counts over all steps are divided by the number of steps.

    Parameters
    ----------
    found
        The kernel changes by name. They determine the matches and which changes are significant.
    base, new
        The captures of each side.
    """
    made = []
    sides = base, new
    distinct = _of_distinct_names(found)
    for phase in dict.fromkeys(steps.phase for one in base for steps in one.steps):
        numbers = [step_count(side, phase) for side in sides]
        if not all(numbers):
            continue
        kernels = [_of_phase(side, phase) for side in sides]
        for one in distinct:
            parts = [
                [kernels[n][name] for name in names if name in kernels[n]]
                for n, names in enumerate((one.base_names, one.new_names))
            ]
            counts, sums = ([sum(part[k] for part in side) for side in parts] for k in (0, 1))
            if any(counts):
                per_step = counts[0] / numbers[0], counts[1] / numbers[1]
                made.append(replace(
                    one, phase=phase, base_count=per_step[0], new_count=per_step[1],
                    base_ns=round(sums[0] / numbers[0]), new_ns=round(sums[1] / numbers[1]),
                    effect=effect(counts[0], sums[0], counts[1], sums[1], per=(numbers[0], numbers[1])),
                    status=_status(*per_step, one.is_significant),
                ))  # fmt: skip
    return sorted(made, key=_largest_first)


def _of_distinct_names(found: Sequence[Change]) -> list[Change]:
    """Return the changes, combining those that share a name on either side, since steps are summed by name."""
    places: dict[tuple[int, str], int] = {}
    groups: dict[int, list[Change]] = {}
    for number, one in enumerate(found):
        names = [(side, name) for side, names in enumerate((one.base_names, one.new_names)) for name in names]
        joined = {places[name] for name in names if name in places}
        groups[number] = [other for place in sorted(joined) for other in groups.pop(place)] + [one]
        members = {
            (side, name) for c in groups[number] for side, ns in enumerate((c.base_names, c.new_names)) for name in ns
        }
        places |= dict.fromkeys(members, number)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Change]) -> Change:
    if len(group) == 1:
        return group[0]
    return replace(
        _together(group),
        base_names=tuple(dict.fromkeys(name for one in group for name in one.base_names)),
        new_names=tuple(dict.fromkeys(name for one in group for name in one.new_names)),
        matched_by=", ".join(dict.fromkeys(one.matched_by for one in group if one.matched_by)),
    )


def _of_phase(side: Sequence[Snapshot], phase: str) -> dict[str, tuple[int, int]]:
    """Return the count and summed duration of the kernels in the steps of a phase, by name."""
    found: dict[str, tuple[int, int]] = {}
    for kernel in (kernel for one in side for kernel in one.step_kernels if kernel.phase == phase):
        count, ns = found.get(kernel.name, (0, 0))
        found[kernel.name] = count + kernel.count, ns + kernel.sum_ns
    return found


def _largest_first(one: Change) -> tuple[int, str]:
    return -abs(one.effect.delta_ns), one.name


def _status(base_count: float, new_count: float, is_significant: bool) -> str:
    if not (base_count and new_count):
        return "gone" if base_count else "new"
    return "changed" if is_significant or not math.isclose(base_count, new_count, rel_tol=0.005) else "same"


def _together(parts: Sequence[Change]) -> Change:
    if len(parts) == 1:
        return parts[0]
    statuses = {part.status for part in parts}
    return replace(
        parts[0],
        status=statuses.pop() if len(statuses) == 1 else "changed",
        base_count=sum(part.base_count for part in parts), new_count=sum(part.new_count for part in parts),
        base_ns=sum(part.base_ns for part in parts), new_ns=sum(part.new_ns for part in parts),
        effect=Effect(sum(p.effect.count_ns for p in parts), sum(p.effect.duration_ns for p in parts)),
        ratio=None, p=min((part.p for part in parts if part.p is not None), default=None),
        is_significant=any(part.is_significant for part in parts),
    )  # fmt: skip


def marked(found: Sequence[Change], floor: float) -> list[Change]:
    """Mark the changes whose durations differ by more than noise.

    A change is marked if three conditions hold. The Mann-Whitney p is below 0.05 after a Benjamini-Hochberg correction
    over all rows. The medians of the two sides differ by more than `floor`. They also differ by more than the medians
    of the two halves of either side.

    Parameters
    ----------
    found
        The changes.
    floor
        Smallest relative difference of medians that is treated as a change.
    """
    tested = sorted((one.p, n) for n, one in enumerate(found) if one.p is not None)
    passed = [k for k, (p, _) in enumerate(tested, 1) if p <= P_MOST * k / len(tested)]
    certain = {n for _, n in tested[: max(passed, default=0)]}
    made = []
    for n, one in enumerate(found):
        is_significant = n in certain and _apart(one.ratio) > max(floor, one.drift)
        status = _status(one.base_count, one.new_count, is_significant)
        made.append(replace(one, status=status, is_significant=is_significant))
    return made


def _apart(ratio: float | None) -> float:
    return max(ratio, 1 / ratio) - 1 if ratio else 0.0


def _rows(side: Sequence[Snapshot], what: str) -> list[Row]:
    """Return the rows of a side, summed over its captures."""
    if len(side) == 1:
        return side[0].rows.get(what, [])
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for one in side:
        for row in one.rows.get(what, []):
            groups[row.name, row.detail].append(row)
    return [
        replace(
            rows[0],
            count=sum(row.count for row in rows), sum_ns=sum(row.sum_ns for row in rows),
            quantiles=_merged(rows),
            early_ns=rows[0].early_ns, late_ns=rows[-1].late_ns,
        )
        for rows in groups.values()
    ]  # fmt: skip


def _merged(rows: Sequence[Row]) -> list[int]:
    """Return the combined quantiles of several captures, with each capture weighted by its share of the runs."""
    whole = sum(row.count for row in rows)
    found: list[int] = []
    for row in rows:
        number = max(round(_QUANTILES * row.count / whole), 1)
        found += [row.quantiles[len(row.quantiles) * (2 * n + 1) // (2 * number)] for n in range(number)]
    return sorted(found)


def _change(of: Match) -> Change:
    counts = [sum(row.count for row in side) for side in (of.base, of.new)]
    sums = [sum(row.sum_ns for row in side) for side in (of.base, of.new)]
    found = Change(
        status="",
        matched_by=of.matched_by,
        base_names=_names(of.base), new_names=_names(of.new), kind=(of.base or of.new)[0].kind,
        base_count=counts[0], new_count=counts[1], base_ns=sums[0], new_ns=sums[1],
        effect=effect(counts[0], sums[0], counts[1], sums[1]),
    )  # fmt: skip
    if len(of.base) == len(of.new) == 1:
        ratio = _median(of.new[0]) / _median(of.base[0]) if _median(of.base[0]) else None
        drift = max(_drift(of.base[0]), _drift(of.new[0]))
        found = replace(found, ratio=ratio, drift=drift, p=_p(of.base[0], of.new[0]))
    return found


def _names(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.name for row in rows))


def _median(row: Row) -> float:
    middle = len(row.quantiles) // 2
    return (row.quantiles[middle] + row.quantiles[-1 - middle]) / 2


def _drift(row: Row) -> float:
    """Return the relative difference between the medians of a capture's second and first half."""
    if not row.early_ns or row.late_ns is None:
        return math.inf if row.count > 1 else 0.0
    return abs(row.late_ns / row.early_ns - 1)


def _p(base: Row, new: Row) -> float | None:
    """Return the Mann-Whitney p-value from the normal approximation. The statistic is computed from quantiles."""
    if min(base.count, new.count) < LEAST_COUNT:
        return None
    from scipy.special import ndtr  # noqa: PLC0415
    from scipy.stats import rankdata  # noqa: PLC0415

    ranks = rankdata([*base.quantiles, *new.quantiles])
    n, m = len(base.quantiles), len(new.quantiles)
    above = (float(ranks[n:].sum()) - m * (m + 1) / 2) / (n * m)
    counts = [min(row.count, _MOST_RUNS) for row in (base, new)]
    error = math.sqrt((sum(counts) + 1) / (12 * counts[0] * counts[1]))
    return float(2 * ndtr(-abs(above - 0.5) / error))
