"""The commands that copy or export traces, in the order of the help."""

from __future__ import annotations

import typer

from nsys_tools.cli import export, scrub


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(scrub.scrub)
    app.add_typer(export.app, name="export")
