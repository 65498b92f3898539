"""Export a recording with the installed ``nsys``."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError


def export(path: Path, folder: Path) -> Path:
    """Export a recording to SQLite with the installed ``nsys``, and return the new file.

    Raises
    ------
    NsysToolsError
        If nsys is not installed, or fails.
    """
    try:
        nsys = str(tools.find("nsys"))
    except NsysToolsError:
        raise NsysToolsError(
            f"{path}: nsys must export a recording before nsys-tools can read it, but nsys is not installed.",
            "Run `nsys export -t sqlite FILE.nsys-rep` on the machine where the file was recorded. "
            "Alternatively, install nsys. " + tools.HINTS["nsys"],
        ) from None
    target = folder / f"{path.stem}.sqlite"
    with tempfile.TemporaryDirectory(dir=folder) as work:
        draft = Path(work) / target.name
        done = subprocess.run(
            [nsys, "export", "-t", "sqlite", "--force-overwrite", "true", "-o", str(draft), str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0 or not draft.is_file():
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise NsysToolsError(
                f"{path}: nsys export failed: {said[-1] if said else 'nsys printed nothing'}.",
                "Exporting a recording requires an nsys version at least as new as the one that recorded it.",
            )
        draft.replace(target)
    return target
