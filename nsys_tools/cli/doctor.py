"""``nsys-tools doctor``: what this machine can capture, and what to do about what it cannot."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    output: Annotated[str, typer.Option("--format", help="table, csv, tsv, json or md.")] = "table",
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="The nsys to look at.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="The ncu to look at.")] = "",
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = Path("runs"),
) -> None:
    """Look at nsys, ncu, packages, GPU, counter permission and disk; exit 1 if nothing can be captured."""
    from nsys_tools.capture.doctor import examine
    from nsys_tools.report.formats import render

    findings = examine(nsys_path, ncu_path, runs)
    print(render(["subject", "state", "found", "advice"], [astuple(one) for one in findings], output))
    if any(one.state == "fail" for one in findings):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(doctor)
