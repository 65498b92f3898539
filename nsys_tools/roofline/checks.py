"""What a comparison with the analytic model must not say, and what a reader must know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Model
from nsys_tools.model.gpus import Peak
from nsys_tools.units import duration

CHECK_RATIO = 0.05
# Modules whose roofline time is that many times what they took are pointed out.
FASTER = 1.1


@dataclass(frozen=True)
class Comparison:
    """What stages are compared with, in words.

    Attributes
    ----------
    model, peak
        The model and the peaks.
    conventions
        What is counted, one sentence each.
    notes
        What a reader must know of the comparison.
    """

    model: Model
    peak: Peak
    conventions: tuple[str, ...]
    notes: tuple[str, ...]


def refuse_impossible(rows: Sequence[dict[str, Any]], comparison: Comparison) -> None:
    """Refuse a comparison in which the hardware did more than it can.

    Parameters
    ----------
    rows
        Of the query ``roofline_stage``.
    comparison
        What they were compared with.

    Raises
    ------
    NsysToolsError
        If a stage is above 100 % of the peak on any base of time; the message names the suspects.
    """
    for row in rows:
        for base in ("mfu", "util_span", "util_busy", "util_sum"):
            value = row[f"{base}_ratio"]
            if value is not None and value > 1:
                peak = comparison.peak
                raise NsysToolsError(
                    f"Stage {row['stage']}: {base} is {100 * value:.0f} %: {row['matrix_flops']:.3g} FLOPs in "
                    f"{row['busy_ns'] / 1e6:.3f} ms busy time is more than {peak.gpu} does in {peak.dtype} "
                    f"({peak.flops_per_s / 1e12:g} TFLOP/s).",
                    "One input is wrong: the workload (--workload, --set), the dtype, the GPU (--gpu), or the pattern "
                    "of the stage, which may miss ranges.",
                )


def refuse_unmodeled(rows: Sequence[dict[str, Any]], comparison: Comparison) -> None:
    """Refuse a comparison with a model that is smaller than what was traced.

    Parameters
    ----------
    rows
        Of the query ``roofline_unmodeled``.
    comparison
        What was compared with.

    Raises
    ------
    NsysToolsError
        If there is such a module.
    """
    if rows:
        names = [row["name"] for row in rows]
        said = ", ".join(names[:3]) + (f" ... ({len(names)} in all)" if len(names) > 3 else "")
        raise NsysToolsError(
            f"More layers were measured than {comparison.model.name} has: {said}; its last is {rows[0]['known']}.",
            "Name the model that was traced: --model, or a JSON of your own (nsys-tools model inspect).",
        )


def oddities(layers: Sequence[dict[str, Any]], stages: Sequence[dict[str, Any]]) -> list[str]:
    """Return what is above the ceiling, but can be so without a wrong input.

    Parameters
    ----------
    layers, stages
        Of the queries ``roofline_layer`` and ``roofline_stage``.
    """
    notes = []
    fast = [row for row in layers if row["sum_ns"] and row["roofline_ns"] > FASTER * row["sum_ns"]]
    if fast:
        first = max(fast, key=lambda row: row["roofline_ns"] - row["sum_ns"])
        notes.append(
            f"{len(fast):,} modules take less than their roofline time; most of all {first['name']} in stage "
            f"{first['stage']}, {duration(first['sum_ns'])} for {duration(first['roofline_ns'])}. CUDA graphs recorded "
            "as a whole, work launched under another module's range, fusion and caches do that; so does a workload "
            "larger than the one traced."
        )
    notes += [
        f"Stage {row['stage']} would move {100 * row['mbu_ratio']:.0f} % of what the memory can: caches hold part of "
        "it, or the workload or dtype is not the one traced."
        for row in stages
        if row["mbu_ratio"] is not None and row["mbu_ratio"] > 1 + CHECK_RATIO
    ]
    return notes


def refuse_unequal(rows: Sequence[dict[str, Any]]) -> None:
    """Refuse figures of stages and layers that do not add up; it would be an error of nsys-tools.

    Parameters
    ----------
    rows
        Of the query ``roofline_conservation``.

    Raises
    ------
    NsysToolsError
        If there is a difference.
    """
    for row in rows:
        if row["difference_ns"]:
            place = f"{row['level']} {row['name'] or ''}".strip()
            raise NsysToolsError(
                f"Measured vs. roofline does not add up: {place}, {row['figure']}: {row['difference_ns']} ns differ.",
                "This is a defect of nsys-tools; please report it with the schema version of the trace.",
            )
