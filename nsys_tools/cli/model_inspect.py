"""``nsys-tools model inspect`` and ``compare``: build transformers architectures without weights."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options, table

SOURCE = Annotated[str, typer.Argument(metavar="CONFIG|HUB_ID|CLASS", help="Architecture to build without weights.")]
CONFIG = Annotated[
    list[str],
    typer.Option(
        "--config", metavar="NAME=VALUE", help="Set a value in the configuration. This option can be repeated."
    ),
]


def inspect(
    source: SOURCE,
    overrides: CONFIG = [],  # noqa: B006  (typer copies it)
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also write the model JSON to FILE.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Rebuild the architecture even if it is cached, and overwrite the --out file."),
    ] = False,
    check: Annotated[bool, typer.Option(help="Compare FLOPs with torch's FlopCounterMode.")] = True,
) -> None:
    """Show the module tree of a transformers architecture.

    The command also writes the model JSON to the cache.
    """
    found = nt.inspect_model(source, overrides, out, force=force)
    table.show(found.tree)
    _warn(found.warnings)
    print(f"{'wrote' if found.is_new else 'found in the cache:'} {found.file}", file=sys.stderr)
    if check:
        rows = found.compare()
        print()
        table.show(rows)


def compare(
    sources: Annotated[list[str], typer.Argument(metavar="CONFIG|HUB_ID|CLASS...", help="Architectures to build.")],
    overrides: CONFIG = [],  # noqa: B006
    form: options.FORMAT = "table",
) -> None:
    """Compare matrix FLOPs with torch's FlopCounterMode.

    nsys-tools computes the FLOPs with its formulas. torch counts them on the meta device, without weights.
    """
    rows, warnings = nt.compare_models(sources, overrides)
    _warn(warnings)
    answers.show("model compare", rows, form, warnings=warnings)


def _warn(warnings: list[str]) -> None:
    for line in warnings:
        print(f"WARNING: {line}", file=sys.stderr)
