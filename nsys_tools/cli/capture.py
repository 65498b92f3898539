"""``nsys-tools capture``: run a model under nsys (and ncu) and leave a run folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

if TYPE_CHECKING:
    from nsys_tools.capture.ncu import KernelUse


class _Command(TyperCommand):
    """The command; what ends its help is put together only when that is shown."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        self.epilog = _epilog()
        super().format_epilog(ctx, formatter)


def _epilog() -> str:
    """Return the workload's options for ``--help``: the scripts define them, this command passes them on."""
    from nsys_tools.capture.options import about, flag
    from nsys_tools.capture.pipeline import scripts

    lines = [f"  {flag(name):<18} {one.text}" for name, one in about().items() if name != "out"]
    return "\n".join([f"MODEL is one of: {', '.join(scripts())}", "", "\b", "Options of the workload:", *lines])


class TraceReader:
    """Reads a capture's trace through the queries of ``queries/capture``."""

    def kernel_uses(self, sqlite: Path) -> list[KernelUse]:
        """Return the kernels of each stage."""
        from nsys_tools.capture.ncu import KernelUse
        from nsys_tools.trace import open_trace

        with open_trace(sqlite) as trace:
            return [KernelUse(*row) for row in trace.query("capture_kernel").rows()]

    def range_counts(self, sqlite: Path) -> dict[str, tuple[int, int]]:
        """Return, by name, how many ranges there are and how many were never closed."""
        from nsys_tools.trace import open_trace

        with open_trace(sqlite) as trace:
            return {name: (count, still_open) for name, count, still_open in trace.query("capture_range").rows()}


def capture(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model: a script of capture/.")],
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/<run_id> without one.")] = None,
    ncu: Annotated[int, typer.Option(min=0, help="Profile this many kernels with ncu afterwards.")] = 0,
    sampling: Annotated[str, typer.Option(help="CPU sampling of nsys: none or process-tree.")] = "none",
    analyze: Annotated[bool, typer.Option(help="Analyse the trace into report/.")] = True,
    nsys_path: Annotated[str, typer.Option(metavar="PATH", help="The nsys to use.")] = "",
    ncu_path: Annotated[str, typer.Option(metavar="PATH", help="The ncu to use.")] = "",
) -> None:
    """Record MODEL under nsys, export and analyse the trace, and leave a run folder.

    The folder holds trace.nsys-rep, trace.sqlite, report/, workload.json, env.json, inputs.yaml,
    assumptions.md, command.txt, log.txt and status.json, which says where a run stopped.
    """
    from nsys_tools.capture import pipeline
    from nsys_tools.capture.options import parse
    from nsys_tools.capture.run_folder import new_run_id

    options = parse(context.args, f"nsys-tools capture {model}")
    folder = out or Path("runs") / new_run_id(model, options.scale)
    plan = pipeline.Plan(model, replace(options, out=folder), nsys_path, ncu_path, sampling, ncu, analyze)
    done = pipeline.capture(plan, TraceReader(), lambda line: print(line, file=sys.stderr, flush=True))
    print(done.path)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    passing = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(cls=_Command, context_settings=passing)(capture)
