"""``nsys-tools model``: what the mathematics needs, layer by layer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from nsys_tools.cli import model_inspect, model_write
from nsys_tools.cli.model_request import (
    ATTENTION,
    DTYPE,
    FORMAT,
    GPU,
    MODEL,
    PHASE,
    SET,
    WORKLOAD,
    chosen,
    load,
    warn,
)  # fmt: skip
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.model.architecture import Model
    from nsys_tools.model.database import Database
    from nsys_tools.model.domain import ModuleMetrics
    from nsys_tools.model.figures import Settings

app = typer.Typer(
    help="What a model has to compute and to move, layer by layer: FLOPs, bytes, weights, KV cache, roofline.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_command(form: FORMAT = "table") -> None:
    """Show the models, workloads and cards that are known."""
    from nsys_tools.model import architecture, gpus, workloads
    from nsys_tools.report.formats import render

    rows = [["model", name, architecture.load(name).description] for name in architecture.available()]
    rows += [["workload", name, workloads.load(name).description] for name in workloads.available()]
    for name in gpus.available():
        gpu = gpus.load(name)
        peak = gpu.peaks[0]
        rate = f"{peak.dtype} {peak.flops_per_s / 1e12:g} TFLOP/s dense, {gpu.bytes_per_s / 1e9:g} GB/s"
        rows.append(["gpu", name, f"{gpu.name}: {rate}"])
    print(render(["kind", "name", "description"], rows, form))


@app.command()
def show(model: MODEL, form: FORMAT = "table") -> None:
    """Show the hierarchy of a model with classes, repeats and weights."""
    from nsys_tools.model import tables, tree
    from nsys_tools.model.figures import total_weights
    from nsys_tools.report.formats import render

    found, database = load(model)
    warn(found, database)
    nodes = tree.nodes(found, database)
    if form in ("json", "yaml"):
        from nsys_tools.model.serialisation import to_data

        _print_data(to_data(nodes), form)
        return
    print(render(*tables.tree_table(nodes), form))
    if form in ("table", "md"):
        print(f"\n{found.name}: {total_weights(found, database):,} weights")


@app.command()
def flops(
    model: MODEL,
    workload: WORKLOAD = "",
    assignments: SET = [],  # noqa: B006  (typer copies it)
    phase: PHASE = "",
    dtype: DTYPE = "",
    attention: ATTENTION = "full",
    gpu: GPU = "",
    by: Annotated[str, typer.Option("--by", help="One row per layer, class or phase.")] = "layer",
    formula: Annotated[
        str, typer.Option("--closed-form", metavar="LAYER", help="Formulas of a layer instead; 'all' for the model.")
    ] = "",
    form: FORMAT = "table",
) -> None:
    """Show FLOPs, bytes, weights, KV cache, intensity and roofline time of every layer."""
    from nsys_tools.model import figures

    found, database = load(model)
    settings, _ = chosen(found, workload, assignments, dtype, attention, gpu)
    warn(found, database)
    _check_phase(found, phase)
    if formula:
        _print_closed_forms(found, database, settings, formula, phase)
        return
    rows = [row for row in figures.evaluate(found, database, settings) if phase in ("", row.phase)]
    _print_figures(found, database, settings, rows, by, form)


@app.command()
def operators(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A model, or a torchinfo artifact (file or folder).")],
    form: FORMAT = "table",
) -> None:
    """Show the distinct module classes of a model or of a torchinfo artifact."""
    from nsys_tools.model import architecture, database, tables
    from nsys_tools.model import operators as library
    from nsys_tools.report.formats import render

    path = Path(source)
    formulas = database.load()
    if source not in architecture.available() and path.exists() and not library.is_model_file(path):
        found = library.of_torchinfo(path, formulas)
    else:
        found = library.of_model(architecture.load(source), formulas)
    print(render(*tables.operator_table(found.operators), form))
    print(f"{len(found.operators)} distinct classes", file=sys.stderr)
    for name in library.without_formula(found):
        print(f"no formula: {name}", file=sys.stderr)


@app.command()
def sweep(
    model: MODEL,
    over: Annotated[
        list[str], typer.Option("--over", metavar="NAME=1,2,4", help="An axis: 1,2,4 or 1..9 or 0..99..9.")
    ],
    workload: WORKLOAD = "",
    assignments: SET = [],  # noqa: B006
    phase: PHASE = "",
    dtype: DTYPE = "",
    attention: ATTENTION = "full",
    gpu: GPU = "",
    chart: Annotated[Path | None, typer.Option("--chart", help="Draw it: a file .html, .svg or .png.")] = None,
    amount: Annotated[str, typer.Option("--amount", help="The column that the chart shows.")] = "matrix_flops",
    form: FORMAT = "table",
) -> None:
    """Show the totals over crop grids, lengths, batch sizes: every combination of the axes."""
    from nsys_tools.model.sweep import axis
    from nsys_tools.model.sweep import sweep as library
    from nsys_tools.model.tables import for_people
    from nsys_tools.report.formats import render

    found, database = load(model)
    settings, _ = chosen(found, workload, assignments, dtype, attention, gpu)
    axes = dict(axis(text) for text in over)
    columns, rows = library(found, database, axes, settings, phase)
    if chart is not None:
        from nsys_tools.charts.sweep import save, sweep_chart

        save(sweep_chart(columns, rows, list(axes), amount), chart)
        print(f"wrote {chart}", file=sys.stderr)
    print(render(*(for_people((columns, rows)) if form in ("table", "md") else (columns, rows)), form))


def _check_phase(model: Model, phase: str) -> None:
    names = [known.name for known in model.phases]
    if phase and phase not in names:
        raise NsysToolsError(f"The model {model.name} has no phase {phase!r}.", f"It has {', '.join(names)}.")


def _print_closed_forms(model: Model, database: Database, settings: Settings, layer: str, phase: str) -> None:
    from nsys_tools.model import tree
    from nsys_tools.model.analysis import texts
    from nsys_tools.model.demand import demands

    path = "" if layer == "all" else tree.find(model, layer).path
    found = demands(model, database)
    for known in model.phases:
        forms = texts(found, model, settings, path, known.name) if phase in ("", known.name) else {}
        if forms:
            print(f"{path or model.name}, {known.name}")
        for metric, text in forms.items():
            print(f"  {metric} = {text}")


def _print_figures(
    model: Model, database: Database, settings: Settings, rows: list[ModuleMetrics], by: str, form: str
) -> None:
    from nsys_tools.model import figures, tables
    from nsys_tools.model.analysis import summary
    from nsys_tools.report.formats import render

    phases = figures.by_phase(model, rows)
    several = len(phases) > 1
    totals = {**phases, "all": figures.overall(model, database, phases)} if several else phases
    if by not in ("layer", "class", "phase"):
        raise NsysToolsError(f"Figures come by layer, class or phase, not by {by!r}.")
    if form in ("json", "yaml"):
        _print_data(summary(model, settings, rows, totals), form)
        return
    table = {
        "layer": lambda: tables.layer_table(rows) if form in ("csv", "tsv") else tables.brief_table(rows, totals),
        "class": lambda: tables.class_table(figures.by_class(rows)),
        "phase": lambda: tables.phase_table(totals),
    }[by]()
    people = form in ("table", "md")
    _note(model, settings, sys.stdout if people else sys.stderr)
    print(render(*(tables.for_people(table) if people else table), form))


def _note(model: Model, settings: Settings, stream: TextIO) -> None:
    """Say beside the figures what they count: on stdout for people, on stderr next to data."""
    from nsys_tools.model.settings import conventions, inputs_of

    values = ", ".join(f"{name}={value}" for name, value in inputs_of(model, settings).items())
    print(f"{model.name}: {values}", *conventions(settings), sep="\n- ", end="\n\n", file=stream)


def _print_data(data: object, form: str) -> None:
    if form == "json":
        print(json.dumps(data, indent=1, ensure_ascii=False))
    else:
        import yaml

        print(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), end="")


app.command()(model_inspect.inspect)
app.command()(model_inspect.compare)
app.command()(model_write.report)
app.command()(model_write.predict)
