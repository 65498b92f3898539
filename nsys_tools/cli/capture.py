"""``nsys-tools capture``: run a model under nsys (and ncu) and leave a run folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

import nsys_tools as nt


class _Command(TyperCommand):
    """The command; what ends its help is put together only when that is shown."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        self.epilog = nt.capture_help()
        super().format_epilog(ctx, formatter)


def capture(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model: a script of capture/.")],
    out: Annotated[Path | None, typer.Option(help="Write to this run folder; else to runs/<run_id>.")] = None,
    ncu: Annotated[int, typer.Option(min=0, help="Profile this many kernels with ncu afterwards.")] = 0,
    sampling: Annotated[str, typer.Option(help="CPU sampling of nsys: none or process-tree.")] = "none",
    analyze: Annotated[bool, typer.Option(help="Analyze the trace into report/.")] = True,
    share: Annotated[bool, typer.Option("--share", help="Write a scrubbed copy to share/.")] = False,
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="Use this nsys.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="Use this ncu.")] = "",
) -> None:
    """Record MODEL under nsys, export and analyze the trace, and leave a run folder.

    The folder holds trace.nsys-rep, trace.sqlite, report/, workload.json, env.json, inputs.yaml, assumptions.md,
    command.txt, log.txt and status.json, which says where a run stopped. With --share it also holds share/: a copy of
    the trace that can be shared, see scrub, and a manifest of what was cut.
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
