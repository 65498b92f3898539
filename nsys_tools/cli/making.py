"""The commands for captures, scrubbed copies, exports, call graphs, models and agents, in the order of the help."""

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
