"""The commands that read several traces, in the order in which ``--help`` lists them."""

from __future__ import annotations

import typer

from nsys_tools.cli import diff, recipe


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(diff.diff)
    app.add_typer(diff.baseline, name="baseline")
    app.command()(recipe.recipe)
