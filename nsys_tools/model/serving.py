"""Serving metrics of a model: time to first token, time per output token, tokens per second, and memory."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import attrs

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model.architecture import STEP, Model
from nsys_tools.model.closed_form import total
from nsys_tools.model.columns import largest_kv, lower_bounds, sum_of
from nsys_tools.model.database import Database
from nsys_tools.model.demand import Demand, held, over_steps, step_demands
from nsys_tools.model.evaluation import Scope
from nsys_tools.model.figures import Settings, scope_of, whole
from nsys_tools.model.parallel.split import split

DECODE, BATCH, LENGTH, HEAD = "decode", "batch_size", "seq_len", "head_positions"
CHUNK = 8192
USABLE = 0.9
DEFINITIONS = (
    "time to first token (ttft): sum of all phases before decode; time per output token (tpot): mean of the decode "
    "steps",
    "tokens/s per user: 1 / tpot; tokens/s per GPU: tokens/s of the whole batch divided by the number of GPUs",
    "memory of the fullest GPU: weights, the KV cache after the last step, and the largest input and output of a layer "
    f"for at most {CHUNK:,} tokens at once, with logits for the last position only; the limit is {USABLE:.0%} of GPU "
    "memory",
    "times are lower bounds without launch overhead or load imbalance; communication is not overlapped; a pipeline "
    "has as "
    "many micro-batches as stages",
)
LARGEST = {BATCH: 2**20, LENGTH: 2**24}
"""Upper limits of the search for the largest batch and context."""
_NO_ACTIVATIONS = ("attention", "embedding", "communication", "weight")

Columns = Mapping[str, Sequence[int]]
Figures = dict[str, list[float | None]]


@attrs.frozen
class _Stage:
    """One GPU's share of a pipeline stage."""

    model: Model
    found: Sequence[Demand]
    single: Sequence[Demand]
    held: int

    def bounds(self, scope: Scope, phase: str, settings: Settings) -> list[float]:
        mine = [demand for demand in self.found if demand.phase == phase]
        return [float(value) for value in lower_bounds(self.model, scope, mine, settings)]

    def activations(self, scope: Scope) -> list[int]:
        """Return the largest input plus output of a layer, in bytes. `scope` has the tokens of one chunk."""
        scope.set(STEP, [0] * scope.length)
        found = [0] * scope.length
        for demand in self.single:
            if demand.phase == DECODE or demand.entry.category in _NO_ACTIVATIONS:
                continue
            values = scope.values(sum_of([demand], "read_bytes", "written_bytes"), f"{self.model.file}: activations")
            found = [max(had, whole(value) // demand.layer.count) for had, value in zip(found, values, strict=True)]
        return found


def can_serve(model: Model) -> bool:
    """Return whether a model decodes batches of sequences."""
    return any(phase.name == DECODE for phase in model.phases) and {BATCH, LENGTH} <= model.inputs.keys()


@attrs.define(slots=False)
class Serving:
    """A served model.

    Attributes
    ----------
    model
        The whole model.
    database
        The formula database.
    settings
        Formats, GPU, parallelism, and values of the inputs.
    efficiency
        Achieved fraction of the roofline speed, by phase. If empty, only bounds are computed.

    Raises
    ------
    NsysToolsError
        If the model does not decode, no GPU is given, or the model cannot be split.
    """

    model: Model
    database: Database
    settings: Settings
    efficiency: Mapping[str, float] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        """Refuse models and settings without serving metrics."""
        # The search varies batch and length. The user's values have been checked before.
        self.settings = attrs.evolve(self.settings, asked=frozenset())
        if not can_serve(self.model):
            raise UsageError(f"{self.model.name} does not decode batches, so tokens per second cannot be computed.")
        if self.settings.gpu is None:
            raise NsysToolsError("A GPU must be specified to compute times and memory use.", "Specify one with --gpu.")
        phases = [phase.name for phase in self.model.phases]
        for phase, share in self.efficiency.items():
            if phase not in phases:
                raise UsageError(
                    f"The model {self.model.name} has no phase {phase!r}.", f"Phases: {', '.join(phases)}."
                )
            if not 0 < share <= 1:
                raise UsageError(f"The efficiency of {phase} is {share:g}, but must be above 0 and at most 1.")

    def table(self, columns: Columns) -> Figures:
        """Return the metrics for many settings.

        Parameters
        ----------
        columns
            One value per setting, by input. Missing inputs have their values in `settings` or their defaults.

        Returns
        -------
        The columns by name: ``ttft_ns``, ``tpot_ns``, ``user_tokens_per_s``, ``tokens_per_s``, ``gpu_tokens_per_s`` and
        ``bubble_ratio``, the expected values if efficiencies are given, and ``held_bytes``, ``kv_bytes``,
        ``activation_bytes``, ``memory_bytes`` and ``fits`` (1 or 0) for the GPU that needs the most memory.
        """
        found = self._rates(columns, {})
        if self.efficiency:
            expected = self._rates(columns, self.efficiency)
            names = ("ttft_ns", "tpot_ns", "user_tokens_per_s", "gpu_tokens_per_s")
            found |= {f"expected_{name}": expected[name] for name in names}
        return {**found, **self._memory(columns)}

    def largest(self, name: str) -> int | None:
        """Return the largest ``batch_size`` or ``seq_len`` that fits in memory, leaving the other unchanged.

        The result is 0 if nothing fits, and None if even the limit in `LARGEST` fits. For example, a prompt of any
        length can fit if the model has a fixed-size state.
        """
        found = _last(lambda value: self._memory({name: [value]})["fits"][0] == 1, LARGEST[name])
        return found if found < LARGEST[name] else None

    @cached_property
    def _stages(self) -> list[_Stage]:
        sizes = Scope({name: [size] for name, size in self.settings.formats(self.model).variables().items()})
        found = []
        for rank in range(self.settings.parallel.pp):
            part = split(self.model, self.database, attrs.evolve(self.settings.parallel, pp_rank=rank))
            size = sum(sizes.values(held(part, layer, self.database), part.file)[0] for layer in part.layers)
            single = step_demands(part, self.database)
            found.append(_Stage(part, over_steps(part, single), single, whole(size)))
        return found

    def _scope(self, columns: Columns) -> Scope:
        length = max((len(values) for values in columns.values()), default=1)
        fixed = {name: [value] * length for name, value in self.settings.values.items() if name not in columns}
        return scope_of(self.model, {**fixed, **columns}, self.settings)

    def _inputs(self, columns: Columns, name: str) -> list[int]:
        return [int(value) for value in self._scope(columns).column(name)]

    def _rates(self, columns: Columns, efficiency: Mapping[str, float]) -> Figures:
        parallel = self.settings.parallel
        batches = self._inputs(columns, BATCH)
        pieces = [max(1, min(parallel.pp, -(-batch // parallel.dp))) for batch in batches]
        micro = [-(-batch // many) for batch, many in zip(batches, pieces, strict=True)]
        scope = self._scope({**columns, BATCH: micro})
        first = [0.0] * scope.length
        step: list[tuple[float, float] | None] = [None] * scope.length
        for phase in self.model.phases:
            runs = [max(1, int(value)) for value in scope.values(phase.runs, self.model.file)]
            share = efficiency.get(phase.name, 1.0)
            times = [stage.bounds(scope, phase.name, self.settings) for stage in self._stages]
            each = [[t / n / share for t, n in zip(column, runs, strict=True)] for column in times]
            parts = list(zip(*each, strict=True))
            if phase.name == DECODE:
                counts = scope.values(total(one.steps for one in phase.calls), self.model.file)
                step = [_cycle(part, many, int(n)) for part, many, n in zip(parts, pieces, counts, strict=True)]
            else:
                whole_phase = [sum(part) + (many - 1) * max(part) for part, many in zip(parts, pieces, strict=True)]
                first = list(map(operator.add, first, whole_phase))
        return _rates(first, step, batches, parallel.gpus)

    def _memory(self, columns: Columns) -> Figures:
        """Return the memory of the GPU that needs the most memory, by component."""
        scope = self._scope(columns)
        lengths, batches = self._inputs(columns, LENGTH), self._inputs(columns, BATCH)
        local = [-(-batch // self.settings.parallel.dp) for batch in batches]
        tokens = [max(1, min(CHUNK, a * b)) for a, b in zip(local, lengths, strict=True)]
        ones = [1] * scope.length
        head = {HEAD: ones} if HEAD in self.model.inputs else {}
        chunk = {**columns, BATCH: ones, LENGTH: tokens, **head}
        options = [
            list(zip(
                [stage.held] * scope.length, largest_kv(stage.model, scope, stage.found),
                stage.activations(self._scope(chunk)), strict=True,
            ))
            for stage in self._stages
        ]  # fmt: skip
        fullest = [max(parts, key=sum) for parts in zip(*options, strict=True)]
        assert self.settings.gpu is not None  # noqa: S101  (checked)
        limit = USABLE * self.settings.gpu.memory_bytes
        return {
            "held_bytes": [part[0] for part in fullest],
            "kv_bytes": [part[1] for part in fullest],
            "activation_bytes": [part[2] for part in fullest],
            "memory_bytes": [sum(part) for part in fullest],
            "fits": [int(sum(part) <= limit) for part in fullest],
        }


def _cycle(times: Sequence[float], pieces: int, steps: int) -> tuple[float, float] | None:
    """Return the time and bubble ratio for one token of all micro-batches, each of which passes through all stages."""
    if not steps:
        return None
    cycle = max(sum(times), pieces * max(times)) / steps
    return cycle, 1 - pieces * sum(times) / steps / len(times) / cycle if cycle else 0.0


def _rates(
    first: Sequence[float], step: Sequence[tuple[float, float] | None], batches: Sequence[int], gpus: int
) -> Figures:
    users = [1e9 / one[0] if one and one[0] else None for one in step]
    every = [rate * batch if rate else None for rate, batch in zip(users, batches, strict=True)]
    return {
        "ttft_ns": list(first),
        "tpot_ns": [one[0] if one else None for one in step],
        "user_tokens_per_s": users,
        "tokens_per_s": every,
        "gpu_tokens_per_s": [rate / gpus if rate else None for rate in every],
        "bubble_ratio": [one[1] if one else None for one in step],
    }


def _last(holds: Callable[[int], bool], most: int) -> int:
    """Return the largest number up to `most` for which a monotonic condition holds, or 0 if there is none."""
    low, high = 0, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


FIGURES: dict[str, tuple[str, str]] = {
    "ttft_ns": ("ns", "time to first token, lower bound"),
    "tpot_ns": ("ns", "time per output token, lower bound"),
    "user_tokens_per_s": ("tokens/s", "rate per user, upper bound"),
    "tokens_per_s": ("tokens/s", "total rate of all GPUs, upper bound"),
    "gpu_tokens_per_s": ("tokens/s", "rate per GPU, upper bound"),
    "bubble_ratio": ("ratio", "fraction of decode time in which the pipeline is idle"),
    "expected_ttft_ns": ("ns", "time to first token at the given efficiency"),
    "expected_tpot_ns": ("ns", "time per output token at the given efficiency"),
    "expected_user_tokens_per_s": ("tokens/s", "rate per user at the given efficiency"),
    "expected_gpu_tokens_per_s": ("tokens/s", "rate per GPU at the given efficiency"),
    "held_bytes": ("bytes", "weights on the fullest GPU"),
    "kv_bytes": ("bytes", "KV cache on that GPU after the last step"),
    "activation_bytes": ("bytes", "largest sum of a layer's input and output on that GPU"),
    "memory_bytes": ("bytes", "sum of weights, KV cache and largest layer input and output"),
    "usable_bytes": ("bytes", f"memory limit: {USABLE:.0%} of the GPU's memory"),
    "fits": ("", "whether the model fits in memory"),
    "largest_batch": ("count", "largest batch that fits in memory, over all GPUs"),
    "largest_context": ("count", "longest prompt that fits in memory at this batch size"),
}
"""Serving metrics: unit and meaning."""

MOST = {"largest_batch": LARGEST[BATCH], "largest_context": LARGEST[LENGTH]}
"""Search limits of the metrics that are None if the limit fits."""


def summary(served: Serving) -> dict[str, float | bool | None]:
    """Return the metrics for the given settings, keyed by the names in `FIGURES`."""
    assert served.settings.gpu is not None  # noqa: S101  (checked)
    found = {name: column[0] for name, column in served.table({}).items()}
    found["usable_bytes"] = int(USABLE * served.settings.gpu.memory_bytes)
    found["largest_batch"] = served.largest(BATCH)
    found["largest_context"] = served.largest(LENGTH)
    return {name: bool(found[name]) if name == "fits" else found[name] for name in FIGURES if name in found}
