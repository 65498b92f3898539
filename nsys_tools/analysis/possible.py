"""What the hardware allows for a traced run: the analytic model as tables of the trace's database.

The stages file says which part of the model a stage is: ``phase``, and for a part of one ``layers``, the paths that
it runs. A stage whose name is a phase of the model is that phase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nsys_tools.analysis.stages import Stage
from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, database, figures, gpus, tables, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.figures import Settings
from nsys_tools.model.gpus import Gpu, Peak
from nsys_tools.model.settings import conventions, settings
from nsys_tools.trace import Trace, catalogue

CHECK_RATIO = 0.05


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
    """

    model: str
    workload: str = ""
    assignments: tuple[str, ...] = ()
    gpu: str = "auto"
    dtype: str = ""
    attention: str = "full"


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
    """Define the session tables ``layer``, ``stage_layer`` and ``peak``.

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
    model, formulas = architecture.load(request.model), database.load()
    gpu = _gpu(trace, request.gpu)
    chosen = settings(
        model,
        workload=workloads.load(request.workload) if request.workload else None,
        assignments=request.assignments,
        dtype=request.dtype,
        attention=request.attention,
        gpu=gpu.file,
    )
    assert chosen.peak is not None  # noqa: S101  (a card was given)
    rows = figures.evaluate(model, formulas, chosen)
    columns, cells = tables.layer_table(rows)
    names = ("phase", "path", "class", "count", "matrix_flops", "total_bytes", "roofline_ns")
    picked = [columns.index(name) for name in names]
    _define(trace, "layer", [[row[index] for index in picked] for row in cells])
    instances = {row["stage"]: row["instance_count"] for row in trace.query("stage_summary").records() if row["sum_ns"]}
    covered = _parts(model, [stage for stage in stages if instances.get(stage.name)])
    counts = _executions(model, chosen, covered, instances)
    parts = [
        (stage.name, stage.phase, row.path, counts[stage.phase])
        for stage in covered
        for row in rows
        if row.phase == stage.phase and stage.runs(row.path) and stage.phase in counts
    ]
    _define(trace, "stage_layer", parts)
    peak = chosen.peak
    _define(trace, "peak", [(peak.gpu, peak.dtype, peak.accumulator, peak.flops_per_s, peak.bytes_per_s)])
    return Possible(model, peak, tuple(conventions(chosen)), tuple(_check_card(trace, gpu, peak)))


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


def _define(trace: Trace, table: str, rows: Sequence[Sequence[Any]]) -> None:
    columns = {column.name: column.type for column in catalogue.find(table).columns}
    trace.define(table, columns, rows)


def _gpu(trace: Trace, name: str) -> Gpu:
    if name != "auto":
        return gpus.load(name)
    found = sorted({row["name"] for row in trace.query("gpu").records() if row["name"]})
    if len(found) != 1:
        said = "names none" if not found else f"names several ({', '.join(found)})"
        raise NsysToolsError(f"--gpu auto: the trace {said}.", "Name the card: --gpu h100-sxm.")
    return gpus.load(found[0])


def _parts(model: Model, stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages that are a phase of the model or a part of one, each with its phase."""
    phases = {phase.name for phase in model.phases}
    parts = [stage.of_phase(stage.phase or stage.name) for stage in stages]
    if unknown := [stage for stage in parts if stage.phase not in phases and stage.phase != stage.name]:
        raise NsysToolsError(
            f"Stage {unknown[0].name}: the model has no phase {unknown[0].phase!r}.",
            f"It has: {', '.join(sorted(phases))}.",
        )
    return [stage for stage in parts if stage.phase in phases]


def _executions(
    model: Model, chosen: Settings, stages: Sequence[Stage], instances: Mapping[str, int]
) -> dict[str, int]:
    """Return how often the workload ran, by phase, from the instances of the stages that are whole phases."""
    scope = figures.scope_of(model, {name: [value] for name, value in chosen.values.items()}, chosen)
    runs = {p.name: int(scope.values(p.runs, f"{model.file}: {p.name}.runs")[0]) for p in model.phases}
    found: dict[str, int] = {}
    for stage in [stage for stage in stages if not stage.layers]:
        count = instances[stage.name]
        if count % max(runs[stage.phase], 1):
            raise NsysToolsError(
                f"Stage {stage.name} was found {count} times; one execution of the workload has {runs[stage.phase]}.",
                "Give the workload that was traced: --workload, --set pages=N.",
            )
        found[stage.phase] = count // max(runs[stage.phase], 1)
    if len(set(found.values())) > 1:
        said = ", ".join(f"{phase} {count} times" for phase, count in found.items())
        raise NsysToolsError(
            f"The phases of the workload ran unequally often: {said}.",
            "A stage's pattern may match too many or too few ranges.",
        )
    return found


def _check_card(trace: Trace, gpu: Gpu, peak: Peak) -> list[str]:
    """Compare the card's peak with SMs x clock x FLOP/clk/SM of the trace's own description."""
    notes = []
    for row in trace.query("gpu").records():
        name, sms, clock = row["name"], row["sm_count"] or 0, row["clock_hz"] or 0
        derived = sms * clock * peak.flops_per_clock_per_sm
        if derived and abs(derived / peak.flops_per_s - 1) > CHECK_RATIO:
            notes.append(
                f"The trace describes {sms} SMs at {clock / 1e9:.3f} GHz: {derived / 1e12:.1f} TFLOP/s in "
                f"{peak.dtype}; the peak of {gpu.name} in force, {peak.flops_per_s / 1e12:.1f}, is more than 5 % off. "
                "Is it that card?"
            )
        if name and name not in (gpu.name, *gpu.trace_names):
            notes.append(f"The trace was recorded on another card than {gpu.name}, by its name.")
    return notes
