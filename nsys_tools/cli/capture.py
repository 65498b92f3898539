"""``nsys-tools capture``: run a model under nsys (and ncu) and write a run folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

import nsys_tools as nt


class _Command(TyperCommand):
    """The capture command. The last part of its help text is built only when help is shown."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        self.epilog = nt.capture_help()
        super().format_epilog(ctx, formatter)


def capture(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Name of a capture script in capture/.")],
    out: Annotated[Path | None, typer.Option(help="Write the run to this folder. Default: runs/<run_id>.")] = None,
    ncu: Annotated[int, typer.Option(min=0, help="Profile this many kernels with ncu afterwards.")] = 0,
    sampling: Annotated[str, typer.Option(help="Set nsys CPU sampling: none or process-tree.")] = "none",
    analyze: Annotated[bool, typer.Option(help="Analyze the trace and write the report to report/.")] = True,
    share: Annotated[bool, typer.Option("--share", help="Write a scrubbed copy of the trace to share/.")] = False,
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="Use this nsys executable.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="Use this ncu executable.")] = "",
) -> None:
    """Record MODEL under nsys and write a run folder.

    The trace is exported and analyzed. The folder contains trace.nsys-rep, trace.sqlite, report/, workload.json,
    env.json, inputs.yaml, assumptions.md, command.txt, log.txt and status.json, which records where a run stopped.
    With --share, it also contains share/, with a scrubbed copy of the trace (see scrub) and a manifest of what was
    removed.
    """
    folder = nt.run_capture(
        model, context.args, out=out, ncu=ncu, sampling=sampling, analyze=analyze, share=share,
        nsys_path=nsys_path, ncu_path=ncu_path, show=lambda line: print(line, file=sys.stderr, flush=True),
    )  # fmt: skip
    print(folder)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    passing = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(cls=_Command, context_settings=passing)(capture)
