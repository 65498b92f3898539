"""Evaluate an analytic model for a workload: FLOPs, bytes, times, formulas, sweeps and predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.errors import NsysToolsError, UsageError, one_error
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    import altair

    from nsys_tools.model.architecture import Model
    from nsys_tools.model.database import Database
    from nsys_tools.model.domain import Metrics, ModuleMetrics, WorkloadProfile
    from nsys_tools.model.figures import Settings
    from nsys_tools.model.tables import Table

BY = ("layer", "class", "phase", "serving")
LATENT = "latent_attention_core"


def as_result(table: Table, name: str, *, people: bool = False) -> Result:
    """Return a table of the model as a result. `people` formats the values for human readers."""
    from nsys_tools.model.tables import for_people  # noqa: PLC0415

    columns, rows = for_people(table) if people else table
    return Result(ListRows(columns, rows), name=name)


@one_error
class Evaluation:
    """An analytic model evaluated for a workload. Use `AnalyticModel.evaluate` to create one.

    Attributes
    ----------
    files
        The user's files that were read. nsys-tools never overwrites them.
    """

    def __init__(
        self,
        model: Model,
        formulas: Database,
        settings: Settings,
        profile: WorkloadProfile | None = None,
        files: Sequence[Path] = (),
        efficiency: Mapping[str, float] | None = None,
    ) -> None:
        from nsys_tools.model.parallel.split import split  # noqa: PLC0415

        self.files = files
        self._whole = model
        self._model = split(model, formulas, settings.parallel)
        self._efficiency = efficiency or {}
        self._formulas = formulas
        self._settings = settings
        self._profile = profile

    @property
    def conventions(self) -> list[str]:
        """Conventions for counting FLOPs and bytes, one sentence each."""
        from nsys_tools.model.settings import conventions  # noqa: PLC0415

        return list(conventions(self._model, self._settings))

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._whole.name

    @property
    def served_conventions(self) -> list[str]:
        """Definitions of the serving metrics, one sentence each."""
        from nsys_tools.model.serving import DEFINITIONS  # noqa: PLC0415

        return list(DEFINITIONS)

    @property
    def warnings(self) -> list[str]:
        """Warnings about unusual inputs, one sentence each, such as more tokens than the context length."""
        from nsys_tools.model.settings import warnings  # noqa: PLC0415

        return warnings(self._model, self._settings)

    def sweep_warnings(self, over: Sequence[str]) -> list[str]:
        """Return warnings about unusually large values on the axes of a `sweep`, one sentence each."""
        from nsys_tools.model.settings import warnings  # noqa: PLC0415
        from nsys_tools.model.sweep import axis, largest  # noqa: PLC0415

        return warnings(self._model, largest(dict(axis(text) for text in over), self._settings))

    @property
    def inputs(self) -> dict[str, int]:
        """Input values by name."""
        from nsys_tools.model.settings import inputs_of  # noqa: PLC0415

        return dict(inputs_of(self._model, self._settings))

    def flops(self, by: str = "layer", phase: str = "", *, people: bool = False) -> Result:
        """Return FLOPs, bytes, weights, KV cache size, arithmetic intensity and roofline time.

        Parameters
        ----------
        by
            What each row represents: ``layer``, ``class`` or ``phase``. ``serving`` returns the result of `serving`.
        phase
            Include only this phase.
        people
            Format the result for human readers: fewer columns, readable units, and totals if each row is a layer.

        Raises
        ------
        NsysToolsError
            If the model does not have this phase, or `by` is not one of the four values.
        """
        from nsys_tools.model import figures, tables  # noqa: PLC0415

        if by not in BY:
            raise UsageError(f"Unknown grouping {by!r}.", "Use layer, class, phase or serving.")
        if by == "serving":
            return self.serving(people=people)
        rows, totals = self._figures(phase)
        if by == "layer":
            table = tables.brief_table(rows, totals) if people else tables.layer_table(rows)
        elif by == "class":
            table = tables.class_table(figures.by_class(rows), tables.BRIEF if people else tables.AMOUNTS)
        else:
            table = tables.phase_table(totals, tables.BRIEF_PHASE if people else tables.AMOUNTS, self._expanded(phase))
        return as_result(table, "flops", people=people)

    @property
    def can_serve(self) -> bool:
        """Whether serving metrics are available, which requires a model that decodes batches, and a GPU."""
        from nsys_tools.model.serving import can_serve  # noqa: PLC0415

        return can_serve(self._whole) and self._settings.gpu is not None

    def serving(self, *, people: bool = False) -> Result:
        """Return serving metrics: latencies, tokens per second, memory, and the largest load that fits.

        Parameters
        ----------
        people
            Return one row per metric, with its unit and meaning.

        Raises
        ------
        NsysToolsError
            If the model does not decode batches, or no GPU was specified.
        """
        from nsys_tools.model import tables  # noqa: PLC0415
        from nsys_tools.model.serving import Serving, summary  # noqa: PLC0415

        figures = summary(Serving(self._whole, self._formulas, self._settings, self._efficiency))
        return as_result(tables.serving_table(figures, people=people), "serving")

    def data(self, phase: str = "") -> dict[str, Any]:
        """Return the results as plain data: what was evaluated, totals by phase, and one record per layer."""
        from nsys_tools.model.summary import summary  # noqa: PLC0415

        rows, totals = self._figures(phase)
        found = summary(self._model, self._settings, rows, totals)
        for name, flops in self._expanded(phase).items():
            found["totals"][name]["expanded_matrix_flops"] = flops
        return {**found, "serving": self.serving().one()} if self.can_serve else found

    def _expanded(self, phase: str) -> dict[str, int]:
        """Return the matrix FLOPs of each phase for code that expands the latent in every step.

        The result is empty for a model without latent attention.
        """
        from nsys_tools.model import demand, figures  # noqa: PLC0415

        if not any(entry.name == LATENT for _, entry in demand.basic(self._model, self._formulas)):
            return {}
        every = figures.evaluate(self._model, self._formulas, figures.expanded(self._settings))
        totals = figures.by_phase(self._model, [row for row in every if phase in ("", row.phase)])
        sums = {name: total.matrix_flops for name, total in totals.items()}
        return {**sums, "all": sum(sums.values())} if len(sums) > 1 else sums

    def _figures(self, phase: str) -> tuple[list[ModuleMetrics], dict[str, Metrics]]:
        from nsys_tools.model import figures  # noqa: PLC0415

        self._check_phase(phase)
        every = figures.evaluate(self._model, self._formulas, self._settings)
        rows = [row for row in every if phase in ("", row.phase)]
        phases = figures.by_phase(self._model, rows)
        if len(phases) > 1:
            return rows, {**phases, "all": figures.overall(self._model, self._formulas, self._settings, phases)}
        return rows, dict(phases)

    def _check_phase(self, phase: str) -> None:
        names = [known.name for known in self._model.phases]
        if phase and phase not in names:
            raise UsageError(
                f"The model {self._model.name} has no phase {phase!r}.", f"Its phases are {', '.join(names)}."
            )

    def closed_forms(self, layer: str = "all", phase: str = "") -> Result:
        """Return the formulas for one layer, or for all layers (``all``): phase, metric and closed form."""
        from nsys_tools.model import tree  # noqa: PLC0415
        from nsys_tools.model.demand import demands  # noqa: PLC0415
        from nsys_tools.model.summary import texts  # noqa: PLC0415

        self._check_phase(phase)
        path = "" if layer == "all" else tree.find(self._model, layer).path
        found = demands(self._model, self._formulas)
        rows = [
            [path or self._model.name, known.name, metric, text]
            for known in self._model.phases
            if phase in ("", known.name)
            for metric, text in texts(found, self._model, self._settings, path, known.name).items()
        ]
        return as_result((["layer", "phase", "metric", "formula"], rows), "closed_forms")

    def sweep(self, over: Sequence[str], phase: str = "", *, people: bool = False) -> Result:
        """Return the totals for every combination of values on the given axes.

        Parameters
        ----------
        over
            Axes: ``NAME=1,2,4``, ``NAME=1..9`` or ``NAME=9..99..9`` (9 to 99 in steps of 9). NAME is an input, or
            one of tp, pp, ep and dp.
        phase
            Include only this phase.
        people
            Format the result for human readers, with a readable unit for each amount. If the model decodes batches, the
            result also has latency, throughput and memory.
        """
        from nsys_tools.model.tables import brief_sweep  # noqa: PLC0415

        found = self._swept(over, phase)
        return as_result(brief_sweep(found) if people else found, "sweep", people=people)

    def sweep_chart(self, over: Sequence[str], phase: str = "", amount: str = "matrix_flops") -> altair.TopLevelMixin:
        """Return a chart of one column of a sweep, plotted against the first axis and colored by the second axis."""
        from nsys_tools.charts.sweep import sweep_chart  # noqa: PLC0415
        from nsys_tools.model.sweep import axis  # noqa: PLC0415

        columns, rows = self._swept(over, phase)
        chart: altair.TopLevelMixin = sweep_chart(columns, rows, [axis(text)[0] for text in over], amount)
        return chart

    def _swept(self, over: Sequence[str], phase: str) -> Table:
        from nsys_tools.model.sweep import axis, sweep  # noqa: PLC0415

        axes = dict(axis(text) for text in over)
        return sweep(self._whole, self._formulas, axes, self._settings, phase, self._efficiency)

    def write_report(self, out: str | Path, *, force: bool = False) -> list[Path]:
        """Write report.json, report.yaml and one page per layer class to a folder, and return the files.

        Parameters
        ----------
        out
            The output folder. The files are written to its ``static_analysis/analytic_model`` subfolder.
        force
            Replace the files of an earlier report.

        Raises
        ------
        NsysToolsError
            If the files already exist, or cannot be written.
        """
        from nsys_tools.model.summary import analyze, diagnostics  # noqa: PLC0415
        from nsys_tools.report import analytic  # noqa: PLC0415

        result = analyze(self._model, self._formulas, self._settings, self._profile)
        return analytic.write(result, self._formulas, diagnostics(self._model, self._formulas), Path(out), force=force)

    def predict(self, out: str | Path, *, force: bool = False) -> Result:
        """Write the roofline timeline as a trace marked as predicted. Return the parts that take the most time.

        Raises
        ------
        NsysToolsError
            If no GPU was specified, or the file exists or cannot be written.
        """
        from nsys_tools.model import gpus  # noqa: PLC0415
        from nsys_tools.model.schedule import schedule  # noqa: PLC0415
        from nsys_tools.synthetic import prediction  # noqa: PLC0415

        if self._settings.peak is None:
            raise NsysToolsError(
                "A GPU must be specified to predict times.", "Specify a GPU with --gpu NAME or evaluate(gpu=NAME)."
            )
        gpu = gpus.load(self._settings.peak.gpu)
        events = schedule(self._model, self._formulas, self._settings)
        parts = prediction.write(Path(out), events, gpu, force, self.files)
        rows = [[part.name, part.kernel_count, part.start_ns, part.duration_ns] for part in parts]
        return as_result((["part", "kernel_count", "start_ns", "duration_ns"], rows), "prediction")
