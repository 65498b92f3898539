"""Find the traces that the user specifies as files, folders of traces, or patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from glob import glob, has_magic
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources import run_folder

_ENDINGS = (".sqlite", ".nsys-rep")


def traces(given: Sequence[str | Path]) -> list[Path]:
    """Return the traces in natural order (``rank2`` is before ``rank10``).

    Parameters
    ----------
    given
        Traces, run folders, folders that contain traces, or patterns with ``*``, ``?`` and ``[``. A path that exists
        is taken literally, even if its name contains these characters.

    Raises
    ------
    NsysToolsError
        If a path or pattern does not match a trace, or a trace is given twice.
    """
    found: list[Path] = []
    for one in given:
        paths = _of(Path(one))
        if not paths:
            raise NsysToolsError(
                f"No trace was found for {one}.", "Use .sqlite exports, folders of exports, or a pattern."
            )
        found += paths
    places = [path.resolve() for path in found]
    if twice := next((path for path in found if places.count(path.resolve()) > 1), None):
        raise NsysToolsError(f"{twice} is specified twice.", "Specify each trace once.")
    return sorted(found, key=lambda path: natural(str(path)))


def _of(path: Path) -> list[Path]:
    if path.exists():
        return _in_folder(path) if path.is_dir() else [path]
    if not has_magic(str(path)):
        raise NsysToolsError(f"{path} does not exist.", _similar(path))
    return [found for name in glob(str(path), recursive=True) for found in _of(Path(name))]


def _similar(path: Path) -> str:
    """Return a hint with names in the same folder that are similar to a missing name."""
    from difflib import get_close_matches  # noqa: PLC0415

    try:
        names = [one.name for one in path.parent.iterdir()]
    except FileNotFoundError:
        return f"The folder {path.parent} does not exist."
    except OSError:
        return ""
    # Names with the same ending are already similar. Only greater similarity indicates a typo.
    near = get_close_matches(path.name, names, n=2, cutoff=0.8)
    return f"Did you mean {' or '.join(str(path.with_name(name)) for name in near)}?" if near else ""


def _in_folder(folder: Path) -> list[Path]:
    """Return the folder itself if it is a trace or a run folder. Otherwise, return the traces in it."""
    if run_folder.is_run(folder) or any(folder.glob("*.parquet")):
        return [folder]
    found = [path for path in folder.iterdir() if path.is_file() and path.name.endswith(_ENDINGS)]
    exported = {path.with_suffix("").name for path in found if path.suffix == ".sqlite"}
    # A recording next to its export is the same trace.
    return [path for path in found if path.suffix == ".sqlite" or path.name.removesuffix(".nsys-rep") not in exported]


def trace_of(path: Path) -> Path:
    """Return the trace in a run folder. Any other path is returned unchanged."""
    return run_folder.read(path).trace if run_folder.is_run(path) else path


def natural(text: str) -> list[tuple[int, str]]:
    """Return a sort key that compares numbers in a string numerically."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text) if part]
