"""``nsys-tools skill``: print or install the instructions for agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options


def skill(
    install: Annotated[
        Path | None,
        typer.Option(
            "--install", metavar="DIR", help="Write the skill to DIR/nsys-tools/SKILL.md instead of printing it."
        ),
    ] = None,
    force: options.FORCE = False,
) -> None:
    """Print the skill file for AI agents.

    The skill explains which command to use when, lists ten example questions with their commands, and describes common
    misreadings.
    """
    print(nt.skill().rstrip("\n") if install is None else nt.install_skill(install, force=force))
