"""Check a comparison with the analytic model. Impossible results are refused, and unusual results are noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Model
from nsys_tools.model.gpus import Peak
from nsys_tools.units import duration

CHECK_RATIO = 0.05
# A note is added for modules whose roofline time is larger than their measured time by more than this factor.
FASTER = 1.1


@dataclass(frozen=True)
class Comparison:
    """A description of what stages are compared with.

    Attributes
    ----------
    model, peak
        The model and the peaks.
    conventions
        Counting conventions, one sentence each.
    notes
        Caveats about the comparison.
    """

    model: Model
    peak: Peak
    conventions: tuple[str, ...]
    notes: tuple[str, ...]


def refuse_impossible(rows: Sequence[dict[str, Any]], comparison: Comparison) -> None:
    """Refuse a comparison in which the measured rate exceeds the hardware peak.

    Parameters
    ----------
    rows
        Rows of the ``roofline_stage`` query.
    comparison
        What the stages were compared with.

    Raises
    ------
    NsysToolsError
        If a stage is above 100 % of the peak on any time base. The hint names the likely causes.
    """
    for row in rows:
        for base in ("mfu", "util_span", "util_busy", "util_sum"):
            value = row[f"{base}_ratio"]
            if value is not None and value > 1:
                peak = comparison.peak
                raise NsysToolsError(
                    f"Stage {row['stage']}: {base} is {100 * value:.0f} %. {row['matrix_flops']:.3g} FLOPs in "
                    f"{row['busy_ns'] / 1e6:.3f} ms of busy time is more than {peak.gpu} can compute in {peak.dtype} "
                    f"({peak.flops_per_s / 1e12:g} TFLOP/s).",
                    "Check the inputs: the workload (--workload, --set), the dtype, the GPU (--gpu), the parallelism "
                    "(--tp, --pp, --ep, --dp), and the stage's pattern, which may not match all of its ranges.",
                )


def refuse_unmodeled(rows: Sequence[dict[str, Any]], comparison: Comparison) -> None:
    """Refuse a comparison with a model that is smaller than the traced model.

    Parameters
    ----------
    rows
        Rows of the ``roofline_unmodeled`` query.
    comparison
        What the stages were compared with.

    Raises
    ------
    NsysToolsError
        If the trace has layers that the model does not have.
    """
    if rows:
        names = [row["name"] for row in rows]
        said = ", ".join(names[:3]) + (f" ... ({len(names)} in all)" if len(names) > 3 else "")
        raise NsysToolsError(
            f"The trace has more layers than {comparison.model.name}: {said}. "
            f"The model's last layer is {rows[0]['known']}.",
            "Use --model to specify the traced model: a shipped model, or a JSON file from `nsys-tools model inspect`.",
        )


def oddities(layers: Sequence[dict[str, Any]], stages: Sequence[dict[str, Any]]) -> list[str]:
    """Return notes about results above the roofline limit that do not prove that an input is wrong.

    Parameters
    ----------
    layers, stages
        Rows of the ``roofline_layer`` and ``roofline_stage`` queries.
    """
    notes = []
    fast = [row for row in layers if row["sum_ns"] and row["roofline_ns"] > FASTER * row["sum_ns"]]
    if fast:
        first = max(fast, key=lambda row: row["roofline_ns"] - row["sum_ns"])
        notes.append(
            f"Some modules ({len(fast):,}) take less than their roofline time. The largest difference is "
            f"{first['name']} in stage {first['stage']}: {duration(first['sum_ns'])} measured, "
            f"{duration(first['roofline_ns'])} at the roofline. Possible causes are CUDA graphs recorded as a whole, "
            "work launched in another module's range, fusion, caches, or a workload larger than the traced one."
        )
    notes += [
        f"Stage {row['stage']} would need {100 * row['mbu_ratio']:.0f} % of the memory bandwidth. Caches may hold part "
        "of the data, or the workload or dtype may differ from the traced one."
        for row in stages
        if row["mbu_ratio"] is not None and row["mbu_ratio"] > 1 + CHECK_RATIO
    ]
    return notes


def refuse_unequal(rows: Sequence[dict[str, Any]]) -> None:
    """Refuse results for stages and layers that do not add up, which would indicate a bug in nsys-tools.

    Parameters
    ----------
    rows
        Rows of the ``roofline_conservation`` query.

    Raises
    ------
    NsysToolsError
        If a difference is not 0.
    """
    for row in rows:
        if row["difference_ns"]:
            place = f"{row['level']} {row['name'] or ''}".strip()
            raise NsysToolsError(
                f"Measured and roofline values do not add up: in {place}, {row['figure']} differs by "
                f"{row['difference_ns']} ns.",
                "This is a bug in nsys-tools. Please report it with the schema version of the trace.",
            )
