"""``nsys-tools doctor``: check what this machine can capture, and suggest fixes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options


def doctor(
    form: options.FORMAT = "table",
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="Check this nsys executable.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="Check this ncu executable.")] = "",
    runs: Annotated[Path, typer.Option(help="Check the free disk space in this folder for runs.")] = Path("runs"),
) -> None:
    """Check whether this machine can capture traces.

    The checks cover nsys, ncu, Python packages, the GPU, permission to read GPU counters, and disk space. The exit
    code is 1 if this machine cannot capture traces.
    """
    found = nt.examine_machine(nsys_path, ncu_path, runs)
    answers.show("doctor", found, form, wrapped=("found", "advice"))
    if "fail" in found["state"]:
        raise typer.Exit(1)
