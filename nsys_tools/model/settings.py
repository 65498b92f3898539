"""Evaluation settings from the user's workload, values, dtype and GPU."""

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
"""Maximum number of digits of an input value. Larger values are mistakes, and their products would be huge."""


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
    """Return the settings.

    Assignments override recorded values, which override the workload, which overrides the defaults.

    Parameters
    ----------
    workload
        Workload of the model.
    recorded, assignments
        Assignments such as ``seq_len=2048`` from a run and from the user. The user's must not contradict each other.
    dtype, attention
        Number formats as `nsys_tools.model.formats.chosen` reads them (the model's own if empty), and ``full``
        or ``causal``.
    gpu
        Name of a GPU. If empty, no roofline times are computed.
    parallel
        Parallelism: ``tp``, ``pp``, ``ep``, ``dp``, and the selected ``pp_rank``.
    expanded
        Whether to count what transformers' code computes instead of the model FLOPs. That code expands the latent in
        every step, processes keys that no indexer selected, and pads the chunks of a scan.

    Raises
    ------
    NsysToolsError
        If an assignment is malformed, an input, dtype or GPU is unknown, or values contradict each other.
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
    """Return the user's text, shortened for error messages."""
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text):,} characters)"


def assignment(text: str) -> tuple[str, int]:
    """Return the name and the value in an assignment such as ``seq_len=2048``."""
    name, equals, value = text.partition("=")
    digits = value.strip().replace("_", "").replace(",", "")
    if not equals or not name.strip() or not digits.isdecimal():
        raise UsageError(f"{shortened(text)!r} is not a valid setting.", "Use NAME=NUMBER, such as seq_len=2048.")
    if len(digits) > MOST_DIGITS:
        raise UsageError(f"{shortened(text)!r}: the number is too large.", f"Use at most {MOST_DIGITS} digits.")
    return name.strip(), int(digits)


def inputs_of(model: Model, found: Settings) -> Mapping[str, int]:
    """Return the values of all inputs of a model, with evaluated defaults."""
    scope = scope_of(model, {name: [value] for name, value in found.values.items()}, found)
    place = f"{model.file}: inputs"
    return {
        name: found.values[name] if name in found.values else int(scope.values(given.default, place)[0])
        for name, given in model.inputs.items()
    }


def warnings(model: Model, found: Settings) -> list[str]:
    """Return warnings about the inputs, one sentence each."""
    return list(beyond_context(model, inputs_of(model, found), found.values.keys()))


def conventions(model: Model, found: Settings) -> tuple[str, ...]:
    """Return the conventions behind the values, as text to print with them."""
    pairs = {
        "full": "full attention: every query-key pair is counted, whether masked or not",
        "causal": "causal attention: half of the query-key pairs among the new tokens are counted, and only keys "
        "within the window",
    }[found.attention]
    words = [
        "2 FLOPs per multiply-add; matrix products and convolutions are separate from other operations",
        pairs,
        "bytes: weights are read once per forward pass, activations are read or written once per operation, "
        "the KV cache is read in each step; attention is the only fused operation",
        "experts: the expected number of selected experts under uniform routing",
        str(found.formats(model)),
    ]
    if found.parallel != plan.Parallel():
        words.append(
            f"values for one of {found.parallel.gpus} GPUs ({found.parallel}), with the batch of all GPUs: "
            f"{plan.CONVENTION}"
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
