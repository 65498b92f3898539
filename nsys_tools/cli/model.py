"""``nsys-tools model``: what the layers of a model compute and access."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import model_inspect, options, table

app = typer.Typer(
    help="Show what a model computes and accesses, layer by layer: FLOPs, bytes, weights, KV cache, roofline.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_PEOPLE = ("table", "md")


def _load(name: str) -> nt.AnalyticModel:
    """Load a model, and warn of what its figures leave out."""
    model = nt.load_model(name)
    _warn(model.warnings)
    return model


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        print(f"WARNING: {warning}", file=sys.stderr)


@app.command("list")
def list_command(form: options.FORMAT = "table") -> None:
    """List the shipped models, workloads and GPUs."""
    table.show(nt.known_models(), form, wrapped=("description",))


@app.command()
def show(model: options.MODEL, form: options.FORMAT = "table") -> None:
    """Show the hierarchy of a model with classes, repeats and weights."""
    found = _load(model)
    if form in ("json", "yaml"):
        print(nt.render_data(found.tree_data(), form))
        return
    table.show(found.tree(people=form in _PEOPLE), form)
    if form in _PEOPLE:
        print(f"\n{found.name}: {found.weight_count:,} weights")


@app.command()
def flops(
    model: options.MODEL,
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006  (typer copies it)
    phase: options.PHASE = "",
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    gpu: options.GPU = "",
    by: Annotated[str, typer.Option("--by", help="Show one row per layer, class or phase.")] = "layer",
    formula: Annotated[
        str, typer.Option("--closed-form", metavar="LAYER", help="Show the formulas of a layer, or of all.")
    ] = "",
    form: options.FORMAT = "table",
) -> None:
    """Show FLOPs, bytes, weights, KV cache, intensity and roofline time of every layer."""
    found = _load(model)
    figures = found.evaluate(workload=workload, set=assignments, dtype=dtype, attention=attention, gpu=gpu)
    _warn(figures.warnings)
    if formula:
        _print_formulas(figures.closed_forms(formula, phase))
        return
    if form in ("json", "yaml"):
        print(nt.render_data(figures.data(phase), form))
        return
    people = form in _PEOPLE
    # What is counted stands beside the figures: on stdout for people, on stderr next to data.
    values = ", ".join(f"{name}={value}" for name, value in figures.inputs.items())
    said = "\n- ".join([f"{found.name}: {values}", *figures.conventions])
    rows = figures.flops(by, phase, people=people)
    if people:
        table.say(f"{said}\n")
        table.show(rows, form)
    else:
        text = nt.render(rows, form)  # an unknown format is refused before anything is printed
        print(said, end="\n\n", file=sys.stderr)
        print(text)


def _print_formulas(rows: nt.Result) -> None:
    head = None
    for row in rows:
        if head != (row["layer"], row["phase"]):
            head = (row["layer"], row["phase"])
            print(", ".join(head))
        print(f"  {row['metric']} = {row['formula']}")


@app.command()
def operators(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A model, or a torchinfo artifact (file or folder).")],
    form: options.FORMAT = "table",
) -> None:
    """Show the distinct module classes of a model or of a torchinfo artifact."""
    found, without_formula = nt.model_operators(source, people=form in _PEOPLE)
    table.show(found, form)
    print(f"{len(found)} distinct classes", file=sys.stderr)
    for name in without_formula:
        print(f"no formula: {name}", file=sys.stderr)


@app.command()
def sweep(
    model: options.MODEL,
    over: Annotated[
        list[str], typer.Option("--over", metavar="NAME=1,2,4", help="An axis: 1,2,4 or 1..9 or 0..99..9.")
    ],
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006
    phase: options.PHASE = "",
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    gpu: options.GPU = "",
    chart: Annotated[Path | None, typer.Option("--chart", help="Draw it to a file .html, .svg or .png.")] = None,
    amount: Annotated[str, typer.Option("--amount", help="Draw this column.")] = "matrix_flops",
    force: options.FORCE = False,
    form: options.FORMAT = "table",
) -> None:
    """Show the totals over crop grids, lengths, batch sizes: every combination of the axes."""
    figures = _load(model).evaluate(workload=workload, set=assignments, dtype=dtype, attention=attention, gpu=gpu)
    rows = figures.sweep(over, phase, people=form in _PEOPLE)
    _warn(figures.sweep_warnings(over))
    if chart is not None:
        nt.save_chart(figures.sweep_chart(over, phase, amount), chart, force=force, inputs=figures.files)
        print(f"wrote {chart}", file=sys.stderr)
    table.show(rows, form)


@app.command()
def report(
    model: options.MODEL,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write into this run folder.")],
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    gpu: options.GPU = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the files of an earlier report.")] = False,
) -> None:
    """Write report.json, report.yaml and one page per layer class into DIR/static_analysis/analytic_model."""
    figures = _load(model).evaluate(workload=workload, set=assignments, dtype=dtype, attention=attention, gpu=gpu)
    _warn(figures.warnings)
    files = figures.write_report(out, force=force)
    print(next(file for file in files if file.name == "README.md"))
    print(f"wrote {len(files)} files", file=sys.stderr)


@app.command()
def predict(
    model: options.MODEL,
    gpu: Annotated[str, typer.Option("--gpu", metavar="NAME", help="Predict for this GPU.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write the trace to FILE.")],
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    force: options.FORCE = False,
    form: options.FORMAT = "table",
) -> None:
    """Write the roofline timeline as a trace that analyze, sql and nsys stats open. It is marked as predicted."""
    figures = _load(model).evaluate(workload=workload, set=assignments, dtype=dtype, attention=attention, gpu=gpu)
    _warn(figures.warnings)
    table.show(figures.predict(out, force=force), form)
    print(f"wrote {out}: predicted, not measured", file=sys.stderr)


app.command()(model_inspect.inspect)
app.command()(model_inspect.compare)
