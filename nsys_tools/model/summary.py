"""All results for one model, workload and GPU in one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from nsys_tools.model import figures, tables, tree
from nsys_tools.model.architecture import FORMAT, Model
from nsys_tools.model.closed_form import ClosedForm, number, substitute
from nsys_tools.model.database import METRICS, Database
from nsys_tools.model.demand import Demand, closed_form, demands, unknown
from nsys_tools.model.domain import AnalyticReport, Metrics, ModelSpec, ModuleMetrics, WorkloadProfile
from nsys_tools.model.figures import ATTENTION, Settings
from nsys_tools.model.serialization import from_data
from nsys_tools.model.settings import conventions, inputs_of


def analyze(
    model: Model, database: Database, settings: Settings, workload: WorkloadProfile | None = None
) -> AnalyticReport:
    """Return the hierarchy, the values per layer and per class, and the closed forms of a model.

    Raises
    ------
    NsysToolsError
        For the same reasons as `figures.evaluate`, and if the model's `spec` is invalid.
    """
    rows = figures.evaluate(model, database, settings)
    found = demands(model, database)
    return AnalyticReport(
        spec=from_data(dict(model.spec), ModelSpec, f"{model.file}: spec"),
        workload=workload,
        inputs=inputs_of(model, settings),
        dtype=settings.formats(model).base,
        attention=settings.attention,
        gpu=settings.peak.gpu if settings.peak else "",
        conventions=conventions(model, settings),
        nodes=tree.nodes(model, database),
        modules=tuple(rows),
        operators=tuple(figures.by_class(rows)),
        closed_forms={
            f"{demand.phase}: {demand.layer.path}": texts(found, model, settings, demand.layer.path, demand.phase)
            for demand in found
        },
    )


def texts(found: Sequence[Demand], model: Model, settings: Settings, path: str, phase: str) -> Mapping[str, str]:
    """Return the nonzero closed forms of a layer in a phase as text, by metric.

    Parameters
    ----------
    path
        Path of a layer; empty for the whole model.
    """
    counted = {"masked": ATTENTION.index(settings.attention), "expanded": int(settings.expanded)}
    fixed = {name: number(value) for name, value in {**settings.formats(model).variables(), **counted}.items()}
    forms: dict[str, ClosedForm] = {
        metric: substitute(closed_form(found, metric, path, phase), fixed) for metric in METRICS
    }
    return {metric: str(form) for metric, form in forms.items() if form.terms}


def summary(
    model: Model, settings: Settings, rows: Sequence[ModuleMetrics], totals: Mapping[str, Metrics]
) -> dict[str, Any]:
    """Return machine-readable values: the settings, totals per phase, and one record per layer."""
    columns, cells = tables.layer_table(rows)
    return {
        "format": FORMAT,
        "model": model.name,
        "inputs": dict(inputs_of(model, settings)),
        "dtype": settings.formats(model).base,
        "formats": attrs.asdict(settings.formats(model)),
        "attention": settings.attention,
        "gpu": settings.peak.gpu if settings.peak else None,
        "conventions": list(conventions(model, settings)),
        "totals": {phase: tables.as_data(total) for phase, total in totals.items()},
        "layers": [dict(zip(columns, row, strict=True)) for row in cells],
    }


def diagnostics(model: Model, database: Database) -> tuple[str, ...]:
    """Return remarks about the results."""
    return tuple(
        f"{layer.path}: the class {layer.qualified_class} has no formula, so its FLOPs and bytes are not included"
        for layer in unknown(model, database)
    )
