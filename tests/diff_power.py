"""Measure how small a change a comparison can detect: ``make diff-power``.

This is a measurement, not a test. It writes ``reports/diff-power.md``. All random numbers are seeded, so each run
writes the same page.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from nsys_tools.comparison.changes import Change, changes
from nsys_tools.comparison.snapshot import Row, Snapshot
from nsys_tools.comparison.statistics import Shift, compare
from nsys_tools.comparison.verdict import AMBIGUOUS, FASTER, SAME, SLOWER, Floors, Verdict, judge
from nsys_tools.sources.nsys.trace import open_trace

REPOSITORY = Path(__file__).parents[1]
TARGET = REPOSITORY / "reports" / "diff-power.md"
SHARED = REPOSITORY.parent / "shared" / "traces"
TRACES = ("two_gpu_before", "two_gpu_after")
PAIRS, EFFECTS, STEPS, SIGMAS = 200, (0.0, 0.01, 0.02, 0.03, 0.05, 0.10), (10, 15, 30, 60), (0.02, 0.05)
STEP_NS, KERNELS, CHANGED = 10_000_000, 40, 17
OUTLIERS, OUTLIER = 0.03, 1.3
Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def noisy(dice: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Numbers:
    """Return factors that are log-normal around 1; 3 % of them are 1.3 times as large."""
    factors = dice.lognormal(0.0, sigma, shape)
    made: Numbers = np.where(dice.random(shape) < OUTLIERS, OUTLIER * factors, factors)
    return made


def verdicts(effect: float, sigma: float, steps: int, pairs: int = PAIRS) -> Counter[str]:
    """Return how often each verdict occurs for two sides of `steps` steps, with new steps that are `effect` longer."""
    dice = np.random.default_rng([1, steps, round(1000 * sigma), round(1000 * effect)])
    words: Counter[str] = Counter()
    for _ in range(pairs):
        base, new = STEP_NS * noisy(dice, (2, steps), sigma)
        shift = compare([np.rint(base).tolist()], [np.rint(new * (1 + effect)).tolist()])
        words[judge(shift, Floors()).word] += 1
    return words


def row(
    name: str, times: Iterable[int], is_early: Sequence[bool] | None = None, detail: str = "", kind: str = ""
) -> Row:
    """Return a row like `profile` in ``queries/functions.sql``; by default, the first half of the times is early."""
    times = list(times)
    early = is_early or [n < len(times) / 2 for n in range(len(times))]
    halves = [[ns for ns, is_one in zip(times, early, strict=True) if is_one is wanted] for wanted in (True, False)]
    ordered, n = sorted(times), len(times)
    # The smallest value that is not exceeded by at least 1 %, 3 % ... 99 % of the values, as integers.
    quantiles = [ordered[max(-(-percent * n // 100), 1) - 1] for percent in range(1, 100, 2)]
    medians = [float(median(half)) if half else None for half in halves]
    return Row(name, detail, kind, n, sum(times), quantiles, *medians)


def side(rows: list[Row]) -> Snapshot:
    """Return a capture with kernels only."""
    return Snapshot("", "", [], [], [], [], "", {"kernel": rows})


@dataclass
class Marks:
    """How many of the changed rows, and of all other rows, were marked as significant."""

    found: int = 0
    changed: int = 0
    false: int = 0
    others: int = 0


def marks(effect: float, sigma: float, steps: int, pairs: int = PAIRS) -> Marks:
    """Return the marks for 40 kernels that run once per step; one kernel of the new side is longer by `effect`."""
    dice = np.random.default_rng([2, steps, round(1000 * sigma), round(1000 * effect)])
    expected = np.stack([np.geomspace(5e3, 2e6, KERNELS)] * 2)
    expected[1, CHANGED] *= 1 + effect
    total = Marks()
    for _ in range(pairs):
        times = np.rint(expected[:, :, None] * noisy(dice, (2, KERNELS, steps), sigma)).astype(int)
        sides = [side([row(f"kernel_{n}", one.tolist()) for n, one in enumerate(kernels)]) for kernels in times]
        for one in changes([sides[0]], [sides[1]], "kernel", Floors().relative):
            is_changed = effect > 0 and one.name == f"kernel_{CHANGED}"
            total.found += is_changed and one.is_significant
            total.changed += is_changed
            total.false += not is_changed and one.is_significant
            total.others += not is_changed
    return total


@dataclass
class Halves:
    """Comparison of the two halves of one capture: changes of kernels, and steps per phase and GPU."""

    changes: list[Change]
    steps: list[tuple[str, Shift, Verdict]]

    @property
    def marked(self) -> int:
        """The number of marked rows, each of them a false alarm."""
        return sum(one.is_significant for one in self.changes)


Kernel = tuple[str, str, int, int, int]


def kernels_of(path: Path) -> tuple[list[Kernel], list[tuple[str, int, int, int]]]:
    """Return name, launch, start, end and duration of kernels, and phase, GPU, start and wall time of steps."""
    with open_trace(path, cache=False) as trace:
        kernels = trace.sql(
            "SELECT name, launch_text(grid_x, grid_y, grid_z, block_x, block_y, block_z), start_ns, end_ns, "
            "duration_ns FROM kernel ORDER BY start_ns, operation_id"
        ).rows()
        return kernels, trace.sql("SELECT phase, gpu_id, start_ns, wall_ns FROM step ORDER BY start_ns").rows()


def middle(kernels: Sequence[Kernel]) -> int:
    """Return the time halfway between the first start and the last end."""
    first, last = min(one[2] for one in kernels), max(one[3] for one in kernels)
    return first + (last - first) // 2


def rows_of(kernels: Sequence[Kernel]) -> list[Row]:
    """Return one row per name and launch."""
    cut = middle(kernels)
    groups: dict[tuple[str, str], list[Kernel]] = {}
    for one in kernels:
        groups.setdefault(one[:2], []).append(one)
    return [
        row(name, [one[4] for one in group], [one[2] < cut for one in group], detail)
        for (name, detail), group in groups.items()
    ]


def halves(path: Path) -> Halves:
    """Return the comparison of the two halves of a capture, split in the middle of its GPU time."""
    kernels, steps = kernels_of(path)
    cut = middle(kernels)
    sides = [side(rows_of([one for one in kernels if (one[2] >= cut) is late])) for late in (False, True)]
    judged = []
    for of in sorted({one[:2] for one in steps}):
        walls = [[one[3] for one in steps if one[:2] == of and (one[2] >= cut) is late] for late in (False, True)]
        shift = compare([walls[0]], [walls[1]])
        judged.append((f"{of[0]}, GPU {of[1]}", shift, judge(shift, Floors())))
    return Halves(changes([sides[0]], [sides[1]], "kernel", Floors().relative), judged)


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    rules = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in (head, rules, *lines))


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def headline_part() -> str:
    lines = []
    for sigma in SIGMAS:
        for steps in STEPS:
            for effect in EFFECTS:
                words = verdicts(effect, sigma, steps)
                shares = [share(words[word], PAIRS) for word in (SLOWER, SAME, AMBIGUOUS, FASTER)]
                lines.append((f"{sigma:.0%}", steps, f"{effect:.0%}", *shares))
                print(*lines[-1], file=sys.stderr, flush=True)
    return table(("noise", "steps per side", "effect", "slower", "same", "ambiguous", "faster"), lines)


def kernel_part() -> str:
    lines = []
    for sigma in SIGMAS:
        for steps in STEPS:
            for effect in EFFECTS:
                found = marks(effect, sigma, steps)
                shares = share(found.found, found.changed), share(found.false, found.others)
                lines.append((f"{sigma:.0%}", steps, f"{effect:.0%}", *shares))
                print(*lines[-1], file=sys.stderr, flush=True)
    return table(("noise", "runs per side", "effect", "changed kernel marked", "other rows marked"), lines)


def recorded_part() -> str:
    paths = [SHARED / f"{name}.sqlite" for name in TRACES]
    if not all(path.is_file() for path in paths):
        return "The recorded traces were not available when this page was written."
    rows, steps = [], []
    for path in paths:
        found = halves(path)
        count = len(found.changes)
        tested = sum(one.p is not None for one in found.changes)
        rows.append((path.stem, count, tested, found.marked, share(found.marked, count)))
        for of, shift, verdict in found.steps:
            interval = f"{shift.ratio_low:.3f} to {shift.ratio_high:.3f}"
            numbers = f"{shift.base_count} and {shift.new_count}"
            steps.append((f"{path.stem}: {of}", numbers, f"{shift.ratio:.3f}", interval, verdict.word))
    head = ("trace: phase", "steps per half", "ratio of medians", "95 % interval", "verdict")
    return table(("trace", "rows", "tested", "marked", "share"), rows) + "\n\n" + table(head, steps)


PAGE = """# Power of a comparison

