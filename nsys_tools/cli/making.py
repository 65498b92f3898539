"""The commands that make traces, copies and timelines of them, call graphs and models, and those for agents."""

from __future__ import annotations

import typer

from nsys_tools.cli import agents, callgraph, capture, doctor, model, sharing


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    capture.register(app)
    sharing.add_commands(app)
    app.command()(doctor.doctor)
    app.add_typer(callgraph.app, name="callgraph")
    app.add_typer(model.app, name="model")
    agents.add_commands(app)
