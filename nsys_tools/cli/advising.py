"""The commands that report findings and rules, in the order of the help."""

from __future__ import annotations

import typer

from nsys_tools.cli import findings, rules


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(findings.findings)
    app.command()(rules.rules)
