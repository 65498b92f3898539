"""The instructions for agents that use nsys-tools."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from nsys_tools.errors import one_error
from nsys_tools.files import new_file

NAME = "nsys-tools"
_FILE = "SKILL.md"


@one_error
def skill() -> str:
    """Return the agent skill as Markdown. It explains which command to use when, and lists common misreadings."""
    return (files("nsys_tools") / "skill" / _FILE).read_text(encoding="utf-8")


@one_error
def install_skill(folder: str | Path, *, force: bool = False) -> Path:
    """Write the agent skill to ``nsys-tools/SKILL.md`` in a folder of skills, and return its path.

    Parameters
    ----------
    folder
        The folder in which the agent looks for skills.
    force
        Replace an existing skill.

    Raises
    ------
    NsysToolsError
        If the file already exists, or cannot be written.
    """
    file = Path(folder) / NAME / _FILE
    with new_file(file, force=force, parents=True) as draft:
        draft.write_text(skill(), encoding="utf-8")
    return file
