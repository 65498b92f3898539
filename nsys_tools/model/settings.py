"""From what a user names (workload, values, dtype, card) to settings of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from nsys_tools.errors import UsageError
from nsys_tools.model import gpus, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.contradictions import beyond_context
from nsys_tools.model.domain import WorkloadProfile
from nsys_tools.model.figures import Settings, scope_of
from nsys_tools.model.formats import ROLES
from nsys_tools.model.parallel import plan

MOST_DIGITS = 15
"""Of a number that an input is set to; counts above it are not meant, and products of them have no end."""


def settings(
    model: Model,
    *,
    workload: WorkloadProfile | None = None,
    recorded: Sequence[str] = (),
    assignments: Sequence[str] = (),
    dtype: str = "",
    attention: str = "full",
    gpu: str = "",
    parallel: Mapping[str, int] | None = None,
    expanded: bool = False,
) -> Settings:
    """Return settings; an assignment wins over what was recorded, that over the workload, and that over the defaults.

    Parameters
    ----------
    workload
        What the model is run on.
    recorded, assignments
        Texts such as ``seq_len=2048``: of a run, and of the user, who must not contradict himself.
    dtype, attention
        Number formats as `nsys_tools.model.formats.chosen` reads them (the model's own when empty); ``full`` or
        ``causal``.
    gpu
        A card by name; no roofline times when empty.
    parallel
        GPUs that share the model: ``tp``, ``pp``, ``ep``, ``dp``, and the ``pp_rank`` in question.
    expanded
        Whether what transformers' code computes is counted in place of what a model needs: the latent expanded in
        every step, keys that no indexer selected, chunks of a scan padded.

    Raises
    ------
    NsysToolsError
        For a text that is no assignment, anything unknown to the model or the card, or values that contradict each
        other.
    """
    values = workloads.inputs(workload, model) if workload else {}
    asked = dict(assignment(text) for text in assignments)
    values |= dict(assignment(text) for text in recorded) | asked
    found = Settings(
        values=values, dtype=dtype, attention=attention, parallel=plan.of(parallel or {}), expanded=expanded,
        asked=frozenset(asked),
    )  # fmt: skip
    scope_of(model, {name: [value] for name, value in values.items()}, found)
    if not gpu:
        return found
    card, formats = gpus.load(gpu), found.formats(model)
    peaks = {role: card.peak(formats.product_of(role)) for role in ROLES}
    fastest = max(peaks.values(), key=lambda peak: peak.flops_per_s)
    return attrs.evolve(found, gpu=card, peaks=peaks, peak=fastest)


def shortened(text: str) -> str:
    """Return a text of the user's as messages quote it."""
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text):,} characters)"


def assignment(text: str) -> tuple[str, int]:
    """Return the name and the value of ``seq_len=2048``."""
    name, equals, value = text.partition("=")
    digits = value.strip().replace("_", "").replace(",", "")
    if not equals or not name.strip() or not digits.isdecimal():
        raise UsageError(f"{shortened(text)!r} is no setting.", "Write NAME=NUMBER, such as seq_len=2048.")
    if len(digits) > MOST_DIGITS:
        raise UsageError(f"{shortened(text)!r}: the number is too large.", f"At most {MOST_DIGITS} digits.")
    return name.strip(), int(digits)


def inputs_of(model: Model, found: Settings) -> Mapping[str, int]:
    """Return the values of all inputs of a model, defaults worked out."""
    scope = scope_of(model, {name: [value] for name, value in found.values.items()}, found)
    place = f"{model.file}: inputs"
    return {
        name: found.values[name] if name in found.values else int(scope.values(given.default, place)[0])
        for name, given in model.inputs.items()
    }


def warnings(model: Model, found: Settings) -> list[str]:
    """Return what is unusual about the inputs, a sentence each."""
    return list(beyond_context(model, inputs_of(model, found), found.values.keys()))


def conventions(model: Model, found: Settings) -> tuple[str, ...]:
    """Return in words what every figure counts; to stand beside the figures."""
    pairs = {
        "full": "attention counted full: every query with every key, masked or not",
        "causal": "attention counted causal: half of the square of new tokens, windows as they are seen",
    }[found.attention]
    words = [
        "2 FLOPs a multiply-add, matrix products and convolutions apart from the rest",
        pairs,
        "bytes: each weight once a forward, each activation once read or written an operation, "
        "the KV cache read each step; nothing fused but attention",
        "experts: as expected under uniform routing",
        str(found.formats(model)),
    ]
    if found.parallel != plan.Parallel():
        words.append(
            f"one of {found.parallel.gpus} GPUs ({found.parallel}), the batch being that of all: {plan.CONVENTION}"
        )
    if found.peak:
        ceilings = ", ".join(
            f"dense {peak.dtype} with {peak.accumulator} accumulator {peak.flops_per_s / 1e12:g} TFLOP/s "
            f"({peak.source})"
            for peak in dict.fromkeys((found.peak, *found.peaks.values()))
        )
        bandwidth = f"{found.peak.bytes_per_s / 1e9:g} GB/s ({found.peak.bandwidth_source})"
        words.append(f"roofline: {found.peak.gpu}, {ceilings}, {bandwidth}")
    return tuple(words)
