"""The order in which a model runs its layers, with their roofline times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import STEP, Layer, Model, ModelCall, Phase
from nsys_tools.model.columns import sum_of
from nsys_tools.model.database import MOVED, Database
from nsys_tools.model.demand import Demand, step_demands
from nsys_tools.model.evaluation import Scope
from nsys_tools.model.figures import Settings, scope_of

_RANGE = re.compile(r"\[[0-9,-]+\]")


@attrs.frozen
class Enter:
    """Start of a part: a phase, step or module."""

    name: str


@attrs.frozen
class Leave:
    """End of the innermost open part."""


@attrs.frozen
class Operation:
    """Execution of a basic layer.

    Attributes
    ----------
    name
        Its qualified name. The outermost repeat is an index, and repeats inside it are merged.
    entry, class_name
        Its entry in the formula database, and its short class name.
    duration_ns
        Its roofline time.
    """

    name: str
    entry: str
    class_name: str
    duration_ns: float


Event = Enter | Leave | Operation


def schedule(model: Model, database: Database, settings: Settings) -> Iterator[Event]:
    """Yield the events of a model in order: every run, call, step and layer.

    Raises
    ------
    NsysToolsError
        If the settings have no peak rate.
    """
    if settings.peak is None:
        raise NsysToolsError("A GPU must be specified to predict times.", "Specify one with --gpu.")
    scope = scope_of(model, {name: [value] for name, value in settings.values.items()}, settings)
    found = step_demands(model, database)
    for phase in model.phases:
        runs = int(scope.values(phase.runs, f"{model.file}: runs of {phase.name}")[0])
        programs = [_call(model, phase, step, found, scope, settings) for step in phase.calls]
        for _ in range(runs):
            yield Enter(phase.name)
            for program in programs:
                yield from program
            yield Leave()


def counts(model: Model, settings: Settings) -> dict[str, tuple[int, int]]:
    """Return, by phase, the number of runs in one execution and the number of steps in these runs (0 if none)."""
    scope = scope_of(model, {name: [value] for name, value in settings.values.items()}, settings)
    found = {}
    for phase in model.phases:
        place = f"{model.file}: {phase.name}"
        runs = int(scope.values(phase.runs, f"{place}.runs")[0])
        stepping = [call for call in phase.calls if STEP in _names(call)]
        found[phase.name] = runs, runs * sum(int(scope.values(call.steps, place)[0]) for call in stepping)
    return found


def _call(
    model: Model, phase: Phase, step: ModelCall, found: Sequence[Demand], scope: Scope, settings: Settings
) -> list[Event]:
    """Return the events of all steps of a call. Steps and calls appear as parts if there is more than one of them."""
    place = f"{model.file}: {phase.name}"
    steps = int(scope.values(step.steps, place)[0])
    mine = [one for one in found if (one.phase, one.call) == (phase.name, step.name)]
    times = {one.layer.path: _times(one, scope, steps, settings, place) for one in mine}
    entries = {one.layer.path: one.entry.name for one in mine}
    events: list[Event] = []
    for index in range(steps):
        name = f"step {index}" if STEP in _names(step) else step.name if len(phase.calls) > 1 else ""
        body = [event for layer in _ordered(model.layers) for event in _layer(*layer, times, entries, index)]
        events += [Enter(name), *body, Leave()] if name else body
    return events


def _names(step: ModelCall) -> frozenset[str]:
    return frozenset[str]().union(*(form.names for form in step.values.values()))


def _times(one: Demand, scope: Scope, steps: int, settings: Settings, place: str) -> list[float]:
    """Return the roofline time of one outermost instance of a layer in each step."""
    wide = scope.repeated(steps)
    wide.set(STEP, range(steps))
    where = f"{place}, layer {one.layer.path}"
    parts = _outermost(one.layer)
    columns = [
        wide.values(sum_of([one], *names).scaled(Fraction(1, parts)), where)
        for names in (("matrix_flops",), MOVED, ("network_bytes",))
    ]
    return [settings.lower_bound(one, *map(float, row)) for row in zip(*columns, strict=True)]


def _outermost(layer: Layer) -> int:
    """Return the number of indices in the first range in a layer's name."""
    match = _RANGE.search(layer.path)
    if match is None:
        return 1
    ends = [part.partition("-") for part in match[0][1:-1].split(",")]
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)


def _ordered(layers: Sequence[Layer]) -> Iterator[tuple[Layer, int | None]]:
    """Yield layers with the index of each execution. Adjacent repeated layers alternate by index."""
    for repeats, group in groupby(layers, key=lambda layer: bool(layer.indices)):
        if repeats:
            yield from sorted(((layer, i) for layer in group for i in layer.indices), key=lambda pair: pair[1])
        else:
            yield from ((layer, None) for layer in group)


def _layer(
    layer: Layer, at: int | None, times: dict[str, list[float]], entries: dict[str, str], step: int
) -> Iterator[Event]:
    """Yield the events of a layer. `at` is the index of its outermost repeat."""
    name = layer.path if at is None else _RANGE.sub(str(at), layer.path, count=1)
    if not layer.sub_layers:
        duration = times.get(layer.path, [0.0] * (step + 1))[step]
        if duration > 0:
            yield Enter(name)
            yield Operation(name, entries[layer.path], layer.qualified_class.rpartition(".")[2], duration)
            yield Leave()
        return
    inner = _ordered(layer.sub_layers) if at is None else ((child, at) for child in layer.sub_layers)
    body = [
        event for child, index in inner for event in _layer(child, at if index is None else index, times, entries, step)
    ]
    if body:
        yield from (Enter(name), *body, Leave())
