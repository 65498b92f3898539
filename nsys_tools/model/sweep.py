"""Many settings of a model at once: grids, lengths, batch sizes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from nsys_tools.errors import UsageError
from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import ClosedForm, total
from nsys_tools.model.database import Database
from nsys_tools.model.demand import Demand, demands
from nsys_tools.model.evaluation import Column, Scope
from nsys_tools.model.figures import Settings, scope_of, whole
from nsys_tools.model.settings import MOST_DIGITS, shortened

MAX_POINTS = 100_000
MOVED = ("read_bytes", "written_bytes", "weight_bytes")
_RANGE = re.compile(r"(\d+)\.\.(\d+)(?:\.\.(\d+))?")


def axis(text: str) -> tuple[str, list[int]]:
    """Return the name and the values of an axis: ``seq_len=128,256``, ``crop_rows=1..3``, ``seq_len=512..4096..512``.

    Raises
    ------
    NsysToolsError
        If it is not written like this.
    """
    name, equals, values = text.partition("=")
    found: list[int] = []
    for part in values.split(","):
        if any(len(digits) > MOST_DIGITS for digits in re.findall(r"\d+", part)):
            raise UsageError(f"{shortened(text)!r}: a number is too large.", f"At most {MOST_DIGITS} digits.")
        if match := _RANGE.fullmatch(part):
            found += _range(text, int(match[1]), int(match[2]), int(match[3] or 1))
        elif part.strip().isdecimal():
            found.append(int(part))
        else:
            found, equals = [], ""
            break
    if not equals or not found:
        raise UsageError(
            f"{shortened(text)!r} is no axis.", "Write NAME=1,2,4 or NAME=FIRST..LAST or NAME=FIRST..LAST..STEP."
        )
    return name, found


def _range(text: str, first: int, last: int, step: int) -> Sequence[int]:
    """Return the values from `first` to `last`; as many as can be too many."""
    if not step:
        raise UsageError(f"{shortened(text)!r}: a step of 0 never gets to {last}.", "Use a step of 1 or more.")
    if last < first:
        raise UsageError(f"{shortened(text)!r}: the range ends before it begins.", f"Write {last}..{first}.")
    return range(first, last + 1, step)[: MAX_POINTS + 1]


def largest(axes: Mapping[str, Sequence[int]], settings: Settings) -> Settings:
    """Return the settings with the largest value of each axis: of all combinations, the one with the most tokens."""
    return attrs.evolve(settings, values={**settings.values, **{name: max(values) for name, values in axes.items()}})


def sweep(
    model: Model, database: Database, axes: Mapping[str, Sequence[int]], settings: Settings, phase: str = ""
) -> tuple[list[str], list[list[Any]]]:
    """Return a table with one row for every combination of values, the last axis fastest.

    Parameters
    ----------
    axes
        Input -> values.
    settings
        Dtype, attention, peak, and values of the other inputs.
    phase
        The only phase to count; all when empty.

    Returns
    -------
    The columns (axes, then ``matrix_flops``, ``total_bytes``, ``weight_bytes``, ``kv_bytes``, ``intensity``
    and, with a peak, ``roofline_ns``) and the rows.

    Raises
    ------
    NsysToolsError
        For more than `MAX_POINTS` combinations, an unknown input or phase, or values that contradict each other.
    """
    points = _points(axes)
    fixed = {name: [value] * len(points) for name, value in settings.values.items() if name not in axes}
    swept = {name: [point[i] for point in points] for i, name in enumerate(axes)}
    scope = scope_of(model, {**fixed, **swept}, attrs.evolve(settings, asked=settings.asked.union(axes)))
    found = _of_phase(model, demands(model, database), phase)
    flops = _whole(scope, _sum(found, "matrix_flops"), f"{model.file}: matrix_flops")
    weights = _whole(scope, _sum(found, "weight_bytes"), f"{model.file}: weight_bytes")
    moved = _whole(scope, total(_sum(found, name) for name in MOVED), f"{model.file}: bytes")
    kv = _largest_kv(model, scope, found)
    columns: list[Column] = [flops, moved, weights, kv, [f / b if b else 0 for f, b in zip(flops, moved, strict=True)]]
    names = [*axes, "matrix_flops", "total_bytes", "weight_bytes", "kv_bytes", "intensity"]
    if settings.peak:
        columns.append(_roofline(model, scope, found, settings))
        names.append("roofline_ns")
    return names, [[*point, *values] for point, *values in zip(points, *columns, strict=True)]


def _points(axes: Mapping[str, Sequence[int]]) -> list[tuple[int, ...]]:
    size = 1
    for values in axes.values():
        size *= len(values)
    if size > MAX_POINTS:
        raise UsageError(f"The sweep has {size:,} points; at most {MAX_POINTS:,} are possible.")
    return list(itertools.product(*axes.values()))


def _of_phase(model: Model, found: Sequence[Demand], phase: str) -> list[Demand]:
    names = [known.name for known in model.phases]
    if phase and phase not in names:
        raise UsageError(f"The model {model.name} has no phase {phase!r}.", f"It has {', '.join(names)}.")
    return [demand for demand in found if phase in ("", demand.phase)]


def _sum(found: Sequence[Demand], metric: str) -> ClosedForm:
    return total(demand.forms[metric] for demand in found if metric in demand.forms)


def _whole(scope: Scope, form: ClosedForm, place: str) -> Column:
    return [whole(value) for value in scope.values(form, place)]


def _largest_kv(model: Model, scope: Scope, found: Sequence[Demand]) -> Column:
    """Return the largest state of the KV cache over the phases."""
    states = [
        _whole(scope, _sum([d for d in found if d.phase == phase.name], "kv_bytes"), f"{model.file}: kv_bytes")
        for phase in model.phases
    ]
    return [max(values) for values in zip(*states, strict=True)]


def _roofline(model: Model, scope: Scope, found: Sequence[Demand], settings: Settings) -> Column:
    times: Column = [0.0] * scope.length
    known: dict[tuple[str, int, tuple[ClosedForm, ...]], Column] = {}
    for demand in found:
        moved = total(_sum([demand], name) for name in MOVED)
        forms = (_sum([demand], "matrix_flops"), moved, _sum([demand], "network_bytes"))
        key = demand.role, demand.layer.span, forms
        if key not in known:
            columns = [scope.values(form, f"{model.file}: layer {demand.layer.path}") for form in forms]
            known[key] = [settings.lower_bound(demand, *map(float, row)) for row in zip(*columns, strict=True)]
        times = [have + time for have, time in zip(times, known[key], strict=True)]
    return times
