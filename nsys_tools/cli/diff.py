"""``nsys-tools diff`` and ``nsys-tools baseline``: compare captures, and save baselines for comparison."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options, reflow
from nsys_tools.cli.progress import status

baseline = typer.Typer(no_args_is_help=True, help="Save the trace data that diff needs.")


def diff(
    sides: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[BASE NEW]", help="Two traces, run folders or saved baselines.", show_default=False),
    ] = None,
    base: Annotated[
        list[Path],
        typer.Option(
            "--base", metavar="TRACE", help="Add a trace to the BASE side. This option can be repeated."
        ),
    ] = [],  # noqa: B006  (typer copies it)
    new: Annotated[
        list[Path],
        typer.Option(
            "--new", metavar="TRACE", help="Add a trace to the NEW side. This option can be repeated."
        ),
    ] = [],  # noqa: B006
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="WHAT",
            help="List changes by step (kernels per step), stage, kernel, class, op, layer, range or api. "
            "Default: step if both sides have steps, otherwise stage.",
        ),
    ] = "",
    noise: Annotated[
        list[Path],
        typer.Option(
            "--noise",
            metavar="TRACE",
            help="Estimate noise from repeated captures of one program. This option can be repeated.",
        ),
    ] = [],  # noqa: B006
    gate: Annotated[
        Path | None,
        typer.Option("--gate", metavar="FILE", help="Check the results against the limits in this TOML file."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Output format: table, md, json or html.")
    ] = "table",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write HTML, Markdown, JSON, CSV and charts to DIR.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Show at most this many changes.")] = 20,
    stages: options.STAGES = None,
    model: options.COMPARE = "",
    steps: options.STEPS = "auto",
    force: Annotated[bool, typer.Option("--force", help="Overwrite a folder from an earlier run.")] = False,
    no_cache: options.NO_CACHE = False,
) -> None:  # fmt: skip
    """Compare BASE with NEW and report what changed.

    The command prints a verdict (faster, slower, same, ambiguous or not comparable) and its reason, step times with
    their noise, and a list of where the time differs. With --gate, the exit code is 0 if all limits hold, 1 if one is
    violated, and 3 if the result is ambiguous or the sides are not comparable.
    """
    if sides and len(sides) != 2:
        raise nt.UsageError(
            "diff requires exactly two traces, BASE and NEW.", "For several captures per side, use --base and --new."
        )
    first, second = ([path] for path in sides) if sides else ([], [])
    with status() as progress:
        found = nt.diff(
            [*first, *base], [*second, *new], by=by, noise=noise, progress=progress, stages=stages, model=model,
            steps=steps, cache=not no_cache,
        )  # fmt: skip
        outcome = found.gate(gate) if gate else None
        written = found.write(out, top=top, force=force) if out else None
    if written or form != "table":
        print(written or found.text(form, top=top))
    else:
        reflow.show(found.text(form, top=top), "To see everything, add --format json or pipe the output to `less -S`.")
    if outcome:
        print("\n".join(outcome.lines), file=sys.stderr)
        raise typer.Exit(outcome.code)


@baseline.command("save")
def save(
    trace: options.TRACE,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Write the baseline to FILE (.json).")],
    hash_names: Annotated[
        bool, typer.Option("--hash-names", help="Store hashes instead of names.")
    ] = False,
    stages: options.STAGES = None,
    model: options.COMPARE = "",
    steps: options.STEPS = "auto",
    force: options.FORCE = False,
    no_cache: options.NO_CACHE = False,
) -> None:  # fmt: skip
    """Write a JSON file with the trace data that diff needs.

    The file is small, so CI does not have to store the trace.
    """
    with status() as progress:
        nt.save_baseline(
            trace, out, hash_names=hash_names, force=force, progress=progress, stages=stages, model=model, steps=steps,
            cache=not no_cache,
        )  # fmt: skip
    print(out)
