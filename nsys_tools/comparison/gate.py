"""Check a comparison against limits in CI."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from nsys_tools.comparison.diff import Diff
from nsys_tools.comparison.snapshot import Row, Snapshot, Steps, step_count
from nsys_tools.comparison.verdict import AMBIGUOUS, NOT_COMPARABLE
from nsys_tools.errors import UsageError

PASSED, FAILED, UNSURE = 0, 1, 3
_EXAMPLE = 'Example: [[limit]], followed by figure = "step_median", phase = "decode", max_ratio = 1.03.'
_KEYS = {"figure", "phase", "name", "max", "min", "max_ratio", "min_ratio"}
FIGURES = {
    "step_median": "median wall time per step, ns",
    "tokens_per_s": "tokens per second over all steps",
    "mfu": "MFU of a stage (name), as a ratio; requires --model",
    "stage": "median GPU span per instance of a stage (name), ns",
    "class": "GPU time of a kernel class (name), ns; per step if both sides have steps",
    "memory": "peak GPU memory in use, bytes; requires --cuda-memory-usage=true",
}


@dataclass(frozen=True)
class Limit:
    """A limit on a metric of the new side, or on the ratio of the new side's metric to the base's.

    Attributes
    ----------
    figure
        One of `FIGURES`.
    name
        Name of the stage or class.
    phase
        Phase of the steps, or an empty string for the phase with the most time.
    bounds
        One or more of ``max``, ``min``, ``max_ratio`` and ``min_ratio``.
    """

    figure: str
    name: str
    phase: str
    bounds: dict[str, float]

    def __str__(self) -> str:
        """Return the name of the limit."""
        return " ".join(filter(None, (self.phase, self.figure, self.name)))


Gate = list[Limit]


@dataclass(frozen=True)
class Outcome:
    """The result of a gate.

    Attributes
    ----------
    code
        Exit status of the command: 0 for passed, 1 for failed, 3 for ambiguous or not comparable.
    lines
        One sentence per limit.
    """

    code: int
    lines: list[str]


def read_gate(path: Path) -> Gate:
    """Read a file of limits.

    Raises
    ------
    UsageError
        If the file cannot be read or has no limits, or if a limit has an unknown metric or key or is not finite.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"--gate {path}: the file cannot be read ({str(error).splitlines()[0]}).", _EXAMPLE) from None
    entries = data.get("limit")
    if set(data) != {"limit"} or not isinstance(entries, list) or not entries:
        raise UsageError(f"--gate {path}: the file must contain only [[limit]] entries.", _EXAMPLE)
    return [_limit(path, number, entry) for number, entry in enumerate(entries, 1)]


def _limit(path: Path, number: int, entry: object) -> Limit:
    where = f"--gate {path}, limit {number}"
    if not isinstance(entry, dict) or (unknown := sorted(set(entry) - _KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0] if isinstance(entry, dict) else entry!r}.", _EXAMPLE)
    figure = entry.get("figure")
    if figure not in FIGURES:
        raise UsageError(f"{where}: unknown figure {figure!r}.", f"Use one of: {', '.join(FIGURES)}.")
    bounds = {key: entry[key] for key in ("max", "min", "max_ratio", "min_ratio") if key in entry}
    if not bounds:
        raise UsageError(f"{where}: max, min, max_ratio or min_ratio is required.", _EXAMPLE)
    for key, value in bounds.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise UsageError(f"{where}: {key} is {value!r}, but must be a finite number, 0 or more.")
    if figure in ("stage", "class", "mfu") and not entry.get("name"):
        raise UsageError(f"{where}: figure {figure} requires a name.", _EXAMPLE)
    for key in ("name", "phase"):
        if not isinstance(entry.get(key, ""), str):
            raise UsageError(f"{where}: {key} must be a string.", _EXAMPLE)
    return Limit(figure, entry.get("name", ""), entry.get("phase", ""), bounds)


def check(found: Diff, gate: Gate) -> Outcome:
    """Check a comparison against limits.

    A limit on a ratio is checked only if the sides can be compared. If a ratio is outside its limit but the
    verdict is ambiguous, the outcome is ``unsure`` instead of ``failed``.
    """
    codes, lines = [], []
    for limit in gate:
        code, line = _checked(found, limit)
        codes.append(code)
        lines.append(f"{ {PASSED: 'passed', FAILED: 'failed', UNSURE: 'unsure'}[code] }: {limit}: {line}")
    return Outcome(FAILED if FAILED in codes else max(codes), lines)


def _checked(found: Diff, limit: Limit) -> tuple[int, str]:
    base, new = (_figure(side, limit) for side in (found.base, found.new))
    if new is None:
        return UNSURE, "not recorded on the new side"
    for bound, value in limit.bounds.items():
        got = new
        if bound.endswith("_ratio"):
            if base is None or not base:
                return UNSURE, "not recorded in the base"
            if found.verdict.word == NOT_COMPARABLE:
                return UNSURE, f"the sides are not comparable: {found.verdict.reason}"
            got = new / base
        is_broken = got > value if bound.startswith("max") else got < value
        if is_broken:
            said = f"{got:.6g} is {'above' if bound.startswith('max') else 'below'} {bound} = {value:g}"
            unsure = bound.endswith("_ratio") and found.verdict.word == AMBIGUOUS
            return (
                (UNSURE, f"{said}, but the comparison is ambiguous: {found.verdict.reason}")
                if unsure
                else (FAILED, said)
            )
    return PASSED, f"{new:.6g}" + (f", ratio {new / base:.4g}" if base else "")


def _steps(side: Sequence[Snapshot], phase: str) -> list[list[Steps]]:
    """Return the steps of a phase in all captures of a side, by GPU. The default is the phase with the most time."""
    every = [steps for one in side for steps in one.steps]
    whole: Counter[str] = Counter()
    for steps in every:
        whole[steps.phase] += sum(steps.walls)
    wanted = phase or (whole.most_common(1)[0][0] if whole else "")
    found = [steps for steps in every if steps.phase == wanted]
    return [[steps for steps in found if steps.gpu == gpu] for gpu in sorted({steps.gpu for steps in found})]


def _figure(side: Sequence[Snapshot], limit: Limit) -> float | None:
    """Return the metric for a side, or None if it was not recorded."""
    steps = _steps(side, limit.phase)
    if limit.figure == "step_median":
        return max((median(ns for one in gpu for ns in one.walls) for gpu in steps), default=None)
    if limit.figure == "tokens_per_s":
        return min((one.tokens_per_s for gpu in steps for one in gpu if one.tokens_per_s is not None), default=None)
    if limit.figure in ("memory", "mfu"):
        name = "memory_bytes" if limit.figure == "memory" else f"mfu_ratio:{limit.name}"
        figures: Sequence[Mapping[str, Any]] = [one.figures for one in side]
        return max((one[name] for one in figures if name in one), default=None)
    rows = [row for one in side for row in one.rows.get(limit.figure, []) if row.name == limit.name]
    return _of_rows(rows, side, limit) if rows else None


def _of_rows(rows: Sequence[Row], side: Sequence[Snapshot], limit: Limit) -> float:
    if limit.figure == "stage":
        return max(row.quantiles[len(row.quantiles) // 2] for row in rows)
    return sum(row.sum_ns for row in rows) / (step_count(side) or 1)
