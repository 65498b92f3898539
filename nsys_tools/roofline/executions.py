"""The number of workload executions in a trace, and the model's layers that each stage runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import figures, schedule
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import METRICS, STATES, Database
from nsys_tools.model.domain import ModuleMetrics
from nsys_tools.model.figures import Settings
from nsys_tools.model.gpus import Peak
from nsys_tools.model.settings import warnings
from nsys_tools.sources.stages import Stage


@attrs.frozen
class Workload:
    """The work in one execution.

    Attributes
    ----------
    model
        The model.
    batches
        Distinct settings, and how often each of them occurs in one execution. All of them have the same peak.
    """

    model: Model
    batches: Sequence[tuple[Settings, int]]

    @property
    def first(self) -> Settings:
        """The settings of the first batch."""
        return self.batches[0][0]

    @property
    def peak(self) -> Peak:
        """The compute and memory ceilings."""
        assert self.first.peak is not None  # noqa: S101  (a GPU was given)
        return self.first.peak

    def warnings(self) -> list[str]:
        """Return notes about unusual inputs in the batches, one sentence each."""
        return list(dict.fromkeys(one for setting, _ in self.batches for one in warnings(self.model, setting)))

    def evaluate(self, formulas: Database) -> list[ModuleMetrics]:
        """Return the work of each layer in one execution, summed over the batches."""
        found: dict[tuple[str, str], ModuleMetrics] = {}
        for setting, count in self.batches:
            for row in figures.evaluate(self.model, formulas, setting):
                key = row.phase, row.path
                found[key] = _added(found.get(key), row, count)
        return list(found.values())

    def executions(self, parts: Sequence[Stage], instances: Mapping[str, int]) -> dict[str, int]:
        """Return the number of workload executions, by phase.

        Parameters
        ----------
        parts
            The result of `parts`.
        instances
            Number of instances in the trace, by stage.

        Raises
        ------
        NsysToolsError
            If the ranges in the trace are not a whole number of executions, or the phases ran different numbers of
            times.
        """
        runs, steps = self._counts()
        found: dict[str, int] = {}
        for stage in [stage for stage in parts if not stage.layers]:
            count, each = instances[stage.name], (steps if stage.role == "step" else runs)[stage.phase]
            if count % max(each, 1) or (stage.role == "step" and not each):
                unit = "steps" if stage.role == "step" else "runs"
                raise NsysToolsError(
                    f"Stage {stage.name} has {count} instances, but one execution of the workload has {each} {unit}.",
                    "Specify the traced workload with --workload, --set pages=N or --set new_tokens=N.",
                )
            found[stage.name] = count // max(each, 1)
        if len(set(found.values())) > 1:
            said = ", ".join(f"{name} {count} times" for name, count in found.items())
            raise NsysToolsError(
                f"The parts of the workload ran different numbers of times: {said}.",
                "The workload may differ from the traced one, or a pattern may match too many or too few ranges.",
            )
        return {stage.phase: found[stage.name] for stage in parts if stage.name in found}

    def _counts(self) -> tuple[Counter[str], Counter[str]]:
        runs: Counter[str] = Counter()
        steps: Counter[str] = Counter()
        for setting, count in self.batches:
            for phase, (some_runs, some_steps) in schedule.counts(self.model, setting).items():
                runs[phase] += count * some_runs
                steps[phase] += count * some_steps
        return runs, steps


def _added(before: ModuleMetrics | None, row: ModuleMetrics, times: int) -> ModuleMetrics:
    """Return a row plus the work of another setting. Weights and KV cache are states, so they are not summed."""
    states = set(STATES)
    sums = {
        name: times * getattr(row, name) + (getattr(before, name) if before else 0)
        for name in {*METRICS, "roofline_ns"} - states
    }
    return attrs.evolve(row, **sums)


def parts(model: Model, stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages that represent all or part of a model phase, each with its phase.

    Raises
    ------
    NsysToolsError
        If a stage names a phase that the model does not have.
    """
    phases = {phase.name for phase in model.phases}
    named = [stage.of_phase(stage.phase or stage.name) for stage in stages]
    if unknown := [stage for stage in named if stage.phase not in phases and stage.phase != stage.name]:
        raise NsysToolsError(
            f"Stage {unknown[0].name}: the model has no phase {unknown[0].phase!r}.",
            f"Its phases are {', '.join(sorted(phases))}.",
        )
    return [stage for stage in named if stage.phase in phases]


def stage_layers(parts: Sequence[Stage], rows: Sequence[ModuleMetrics], counts: Mapping[str, int]) -> list[list[Any]]:
    """Return the rows of the ``stage_layer`` session table.

    The owner of a layer is the most specific stage, which is the stage with the longest matching path in ``layers``. If
    several stages match equally well, a step takes precedence over a whole phase. Among several steps or several
    whole phases, the first stage in the file takes precedence.
    """
    found = []
    for row in rows:
        running = [stage for stage in parts if stage.phase == row.phase in counts and stage.runs(row.path)]
        owner = max(running, key=lambda stage: (stage.exactness(row.path), stage.role == "step"), default=None)
        found += [[stage.name, row.phase, row.path, counts[row.phase], stage is owner] for stage in running]
    return found
