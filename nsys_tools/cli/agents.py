"""The commands for programs and agents, in the order of the help."""

from __future__ import annotations

import typer

from nsys_tools.cli import mcp, questions, skill


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(questions.questions)
    app.command()(skill.skill)
    app.command()(mcp.mcp)
