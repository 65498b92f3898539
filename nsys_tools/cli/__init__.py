"""The command-line interface, with one module per command. This is the only package that prints."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import comparing, making, reading
from nsys_tools.cli.ending import Ending
from nsys_tools.cli.terminal import escaped

app = typer.Typer(
    name="nsys-tools",
    help="Analyze Nsight Systems traces: stages, kernels, operators and idle time. nsys-tools works offline and never "
    "modifies a trace.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        print(f"nsys-tools {nt.__version__}")
        raise typer.Exit


@app.callback()
def options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors to stderr.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print each processing step and its duration to stderr.")
    ] = False,
    assets_folder: Annotated[
        Path | None,
        typer.Option("--assets", metavar="DIR", help="Also use the queries, models and templates in DIR."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    level = logging.ERROR if quiet else logging.DEBUG if verbose else logging.WARNING
    # Library messages below the warning level are not about the trace.
    logging.basicConfig(level=max(level, logging.WARNING), format="%(levelname)s: %(message)s", stream=sys.stderr)
    logging.getLogger("nsys_tools").setLevel(level)
    if assets_folder is not None:
        nt.add_assets(assets_folder)


reading.add_commands(app)
comparing.add_commands(app)
making.add_commands(app)


def main() -> None:
    """Run the command-line interface.

    An error prints one message and sets the exit code. After a signal, the exit code is 128 + the signal number.
    """
    with Ending() as ending, escaped():
        _run(ending)
    ending.exit()


def _run(ending: Ending) -> None:
    try:
        with nt.OneError():
            _run_and_flush(ending)
    except nt.NsysToolsError as error:
        # After a signal, only a capture prints a message, which states what it has recorded so far.
        if not ending.number or isinstance(error.__cause__, KeyboardInterrupt):
            _say(error)
        _drop_stdout()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of the output (such as head or less) has exited, which is not an error.
        _drop_stdout()
        sys.exit(1)


def _run_and_flush(ending: Ending) -> None:
    if sys.stdout is None:
        raise nt.NsysToolsError("stdout is closed.", "Redirect the output to a file or to /dev/null.")
    try:
        app()
    finally:
        # Flush here, because a failed flush at interpreter exit can be reported only as an ignored exception. After a
        # signal, do not wait for a reader that has stopped reading.
        if not ending.number:
            sys.stdout.flush()


def _say(error: nt.NsysToolsError) -> None:
    print(f"nsys-tools: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)


def _drop_stdout() -> None:
    """Redirect stdout to the null device, so that pending output that cannot be written is discarded."""
    if sys.stdout is not None:
        with suppress(UnsupportedOperation):  # a stream without a file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
