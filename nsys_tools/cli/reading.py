"""The commands that read traces, in the order of the help."""

from __future__ import annotations

import typer

from nsys_tools.cli import advising, analyze, ncu, queries, sql, stats


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(analyze.analyze)
    advising.add_commands(app)
    app.command()(stats.stats)
    app.command()(sql.sql)
    app.command()(queries.queries)
    app.command()(ncu.ncu)
    app.command(hidden=True)(ncu.counters)
