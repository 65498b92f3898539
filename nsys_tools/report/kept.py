"""Cached reports. The key depends on the files that are read, the request, and the program."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from nsys_tools import assets
from nsys_tools.report.folder import MANIFEST, whole_folder
from nsys_tools.session.store import Entry

log = logging.getLogger(__name__)
_LARGEST_BYTES = 64 << 20
"""Maximum size of a cached report; larger ones are slow to copy."""
_TOLD = "told.json"
_ROOMS = ("queries", "analytic", "reports", "capture")
_LIBRARIES = ("duckdb", "polars", "altair", "vl-convert-python", "markdown-it-py", "jinja2")


@dataclass(frozen=True)
class WrittenReport:
    """A report that has been written.

    Attributes
    ----------
    path
        The file to read first.
    name
        Name of the trace in the report.
    headline
        Headline, one fact per line (see `Analysis.headline`).
    warnings
        Parts of the trace that could not be read or have invalid values, one sentence each.
    """

    path: Path
    name: str
    headline: Sequence[str]
    warnings: Sequence[str]


def files_of(folder: Path) -> list[Path]:
    """Return the files below a folder in a fixed order, following links to folders. A file is returned unchanged."""
    if folder.is_file():
        return [folder]
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        if (real := os.path.realpath(place)) in seen:  # a link to a parent folder
            folders.clear()
            continue
        seen.add(real)
        found += [path for name in sorted(names) if (path := Path(place, name)).is_file()]
    return found


def state_of(files: Iterable[Path]) -> str:
    """Return a key that changes when a file changes. It is computed from names, sizes and times, not contents."""
    lines = []
    for file in files:
        state = file.stat()
        lines.append(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\0{state.st_ino}")
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def state_of_program() -> str:
    """Return a key that changes with the program: its code, queries, data, and the libraries that affect reports.

    The version is not enough: in a checkout, code can change without a new version, and `--assets` adds user files.
    """
    code = Path(assets.__file__).parent
    files = [path for path in files_of(code) if path.suffix == ".py" and "_assets" not in path.parts]
    for folder in assets.folders():  # if two files have the same name, the first folder takes precedence
        files += [path for room in _ROOMS for path in files_of(folder / room) if path.suffix != ".pyc"]
    versions = ",".join(metadata.version(name) for name in _LIBRARIES)
    return f"{versions} {state_of(files)}"


def find(entry: Entry) -> WrittenReport | None:
    """Return the report in a cache entry, or None. Its path is relative to the report folder."""
    file = entry.find()
    if file is None:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read(_TOLD))
            return WrittenReport(Path(said.pop("path")), **said)
    except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile):
        return None


def write(entry: Entry, target: Path, *, force: bool) -> None:
    """Atomically write the report in a cache entry to a folder. Errors are the same as for `whole_folder`."""
    assert entry.path is not None  # noqa: S101  (find has found it)
    with zipfile.ZipFile(entry.path) as archive, whole_folder(target, force=force) as folder:
        archive.extractall(folder, [name for name in archive.namelist() if name != _TOLD])


def keep(entry: Entry, written: WrittenReport, folder: Path) -> None:
    """Cache a report from its draft `folder`, to which its path is relative. Failures only make the next run slower."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    try:
        if sum(file.stat().st_size for file in files) > _LARGEST_BYTES:
            return
        with entry.write() as draft, zipfile.ZipFile(draft, "w") as archive:
            for file in files:
                archive.write(file, file.relative_to(folder).as_posix())
            archive.writestr(_TOLD, json.dumps({**asdict(written), "path": str(written.path)}))
    except OSError as error:
        log.info("The report could not be cached: %s.", error)
