"""Evaluate many settings of a model at once, such as grids, lengths and batch sizes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from nsys_tools.errors import UsageError
from nsys_tools.model.architecture import Model
from nsys_tools.model.columns import amounts, largest_kv, lower_bounds
from nsys_tools.model.database import MOVED, Database
from nsys_tools.model.demand import Demand, demands
from nsys_tools.model.figures import Settings, scope_of
from nsys_tools.model.parallel.split import split
from nsys_tools.model.serving import Serving, can_serve
from nsys_tools.model.settings import MOST_DIGITS, shortened

MAX_POINTS = 100_000
SHARES = ("tp", "pp", "ep", "dp")
_RANGE = re.compile(r"(\d+)\.\.(\d+)(?:\.\.(\d+))?")


def axis(text: str) -> tuple[str, list[int]]:
    """Return the name and the values of an axis: ``seq_len=128,256``, ``crop_rows=1..3``, ``seq_len=512..4096..512``.

    Raises
    ------
    NsysToolsError
        If the text has a different form.
    """
    name, equals, values = text.partition("=")
    found: list[int] = []
    for part in values.split(","):
        if any(len(digits) > MOST_DIGITS for digits in re.findall(r"\d+", part)):
            raise UsageError(f"{shortened(text)!r}: a number is too large.", f"Use at most {MOST_DIGITS} digits.")
        if match := _RANGE.fullmatch(part):
            found += _range(text, int(match[1]), int(match[2]), int(match[3] or 1))
        elif part.strip().isdecimal():
            found.append(int(part))
        else:
            found, equals = [], ""
            break
    if not equals or not found:
        raise UsageError(
            f"{shortened(text)!r} is not a valid sweep axis.",
            "Use NAME=1,2,4, NAME=FIRST..LAST or NAME=FIRST..LAST..STEP.",
        )
    return name, found


def _range(text: str, first: int, last: int, step: int) -> Sequence[int]:
    """Return the values from `first` to `last`, limited to slightly more than the maximum number."""
    if not step:
        raise UsageError(f"{shortened(text)!r}: a step of 0 never reaches {last}.", "Use a step of at least 1.")
    if last < first:
        raise UsageError(f"{shortened(text)!r}: the range ends before it begins.", f"Use {last}..{first}.")
    return range(first, last + 1, step)[: MAX_POINTS + 1]


def largest(axes: Mapping[str, Sequence[int]], settings: Settings) -> Settings:
    """Return the settings with the largest value on each axis, which is the combination with the most tokens."""
    most = {name: max(values) for name, values in axes.items() if name not in SHARES}
    return attrs.evolve(settings, values={**settings.values, **most})


def sweep(
    model: Model,
    database: Database,
    axes: Mapping[str, Sequence[int]],
    settings: Settings,
    phase: str = "",
    efficiency: Mapping[str, float] | None = None,
) -> tuple[list[str], list[list[Any]]]:
    """Return a table with one row per combination of values. The last axis varies fastest.

    Parameters
    ----------
    model
        The whole model.
    axes
        Values by axis name, which is an input or one of ``tp``, ``pp``, ``ep`` and ``dp``.
    settings
        Formats, attention, peak, parallelism, and values of the other inputs.
    phase
        The only phase to include; empty for all phases.
    efficiency
        Achieved fraction of the roofline speed by phase, for expected times.

    Returns
    -------
    The columns and the rows. The columns are the axes, followed by ``matrix_flops``, ``total_bytes``, ``weight_bytes``,
    ``kv_bytes`` and ``intensity`` of one GPU. If there is a peak, ``roofline_ns`` is added. If, in addition, the
    model decodes batches and all phases are included, so are the columns of `nsys_tools.model.serving.Serving.table`.

    Raises
    ------
    NsysToolsError
        If there are more than `MAX_POINTS` combinations, an input or phase is unknown, values contradict each other, or
        the model cannot be split across the GPUs.
    """
    points = _points(axes)
    shares = {name: list(dict.fromkeys(values)) for name, values in axes.items() if name in SHARES}
    inputs = [name for name in axes if name not in SHARES]
    names: list[str] = []
    found: dict[tuple[int, ...], list[Any]] = {}
    for chosen in itertools.product(*shares.values()):
        how = dict(zip(shares, chosen, strict=True))
        here = [p for p in points if all(p[list(axes).index(name)] == value for name, value in how.items())]
        columns = {name: [point[list(axes).index(name)] for point in here] for name in inputs}
        parallel = attrs.evolve(settings.parallel, **how)
        names, rows = _figures(
            model, database, columns, attrs.evolve(settings, parallel=parallel), phase, efficiency or {}
        )
        found |= dict(zip(here, rows, strict=True))
    return [*axes, *names], [[*point, *found[point]] for point in points]


def _figures(
    model: Model,
    database: Database,
    swept: Mapping[str, Sequence[int]],
    settings: Settings,
    phase: str,
    efficiency: Mapping[str, float],
) -> tuple[list[str], list[list[Any]]]:
    length = max((len(values) for values in swept.values()), default=1)
    fixed = {name: [value] * length for name, value in settings.values.items() if name not in swept}
    part = split(model, database, settings.parallel)
    scope = scope_of(part, {**fixed, **swept}, attrs.evolve(settings, asked=settings.asked.union(swept)))
    found = _of_phase(part, demands(part, database), phase)
    flops, moved = amounts(part, scope, found, "matrix_flops"), amounts(part, scope, found, *MOVED)
    table: dict[str, Sequence[Any]] = {
        "matrix_flops": flops,
        "total_bytes": moved,
        "weight_bytes": amounts(part, scope, found, "weight_bytes"),
        "kv_bytes": largest_kv(part, scope, found),
        "intensity": [f / b if b else 0 for f, b in zip(flops, moved, strict=True)],
    }
    if settings.peak:
        table["roofline_ns"] = lower_bounds(part, scope, found, settings)
        if can_serve(model) and not phase:
            served = Serving(model, database, settings, efficiency).table(swept)
            served["fits"] = list(map(bool, served["fits"]))
            table |= {name: column for name, column in served.items() if name not in table}
    return list(table), [list(row) for row in zip(*table.values(), strict=True)]


def _points(axes: Mapping[str, Sequence[int]]) -> list[tuple[int, ...]]:
    size = 1
    for values in axes.values():
        size *= len(values)
    if size > MAX_POINTS:
        raise UsageError(f"The sweep has {size:,} points. At most {MAX_POINTS:,} are allowed.")
    return list(itertools.product(*axes.values()))


def _of_phase(model: Model, found: Sequence[Demand], phase: str) -> list[Demand]:
    names = [known.name for known in model.phases]
    if phase and phase not in names:
        raise UsageError(f"The model {model.name} has no phase {phase!r}.", f"Phases: {', '.join(names)}.")
    return [demand for demand in found if phase in ("", demand.phase)]
