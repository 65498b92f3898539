"""FLOPs, bytes and times of a model for given inputs: per layer and phase, per class, and in total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model import contradictions, documents
from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import Number, total
from nsys_tools.model.database import METRICS, MOVED, Database
from nsys_tools.model.demand import Demand, demands, held, weight_count
from nsys_tools.model.domain import Kind, Metrics, ModuleMetrics, OperatorCategory, OperatorMetrics
from nsys_tools.model.evaluation import Scope, Value, at
from nsys_tools.model.formats import Formats, chosen
from nsys_tools.model.gpus import Gpu, Peak, roofline_ns
from nsys_tools.model.parallel.plan import Parallel

ATTENTION = ("full", "causal")


@attrs.frozen
class Settings:
    """How to evaluate a model.

    Attributes
    ----------
    values
        Inputs that differ from their defaults.
    dtype
        Number formats that differ from the model's own, as parsed by `nsys_tools.model.formats.chosen`.
    attention
        ``full`` counts every pair of tokens, and ``causal`` counts half of the pairs among new tokens.
    peak
        The peak for roofline times, which is the highest peak of the formats in use, or None without a GPU.
    peaks
        Role of a layer -> the peak for its products. Other roles use `peak`.
    gpu
        The GPU that the peaks belong to. Its links determine communication times.
    parallel
        Parallelism. The evaluated model is one GPU's share.
    expanded
        Whether to count what transformers' code computes instead of the model FLOPs. This includes expanding the
        latent in every step, keys that no indexer selected, and padded chunks of a scan.
    asked
        Names of the inputs that the user set, which are checked for contradictions.
    """

    values: Mapping[str, int] = attrs.field(factory=dict)
    dtype: str = ""
    attention: str = "full"
    peak: Peak | None = None
    peaks: Mapping[str, Peak] = attrs.field(factory=dict)
    gpu: Gpu | None = None
    parallel: Parallel = attrs.field(factory=Parallel)
    expanded: bool = False
    asked: frozenset[str] = frozenset()

    def formats(self, model: Model) -> Formats:
        """Return the effective number formats."""
        return chosen(self.dtype, model.formats)

    def lower_bound(self, demand: Demand, flops: float, moved: float, sent: float) -> float:
        """Return the roofline time of a layer in ns: the maximum of compute, memory and communication time."""
        assert self.peak is not None  # noqa: S101  (asked for where there is one)
        alone = roofline_ns(flops, moved, self.peaks.get(demand.role, self.peak))
        if not sent or self.gpu is None:
            return alone
        return max(alone, sent / self.gpu.link(demand.layer.span).bytes_per_s * 1e9)


def evaluate(model: Model, database: Database, settings: Settings) -> list[ModuleMetrics]:
    """Return one row per basic layer and phase, ordered by phase and layer.

    Raises
    ------
    NsysToolsError
        If an input, dtype or attention convention is unknown, or a formula cannot be evaluated.
    """
    scope = scope_of(model, {name: [value] for name, value in settings.values.items()}, settings)
    groups: dict[tuple[str, str], list[tuple[Demand, dict[str, int]]]] = {}
    for demand in demands(model, database):
        values = {m: whole(scope.values(f, _place(model, demand, m))[0]) for m, f in demand.forms.items()}
        if negative := next((metric for metric, value in values.items() if value < 0), None):
            raise NsysToolsError(f"{_place(model, demand, negative)}: the value is negative ({values[negative]:,}).")
        groups.setdefault((demand.phase, demand.layer.path), []).append((demand, values))
    return [_row(parts, settings) for parts in groups.values()]


def scope_of(model: Model, columns: Mapping[str, Sequence[int]], settings: Settings) -> Scope:
    """Return the values of all inputs with evaluated defaults, for one or many settings at once.

    Parameters
    ----------
    columns
        Input -> one value per setting, all of the same length. Other inputs have their defaults.

    Raises
    ------
    NsysToolsError
        If an input, dtype or attention convention is unknown, or values are impossible or contradictory.
    """
    sizes = settings.formats(model).variables()
    if settings.attention not in ATTENTION:
        raise UsageError(f"--attention {settings.attention!r} is not supported.", "Use full or causal.")
    _check_inputs(model, columns)
    length = max((len(values) for values in columns.values()), default=1)
    counted = {"masked": ATTENTION.index(settings.attention), "expanded": int(settings.expanded)}
    scope = Scope({**columns, **{name: [value] * length for name, value in {**sizes, **counted}.items()}})
    links = {name: given.default.names for name, given in model.inputs.items()}
    order = documents.ordered(links, f"{model.file}: inputs")
    for name in order:
        if name not in columns:
            scope.set(name, scope.values(model.inputs[name].default, f"{model.file}: inputs.{name}"))
    contradictions.refuse_unequal(model, order, columns, scope, settings.asked)
    return scope


def totals(rows: Iterable[Metrics]) -> Metrics:
    """Return the sum of the rows of one phase. The roofline time is None unless every row has one."""
    rows = list(rows)
    sums = {metric: sum(getattr(row, metric) for row in rows) for metric in METRICS}
    times = [row.roofline_ns for row in rows if row.roofline_ns is not None]
    return Metrics(**sums, roofline_ns=sum(times) if times and len(times) == len(rows) else None)


def overall(model: Model, database: Database, settings: Settings, phases: Mapping[str, Metrics]) -> Metrics:
    """Return the total of all phases. Amounts are summed, the KV cache is the maximum, and each weight counts once."""
    kv = max((phase.kv_bytes for phase in phases.values()), default=0)
    weights, size = total_weights(model, database), held_bytes(model, database, settings)
    return attrs.evolve(totals(phases.values()), kv_bytes=kv, weight_count=weights, held_bytes=size)


def by_phase(model: Model, rows: Sequence[ModuleMetrics]) -> dict[str, Metrics]:
    """Return the totals of each phase that has rows, in order."""
    found = {phase.name: [row for row in rows if row.phase == phase.name] for phase in model.phases}
    return {phase: totals(part) for phase, part in found.items() if part}


def expanded(settings: Settings) -> Settings:
    """Return settings for counting what transformers' code computes (see `Settings.expanded`)."""
    return attrs.evolve(settings, expanded=True)


