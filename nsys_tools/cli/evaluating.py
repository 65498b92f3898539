"""The options that define how to evaluate a model, declared once for all commands that evaluate models."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.taking import taking


def load(name: str) -> nt.AnalyticModel:
    """Load a model, and warn about parts that its FLOPs and bytes do not include."""
    model = nt.load_model(name)
    warn(model.warnings)
    return model


def warn(warnings: Sequence[str]) -> None:
    """Print warnings to stderr."""
    for warning in warnings:
        print(f"WARNING: {warning}", file=sys.stderr)


def _evaluate(
    model: options.MODEL,
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006  (typer copies it)
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    gpu: options.GPU = "",
    tp: options.TP = 1,
    pp: options.PP = 1,
    ep: options.EP = 1,
    dp: options.DP = 1,
    pp_rank: options.PP_RANK = 0,
    efficiency: Annotated[
        str,
        typer.Option(
            "--efficiency", metavar="E",
            help="Also show expected times at a fraction of roofline speed, for example, 0.6 or "
            "prefill=0.5,decode=0.3. To use the fraction achieved in a run, pass a run folder or trace of this "
            "workload.",
        ),
    ] = "",
    expanded: Annotated[
        bool,
        typer.Option(
            "--expanded",
            help="Count the FLOPs that the transformers code performs. That code expands the latent in every step, "
            "attends to all keys and pads chunks.",
        ),
    ] = False,
) -> nt.Evaluation:  # fmt: skip
    """Return a model evaluated with the options of a command."""
    found = load(model)
    figures = found.evaluate(
        workload=workload, set=assignments, dtype=dtype, attention=attention, gpu=gpu,
        parallel=options.shares(tp, pp, ep, dp, pp_rank), expanded=expanded,
        efficiency=_efficiency(efficiency, model, workload, assignments, dtype),
    )  # fmt: skip
    warn(figures.warnings)
    return figures


def _efficiency(
    text: str, model: str, workload: str, assignments: list[str], dtype: str
) -> float | dict[str, float] | None:
    """Return the efficiency from text: a number, one number per phase, or the path of a trace or run folder."""
    if not text:
        return None
    if Path(text).exists():
        is_run = Path(text).is_dir()  # a run folder records its own workload
        given = ("", [], "") if is_run else (workload, assignments, dtype)
        with nt.open(text, model=model, workload=given[0], set=given[1], dtype=given[2]) as session:
            reached = session.efficiency()
        said = ", ".join(f"{phase} {100 * share:.3g} %" for phase, share in reached.items())
        print(f"Fraction of roofline speed reached in {text}: {said}", file=sys.stderr)
        return reached
    try:
        pairs = [item.split("=") for item in text.split(",")]
        return float(text) if "=" not in text else {name.strip(): float(value) for name, value in pairs}
    except ValueError:
        raise nt.UsageError(
            f"{text!r} is neither an efficiency nor an existing file.",
            "Use a number (0.6), one number per phase (prefill=0.5,decode=0.3), or the path of a trace or run folder.",
        ) from None


evaluated = taking(figures=_evaluate)
"""Adds the argument MODEL and the evaluation options to a command, which takes the evaluation as ``figures``."""
