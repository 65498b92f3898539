"""Find the data files of nsys-tools: SQL, templates, models and sample traces.

The data files are in ``nsys_tools/_assets`` in the wheel, and at the top level in a checkout. Files in the user's own
folder (``--assets DIR``) take precedence.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nsys_tools.errors import NsysToolsError, one_error

_own_folders: list[Path] = []


@cache
def root() -> Path:
    """Return the folder that contains ``queries``, ``reports``, ``analytic`` and ``capture``."""
    package = Path(__file__).parent
    shipped = package / "_assets"
    return shipped if shipped.is_dir() else package.parent


@one_error
def add_assets(folder: Path) -> None:
    """Search for assets in `folder` before the shipped assets.

    Raises
    ------
    NsysToolsError
        If `folder` is not a folder.
    """
    if not folder.is_dir():
        raise NsysToolsError(
            f"--assets {folder} is not a folder.",
            "Specify a folder that contains queries/, analytic/ or other asset folders.",
        )
    if folder not in _own_folders:
        _own_folders.insert(0, folder)


def folders() -> list[Path]:
    """Return all asset folders. The user's folders come first."""
    return [*_own_folders, root()]


def find(relative: str) -> Path | None:
    """Return the first asset at a relative path, such as ``queries/kernel/summary.sql``, or None if there is none."""
    return next((path for folder in folders() if (path := folder / relative).is_file()), None)


def listing(room: str, pattern: str) -> dict[str, Path]:
    """Return the assets in a top-level folder that match a glob pattern, keyed by path within that folder.

    If two asset folders have a file with the same path, the user's file takes precedence.
    """
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted((folder / room).glob(pattern)):
            found.setdefault(path.relative_to(folder / room).as_posix(), path)
    return dict(sorted(found.items()))