This page is generated by `make diff-power`. Do not edit it. All random numbers are seeded, so a second run
writes the same page.

## Verdict on steps

{headline}

- Each line is {pairs} simulated pairs of captures. The columns slower, same, ambiguous and faster are shares of pairs.
- noise: sigma of log-normal factors on a step time of 10 ms. In addition, 3 % of the steps take 1.3 times as long.
- effect: by how much the steps of the new side are longer. At 0 %, each slower or faster is a false alarm.
- The verdict is that of `judge` in `nsys_tools/comparison/verdict.py` with the default floors, 2 % and 10 µs.

## Changes of one kernel

{kernel}

- Each line is {pairs} simulated pairs of captures with 40 kernels of 5 µs to 2 ms that run once per step.
- noise: as above, independent for each run of each kernel.
- effect: by how much one of the 40 kernels is longer on the new side.
- changed kernel marked: the share of pairs in which this kernel is marked as significant.
- other rows marked: the share of rows without an effect that are marked, over all pairs. Each is a false alarm.
- Rows are marked by `marked` in `nsys_tools/comparison/changes.py` with a floor of 2 %.

## Halves of one recorded run

{recorded}

- Each trace is cut in the middle of its GPU time, and its first half is compared with its second. Nothing changed
  between them, so each marked row is a false alarm, and so is each verdict of slower or faster.
- rows: kernels by name, grid and block. tested: rows with at least five runs in each half, matched one to one.
- The verdict is ambiguous if a half has fewer than 10 steps.
"""


def main() -> None:
    parts = {"headline": headline_part(), "kernel": kernel_part(), "recorded": recorded_part()}
    TARGET.write_text(PAGE.format(pairs=PAIRS, **parts), encoding="utf-8")
    print(TARGET)


if __name__ == "__main__":
    main()
