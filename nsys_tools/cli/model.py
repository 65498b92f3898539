"""``nsys-tools model``: compute FLOPs and bytes for each layer of a model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, evaluating, model_inspect, options, table

app = typer.Typer(
    help="Show what each layer of a model computes and accesses. The commands show FLOPs, bytes, weights, KV cache and "
    "roofline time.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_PEOPLE = ("table", "md")


@app.command("list")
def list_command(form: options.FORMAT = "table") -> None:
    """List the shipped models, workloads and GPUs."""
    answers.show("model list", nt.known_models(), form, wrapped=("description",))


@app.command()
def show(model: options.MODEL, form: options.FORMAT = "table") -> None:
    """Show a model's layer hierarchy.

    Each layer has its class, repeat count and weights.
    """
    found = evaluating.load(model)
    if form == "json":
        about = {"model": found.name, "weight_count": found.weight_count}
        leads = [answers.suggested("model flops", model)]
        answers.say("model show", found.tree_data(), data=about, warnings=found.warnings, next_commands=leads)
        return
    if form == "yaml":
        print(nt.render_data(found.tree_data(), form))
        return
    table.show(found.tree(people=form in _PEOPLE), form)
    if form in _PEOPLE:
        print(f"\n{found.name}: {found.weight_count:,} weights")


@app.command()
@evaluating.evaluated
def flops(
    *,
    phase: options.PHASE = "",
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help="Show one row per layer, class or phase. Use serving to show latency, throughput and memory instead.",
        ),
    ] = "layer",
    formula: Annotated[
        str,
        typer.Option(
            "--closed-form", metavar="LAYER", help="Show the formulas for LAYER, or for every layer if LAYER is 'all'."
        ),
    ] = "",
    form: options.FORMAT = "table",
    figures: nt.Evaluation,
) -> None:
    """Show FLOPs, bytes and roofline time per layer.

    The table also shows weights and KV cache. With --by serving, it shows latency, throughput and memory instead.
    """
    if formula:
        _print_formulas(figures.closed_forms(formula, phase), form)
        return
    if form == "json":
        about = figures.data(phase)
        layers = about.pop("layers")
        rows = layers if by == "layer" else figures.flops(by, phase)
        answers.say("model flops", rows, data={"by": by, **about}, warnings=figures.warnings)
        return
    if form == "yaml":
        print(nt.render_data(figures.data(phase), form))
        return
    people = form in _PEOPLE
    # Print the conventions together with the results: to stdout for human readers, to stderr if stdout carries data.
    said = _conventions(figures, by)
    rows = figures.flops(by, phase, people=people)
    if people:
        table.say(f"{said}\n")
        table.show(rows, form)
        if by != "serving" and not phase and figures.can_serve:
            print()
            table.show(figures.serving(people=True), form)
    else:
        text = nt.render(rows, form)  # an unknown format is refused before anything is printed
        print(said, end="\n\n", file=sys.stderr)
        print(text)


def _conventions(figures: nt.Evaluation, by: str) -> str:
    values = ", ".join(f"{name}={value}" for name, value in figures.inputs.items())
    served = figures.served_conventions if by == "serving" or figures.can_serve else []
    return "\n- ".join([f"{figures.name}: {values}", *figures.conventions, *served])


def _print_formulas(rows: nt.Result, form: str) -> None:
    if form != "table":
        answers.show("model flops", rows, form, data={"by": "formula"})
        return
    head = None
    for row in rows:
        if head != (row["layer"], row["phase"]):
            head = (row["layer"], row["phase"])
            print(", ".join(head))
        print(f"  {row['metric']} = {row['formula']}")


@app.command()
def operators(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Model name or file, or torchinfo output (file or folder).")
    ],
    form: options.FORMAT = "table",
) -> None:
    """Show the distinct module classes in a model."""
    found, without_formula = nt.model_operators(source, people=form in _PEOPLE)
    answers.show("model operators", found, form, data={"without_formula": without_formula})
    print(f"{len(found)} distinct classes", file=sys.stderr)
    for name in without_formula:
        print(f"no formula: {name}", file=sys.stderr)


@app.command()
@evaluating.evaluated
def sweep(
    *,
    over: Annotated[
        list[str],
        typer.Option(
            "--over",
            metavar="NAME=1,2,4",
            help="Sweep a workload input, or one of tp, pp, ep and dp, over a list (1,2,4), a range (1..9), or a range "
            "with a step size (9..99..9 is 9, 18, ..., 99). This option can be repeated.",
        ),
    ],
    phase: options.PHASE = "",
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Write a chart to this .html, .svg or .png file.")
    ] = None,
    amount: Annotated[
        str,
        typer.Option("--amount", help="Plot this column. Use throughput to plot tokens/s per GPU vs. time per token."),
    ] = "matrix_flops",
    force: options.FORCE = False,
    form: options.FORMAT = "table",
    figures: nt.Evaluation,
) -> None:
    """Evaluate a model for a range of inputs.

    The command shows totals, latency, throughput and memory for every combination of the axes, such as sequence
    lengths, batch sizes and numbers of GPUs.
    """
    rows = figures.sweep(over, phase, people=form in _PEOPLE)
    warnings = figures.sweep_warnings(over)
    evaluating.warn(warnings)
    if chart is not None:
        nt.save_chart(figures.sweep_chart(over, phase, amount), chart, force=force, inputs=figures.files)
        print(f"wrote {chart}", file=sys.stderr)
    answers.show("model sweep", rows, form, warnings=[*figures.warnings, *warnings])


@app.command()
@evaluating.evaluated
def report(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write the report to DIR.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the files of an earlier report.")] = False,
    figures: nt.Evaluation,
) -> None:
    """Write an analytic report of a model.

    The command writes report.json, report.yaml and one page per layer class to DIR/static_analysis/analytic_model.
    """
    files = figures.write_report(out, force=force)
    print(next(file for file in files if file.name == "README.md"))
    print(f"wrote {len(files)} files", file=sys.stderr)


@app.command()
@evaluating.evaluated
def predict(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write the trace to FILE.")],
    force: options.FORCE = False,
    form: options.FORMAT = "table",
    figures: nt.Evaluation,
) -> None:
    """Write a model's roofline timeline as a trace.

    The trace can be read by analyze, sql and nsys stats. It is marked as predicted.
    """
    leads = [answers.suggested("analyze", out), answers.suggested("sql", out, "FROM kernel LIMIT 20")]
    about: dict[str, Any] = {"data": {"file": str(out)}, "warnings": figures.warnings, "next_commands": leads}
    answers.show("model predict", figures.predict(out, force=force), form, **about)
    if form in _PEOPLE and figures.can_serve:
        print()
        table.show(figures.serving(people=True), form)
    print(f"wrote {out}: predicted, not measured", file=sys.stderr)


app.command()(model_inspect.inspect)
app.command()(model_inspect.compare)
