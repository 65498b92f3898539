"""The command line: one module per command; the only room that prints."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from nsys_tools import __version__, assets
from nsys_tools.cli import callgraph, capture, doctor, model
from nsys_tools.cli.analyze import analyze
from nsys_tools.cli.conformance import conformance
from nsys_tools.cli.counters import counters
from nsys_tools.cli.queries import queries
from nsys_tools.cli.sql import sql
from nsys_tools.cli.stats import stats
from nsys_tools.errors import NsysToolsError

app = typer.Typer(
    name="nsys-tools",
    help="From Nsight traces to answers: stages, kernels, operators, idle time. Offline and read-only.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        print(f"nsys-tools {__version__}")
        raise typer.Exit


@app.callback()
def options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only on stderr.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Say on stderr what is done and how long it takes.")
    ] = False,
    assets_folder: Annotated[
        Path | None, typer.Option("--assets", metavar="DIR", help="Folder of own queries, models, templates.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING
    # What libraries have to say beyond warnings is not about the trace.
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s: %(message)s", stream=sys.stderr)
    logging.getLogger("nsys_tools").setLevel(level)
    if assets_folder is not None:
        assets.add_folder(assets_folder)


app.command()(analyze)
app.command()(stats)
app.command()(sql)
app.command()(queries)
app.command()(counters)
app.add_typer(callgraph.app, name="callgraph")
app.add_typer(model.app, name="model")
capture.register(app)
doctor.register(app)
app.command()(conformance)


def main() -> None:
    """Run the command line; a `NsysToolsError` becomes one message and exit code 1."""
    try:
        app()
    except NsysToolsError as error:
        print(f"nsys-tools: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  hint: {error.hint}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
