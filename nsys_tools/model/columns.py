"""Totals over many layers, in many settings at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import ClosedForm, total
from nsys_tools.model.database import MOVED
from nsys_tools.model.demand import Demand
from nsys_tools.model.evaluation import Column, Scope
from nsys_tools.model.figures import Settings, whole


def sum_of(found: Iterable[Demand], *metrics: str) -> ClosedForm:
    """Return the sum of the given metrics over layers."""
    return total(demand.forms[metric] for demand in found for metric in metrics if metric in demand.forms)


def amounts(model: Model, scope: Scope, found: Sequence[Demand], *metrics: str) -> list[int]:
    """Return the sum of the given metrics over layers in every setting, as integers."""
    return [whole(value) for value in scope.values(sum_of(found, *metrics), f"{model.file}: {', '.join(metrics)}")]


def lower_bounds(model: Model, scope: Scope, found: Sequence[Demand], settings: Settings) -> Column:
    """Return the total roofline time of all layers in every setting, in ns. Layers run one after the other."""
    times: Column = [0.0] * scope.length
    known: dict[tuple[str, int, tuple[ClosedForm, ...]], Column] = {}
    for demand in found:
        forms = tuple(sum_of([demand], *names) for names in (("matrix_flops",), MOVED, ("network_bytes",)))
        key = demand.role, demand.layer.span, forms
        if key not in known:
            columns = [scope.values(form, f"{model.file}: layer {demand.layer.path}") for form in forms]
            known[key] = [settings.lower_bound(demand, *map(float, row)) for row in zip(*columns, strict=True)]
        times = [have + time for have, time in zip(times, known[key], strict=True)]
    return times


def largest_kv(model: Model, scope: Scope, found: Sequence[Demand]) -> list[int]:
    """Return the maximum KV cache size over the phases, in every setting."""
    states = [
        amounts(model, scope, [demand for demand in found if demand.phase == phase.name], "kv_bytes")
        for phase in model.phases
    ]
    return [max(values) for values in zip(*states, strict=True)]
