"""``nsys-tools callgraph``: find the repeated modules of a model in its call graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options

app = typer.Typer(
    help="Record call graphs and group repeated modules.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def group(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Call graph to group: TorchLens-style JSON, or a .dot file from forward hooks."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write groups.json and groups.md to DIR.")],
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="C",
            help="Use the grouping rules in this TOML file, or in a built-in configuration such as deepseek_ocr.",
        ),
    ] = None,
    hooks: Annotated[
        Path | None,
        typer.Option(
            "--hooks", metavar="DOT", help="Read the actual calls from this .dot file recorded with forward hooks."
        ),
    ] = None,
    force: options.FORCE = False,
) -> None:
    """Group the repeated modules in FILE.

    A group is either a family of similar modules (kind for) or one module that is called repeatedly (kind parfor).
    """
    print(nt.group_callgraph(file, out, config=config, hooks=hooks, force=force))


@app.command()
def trace(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="Function to import: module:function or file.py:function.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Write the JSON to FILE.")],
    hooks_only: Annotated[
        bool, typer.Option("--hooks-only", help="Record only calls and shapes, without TorchLens.")
    ] = False,
    force: options.FORCE = False,
) -> None:
    """Run a model once and record its call graph.

    TARGET is a function that you provide. It returns (model, args) or (model, args, kwargs). The command imports
    the function and calls it. It requires the [torch] extra.
    """
    print(nt.record_callgraph(target, out, operations=not hooks_only, force=force))