def by_class(rows: Sequence[ModuleMetrics]) -> list[OperatorMetrics]:
    """Return the totals of each class and phase, in the order of their first rows."""
    groups: dict[tuple[str, str, OperatorCategory], list[ModuleMetrics]] = {}
    for row in rows:
        groups.setdefault((row.phase, row.qualified_class, row.category), []).append(row)
    return [
        OperatorMetrics(
            qualified_class=name,
            category=category,
            phase=phase,
            count=sum(row.count for row in part),
            **attrs.asdict(totals(part)),
        )
        for (phase, name, category), part in groups.items()
    ]


def total_weights(model: Model, database: Database) -> int:
    """Return the number of weights of a model."""
    return sum(weight_count(model, layer, database) for layer in model.layers)


def held_bytes(model: Model, database: Database, settings: Settings) -> int:
    """Return the size of all weights of a model in their number formats, in bytes."""
    form = total(held(model, layer, database) for layer in model.layers)
    return whole(at(form, settings.formats(model).variables(), f"{model.file}: held_bytes"))


def whole(value: Value) -> int:
    """Return an amount as an integer. Formats with scales lead to fractions of a byte."""
    return round(value)


def _row(parts: list[tuple[Demand, dict[str, int]]], settings: Settings) -> ModuleMetrics:
    first, values_of_first = parts[0]
    layer = first.layer
    sums = {metric: sum(values.get(metric, 0) for _, values in parts) for metric in METRICS}
    # States: every call of a phase has the same weights, and the cache is the largest of all calls.
    sums["kv_bytes"] = max(values.get("kv_bytes", 0) for _, values in parts)
    sums |= {state: values_of_first.get(state, 0) for state in ("weight_count", "held_bytes")}
    return ModuleMetrics(
        path=layer.path,
        transformers_path=layer.transformers,
        qualified_class=layer.qualified_class,
        kind=Kind(layer.kind),
        entry=first.entry.name,
        category=OperatorCategory(first.entry.category),
        phase=first.phase,
        count=layer.count,
        roofline_ns=sum(_time(first, values, settings) for _, values in parts) if settings.peak else None,
        bound=_bound(first, sums, settings) if settings.peak else "",
        **sums,
    )


def _moved(values: Mapping[str, int]) -> int:
    return sum(values.get(metric, 0) for metric in MOVED)


def _time(demand: Demand, values: Mapping[str, int], settings: Settings) -> float:
    sent = values.get("network_bytes", 0)
    return settings.lower_bound(demand, values.get("matrix_flops", 0), _moved(values), sent)


def _bound(demand: Demand, values: Mapping[str, int], settings: Settings) -> str:
    times = {
        "memory": settings.lower_bound(demand, 0, _moved(values), 0),
        "compute": settings.lower_bound(demand, values["matrix_flops"], 0, 0),
        "network": settings.lower_bound(demand, 0, 0, values["network_bytes"]),
    }
    return max(times, key=lambda name: times[name])


def _place(model: Model, demand: Demand, metric: str) -> str:
    return f"{model.file}: layer {demand.layer.path}, {demand.phase}, {metric} of {demand.entry.name}"


def _check_inputs(model: Model, columns: Mapping[str, Sequence[Number]]) -> None:
    for name, values in columns.items():
        if name not in model.inputs:
            hint = f"Inputs: {', '.join(model.inputs)}."
            raise NsysToolsError(f"The model {model.name} has no input {name!r}.", hint)
        for value in values:
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise NsysToolsError(f"{name} is {value!r}, but must be a non-negative integer.")
    contradictions.refuse_zeros(columns)
