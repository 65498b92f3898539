"""What the hardware allows for a traced run: the analytic model as tables of the trace's database.

The stages file says which part of the model a stage is: ``phase``, and for a part of one ``layers``, the paths that
it runs. A stage whose name is a phase of the model is that phase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nsys_tools.analysis import executions
from nsys_tools.analysis.stages import Stage
from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, database, gpus, tables, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.figures import Settings
from nsys_tools.model.gpus import Gpu, Peak
from nsys_tools.model.settings import conventions, settings
from nsys_tools.trace import Trace, catalogue
from nsys_tools.units import duration

CHECK_RATIO = 0.05
# Modules whose roofline time is that many times what they took are pointed out.
FASTER = 1.1


@dataclass(frozen=True)
class Request:
    """What a measurement is compared with.

    Attributes
    ----------
    model
        A shipped model by name, or a path to a model JSON.
    workload, assignments
        A workload by name or path, and inputs such as ``seq_len=2048``; the model's defaults without them.
    gpu
        A card by name; ``auto`` takes the one that the trace names.
    dtype, attention
        Element type (the model's own when empty); ``full`` or ``causal``.
    batches
        Inputs of each batch of one execution, where they differ; `assignments` win over them.
    """

    model: str
    workload: str = ""
    assignments: tuple[str, ...] = ()
    gpu: str = "auto"
    dtype: str = ""
    attention: str = "full"
    batches: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Possible:
    """What was defined in the trace's database, in words.

    Attributes
    ----------
    model, peak
        The model and the ceilings.
    conventions
        What is counted, one sentence each.
    notes
        What a reader must know of the comparison.
    """

    model: Model
    peak: Peak
    conventions: tuple[str, ...]
    notes: tuple[str, ...]


def define(trace: Trace, stages: Sequence[Stage], request: Request) -> Possible:
    """Define the session tables ``layer``, ``module``, ``stage_layer`` and ``peak``.

    Parameters
    ----------
    trace
        With its stages applied.
    stages
        The stages of the stages file.
    request
        What to compare with.

    Raises
    ------
    NsysToolsError
        If the model, workload or card is not known, or the workload does not match the ranges found.
    """
    model = architecture.load(request.model)
    gpu = _gpu(trace, request.gpu)
    workload = executions.Workload(model, _settings(model, request, gpu))
    rows = workload.evaluate(database.load())
    _define(trace, "layer", tables.layer_table(rows))
    _define(trace, "module", tables.instance_table(rows))
    instances = {row["stage"]: row["instance_count"] for row in trace.query("stage_summary").records() if row["sum_ns"]}
    parts = executions.parts(model, [stage for stage in stages if instances.get(stage.name)])
    counts = workload.executions(parts, instances)
    owned = executions.stage_layers(parts, rows, counts)
    _define(trace, "stage_layer", (["stage", "phase", "path", "execution_count", "is_owner"], owned))
    peak = workload.peak
    ceilings = ["gpu", "dtype", "accumulator", "flops_per_s", "bytes_per_s"]
    _define(trace, "peak", (ceilings, [[getattr(peak, name) for name in ceilings]]))
    return Possible(model, peak, tuple(conventions(workload.first)), tuple(_check_card(trace, gpu, peak)))


def _settings(model: Model, request: Request, gpu: Gpu) -> list[tuple[Settings, int]]:
    """Return each setting of one execution of the workload, and how often it occurs there."""
    profile = workloads.load(request.workload) if request.workload else None
    counted = Counter((*batch, *request.assignments) for batch in request.batches or ((),))
    return [
        (
            settings(
                model,
                workload=profile,
                assignments=values,
                dtype=request.dtype,
                attention=request.attention,
                gpu=gpu.file,
            ),
            count,
        )
        for values, count in counted.items()
    ]


def refuse_impossible(rows: Sequence[dict[str, Any]], possible: Possible) -> None:
    """Refuse a comparison in which the hardware did more than it can.

    Parameters
    ----------
    rows
        Of the query ``mfu_stage``.
    possible
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
                peak = possible.peak
                raise NsysToolsError(
                    f"Stage {row['stage']}: {base} is {100 * value:.0f} %: {row['matrix_flops']:.3g} FLOPs in "
                    f"{row['busy_ns'] / 1e6:.3f} ms busy time is more than {peak.gpu} does in {peak.dtype} "
                    f"({peak.flops_per_s / 1e12:g} TFLOP/s).",
                    "One input is wrong: the workload (--workload, --set), the dtype, the card (--gpu), or the pattern "
                    "of the stage, which may miss ranges.",
                )


def refuse_unmodelled(rows: Sequence[dict[str, Any]], possible: Possible) -> None:
    """Refuse a comparison with a model that is smaller than what was traced.

    Parameters
    ----------
    rows
        Of the query ``mfu_unmodelled``.
    possible
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
            f"More layers were measured than {possible.model.name} has: {said}; its last is {rows[0]['known']}.",
            "Name the model that was traced: --model, or a JSON of your own (nsys-tools model inspect).",
        )


def oddities(layers: Sequence[dict[str, Any]], stages: Sequence[dict[str, Any]]) -> list[str]:
    """Return what is above the ceiling, but can be so without a wrong input.

    Parameters
    ----------
    layers, stages
        Of the queries ``mfu_layer`` and ``mfu_stage``.
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


def _define(trace: Trace, table: str, content: tables.Table) -> None:
    """Define a session table from the columns of the same name."""
    names, rows = content
    documented = [column.name for column in catalogue.find(table).columns]
    picked = [names.index("total_bytes" if name == "moved_bytes" else name) for name in documented]
    trace.define(table, [[row[index] for index in picked] for row in rows])


def _gpu(trace: Trace, name: str) -> Gpu:
    if name != "auto":
        return gpus.load(name)
    found = sorted({row["name"] for row in trace.query("gpu").records() if row["name"]})
    if len(found) != 1:
        said = "names none" if not found else f"names several ({', '.join(found)})"
        raise NsysToolsError(f"--gpu auto: the trace {said}.", "Name the card: --gpu h100-sxm.")
    return gpus.load(found[0])


def _check_card(trace: Trace, gpu: Gpu, peak: Peak) -> list[str]:
    """Compare the card's peak with SMs x clock x FLOP/clk/SM of the trace's own description."""
    notes = []
    for row in trace.query("gpu").records():
        name, sms, clock = row["name"], row["sm_count"] or 0, row["clock_hz"] or 0
        derived = sms * clock * peak.flops_per_clock_per_sm
        if derived and abs(derived / peak.flops_per_s - 1) > CHECK_RATIO:
            same = sms == gpu.sm_count
            hint = f"It is stated at {gpu.boost_clock_hz / 1e9:.3f} GHz." if same else "Is it that card?"
            notes.append(
                f"The trace describes {sms} SMs at up to {clock / 1e9:.3f} GHz: {derived / 1e12:.1f} TFLOP/s in "
                f"{peak.dtype}; the peak of {gpu.name} in force, {peak.flops_per_s / 1e12:.1f}, is more than 5 % off. "
                f"{hint}"
            )
        if name and name not in (gpu.name, *gpu.trace_names):
            notes.append(f"The trace was recorded on another card than {gpu.name}, by its name.")
    return notes
