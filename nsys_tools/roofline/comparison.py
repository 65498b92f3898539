"""The roofline for a traced run: the analytic model as session tables.

The stages file maps stages to parts of the model with ``phase`` and, for part of a phase, ``layers``, which lists the
paths that the stage runs. A stage with the name of a model phase represents that phase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, database, gpus, tables, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.figures import Settings
from nsys_tools.model.gpus import Gpu, Peak
from nsys_tools.model.parallel import plan
from nsys_tools.model.parallel.split import split
from nsys_tools.model.request import Request
from nsys_tools.model.settings import conventions, settings
from nsys_tools.roofline import checks, executions
from nsys_tools.roofline.checks import Comparison
from nsys_tools.session import catalogue
from nsys_tools.session.database import Database
from nsys_tools.sources.source import Read
from nsys_tools.sources.stages import Stage


class Roofline:
    """The analytic model that a trace is compared with, as a source for the session.

    Parameters
    ----------
    request
        Function that returns what to compare with. It raises an error if a run folder does not specify this.
    stages
        The stages of the stages file.
    notes
        Function that returns caveats about the run, given the model.
    is_asked
        Whether the user requested the comparison.

    Attributes
    ----------
    comparison, request
        What the stages are compared with, and the request. Both are None until `define` has succeeded.
    """

    name = "model"
    file = ""
    tables = ("layer", "module", "stage_layer", "peak")
    queries = (
        "roofline_stage", "roofline_exclusive", "roofline_op", "roofline_layer", "roofline_conservation",
        "roofline_point", "peak", "ncu_flops",
    )  # fmt: skip
    failure = "Not compared with an analytic model"

    def __init__(
        self,
        request: Callable[[], Request],
        stages: Sequence[Stage],
        notes: Callable[[Model], Sequence[str]] = lambda _: (),
        *,
        is_asked: bool = True,
    ) -> None:
        self._asked = request
        self._stages = stages
        self._run_notes = notes
        self.is_asked = is_asked
        self.request: Request | None = None
        self.comparison: Comparison | None = None

    def define(self, database: Database) -> None:
        """Define the ``layer``, ``module``, ``stage_layer`` and ``peak`` session tables.

        Raises
        ------
        NsysToolsError
            If the model, workload or GPU is unknown, the workload does not match the ranges in the trace, or the trace
            has more layers than the model.
        """
        request = self._asked()
        comparison = define(database, self._stages, request)
        checks.refuse_unmodeled(database.query("roofline_unmodeled").records(), comparison)
        self.request, self.comparison = request, comparison

    def check(self, read: Read) -> list[str]:
        """Refuse results that are impossible or do not add up; return notes about unusual results."""
        assert self.comparison is not None  # noqa: S101  (define has run)
        stages = read("roofline_stage").records()
        checks.refuse_impossible(stages, self.comparison)
        checks.refuse_unequal(read("roofline_conservation").records())
        oddities = checks.oddities(read("roofline_layer").records(), stages)
        return [*oddities, *self._run_notes(self.comparison.model)]


def define(trace: Database, stages: Sequence[Stage], request: Request) -> Comparison:
    """Define the session tables for a comparison.

    Parameters
    ----------
    trace
        The trace. Its stages must be defined.
    stages
        The stages of the stages file.
    request
        What to compare with.

    Raises
    ------
    NsysToolsError
        If the model, workload or GPU is unknown, or the workload does not match the ranges in the trace.
    """
    formulas = database.load()
    model = split(architecture.load(request.model), formulas, plan.of(dict(request.parallel)))
    gpu = _gpu(trace, request.gpu)
    workload = executions.Workload(model, _settings(model, request, gpu))
    rows = workload.evaluate(formulas)
    _define(trace, "layer", tables.layer_table(rows))
    _define(trace, "module", tables.instance_table(rows))
    instances = {row["stage"]: row["instance_count"] for row in trace.query("stage_summary").records() if row["sum_ns"]}
    parts = executions.parts(model, [stage for stage in stages if instances.get(stage.name)])
    if not parts:
        raise NsysToolsError(
            f"No stage in the trace is a phase of the model {model.name}, so there is nothing to compare.",
            f"Its phases are {', '.join(phase.name for phase in model.phases)}. Use them in a stages file (--stages).",
        )
    counts = workload.executions(parts, instances)
    owned = executions.stage_layers(parts, rows, counts)
    _define(trace, "stage_layer", (["stage", "phase", "path", "execution_count", "is_owner"], owned))
    peak = workload.peak
    notes = [*_check_card(trace, gpu, peak), *workload.warnings()]
    ceilings = ["gpu", "dtype", "accumulator", "flops_per_s", "bytes_per_s"]
    _define(trace, "peak", (ceilings, [[getattr(peak, name) for name in ceilings]]))
    return Comparison(model, peak, tuple(conventions(model, workload.first)), tuple(notes))


def _settings(model: Model, request: Request, gpu: Gpu) -> list[tuple[Settings, int]]:
    """Return the distinct settings in one execution of the workload, and how often each of them occurs."""
    profile = workloads.load(request.workload) if request.workload else None
    counted = Counter(request.batches or ((),))
    return [
        (
            settings(
                model,
                workload=profile,
                recorded=values,
                assignments=request.assignments,
                dtype=request.dtype,
                attention=request.attention,
                gpu=gpu.file,
                parallel=dict(request.parallel),
            ),
            count,
        )
        for values, count in counted.items()
    ]


def _define(trace: Database, table: str, content: tables.Table) -> None:
    """Define a session table from the columns with the same names."""
    names, rows = content
    documented = [column.name for column in catalogue.find(table).columns]
    picked = [names.index("total_bytes" if name == "accessed_bytes" else name) for name in documented]
    trace.define(table, [[row[index] for index in picked] for row in rows])


def _gpu(trace: Database, name: str) -> Gpu:
    if name != "auto":
        return gpus.load(name)
    found = sorted({row["name"] for row in _described(trace) if row["name"]})
    if len(found) != 1:
        said = "does not record a GPU name" if not found else f"records several GPUs ({', '.join(found)})"
        raise NsysToolsError(f"--gpu auto: the trace {said}.", "Specify the GPU, as in --gpu h100-sxm.")
    return gpus.load(found[0])


def _described(trace: Database) -> list[dict[str, Any]]:
    """Return the ``gpu`` rows for GPUs that ran operations, or all rows if the trace does not describe these GPUs."""
    rows = trace.query("gpu").records()
    used = {row["gpu_id"] for row in trace.query("gpu_summary").records()}
    return [row for row in rows if row["gpu_id"] in used] or rows


def _check_card(trace: Database, gpu: Gpu, peak: Peak) -> list[str]:
    """Check the GPU's SM count, clock and name against the description in the trace.

    A trace contains the GPU's maximum clock. A published peak may be for a lower clock, as for Hopper, but never for a
    clock that the GPU cannot reach.
    """
    notes, stated = [], gpu.stated_hz(peak)
    for row in _described(trace):
        name, sms, clock = row["name"], row["sm_count"] or gpu.sm_count, row["clock_hz"] or stated
        if sms != gpu.sm_count:
            notes.append(
                f"The trace describes a GPU with {sms} SMs. The peak used for {gpu.name}, "
                f"{peak.flops_per_s / 1e12:.1f} TFLOP/s in {peak.dtype}, is for {gpu.sm_count} SMs. Check --gpu."
            )
        if clock < stated * (1 - checks.CHECK_RATIO):
            notes.append(
                f"The trace describes a GPU with a maximum clock of {clock / 1e9:.3f} GHz. The peak used for "
                f"{gpu.name}, {peak.flops_per_s / 1e12:.1f} TFLOP/s in {peak.dtype}, is stated at "
                f"{stated / 1e9:.3f} GHz and cannot be reached."
            )
        if name and name not in (gpu.name, *gpu.trace_names):
            notes.append(f"According to its name, the GPU in the trace is not {gpu.name}.")
    return notes
