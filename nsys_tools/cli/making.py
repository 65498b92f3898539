"""The commands that make traces, copies of them, call graphs and models, in the order of the help."""

from __future__ import annotations

import typer

from nsys_tools.cli import callgraph, capture, doctor, model, scrub


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    capture.register(app)
    app.command()(scrub.scrub)
    app.command()(doctor.doctor)
    app.add_typer(callgraph.app, name="callgraph")
    app.add_typer(model.app, name="model")
