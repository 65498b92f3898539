"""``nsys-tools doctor``: what this machine can capture, and what to do about what it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options


def doctor(
    form: options.FORMAT = "table",
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="Look at this nsys.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="Look at this ncu.")] = "",
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = Path("runs"),
) -> None:
    """Check nsys, ncu, packages, GPU, counter permission and disk; exit 1 if nothing can be captured."""
    found = nt.examine_machine(nsys_path, ncu_path, runs)
    answers.show("doctor", found, form, wrapped=("found", "advice"))
    if "fail" in found["state"]:
        raise typer.Exit(1)
