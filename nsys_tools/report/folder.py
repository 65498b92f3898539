"""Write output folders atomically, with a manifest. Only earlier reports are replaced."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from nsys_tools import __version__
from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.files import cannot_write, digest

FORMATS = ("md", "html", "json")
MANIFEST = "manifest.json"
SCHEMA = "nsys-tools/manifest"
SCHEMA_VERSION = 1
_OTHER_PLACE = "Move it, or choose another folder with --out."
_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR)


def check_formats(formats: Sequence[str]) -> None:
    """Refuse unknown report formats.

    Raises
    ------
    NsysToolsError
        If a format is unknown.
    """
    if unknown := [word for word in formats if word not in FORMATS]:
        raise UsageError(f"Unknown format {unknown[0]!r}.", f"Use one or more of: {', '.join(FORMATS)}.")


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a target that exists, unless `force` is set and it contains only the files of its manifest.

    Parameters
    ----------
    target
        The folder to write.
    force
        Replace an earlier report.

    Raises
    ------
    NsysToolsError
        If the target exists and must not be replaced. The message names a file in it that belongs to the user.
    """
    if not os.path.lexists(target):
        return
    if not force:
        raise NsysToolsError(
            f"{target} already exists.", "Choose another folder with --out, or use --force to replace this one."
        )
    _check_written(target, target)


def _check_written(folder: Path, name: Path) -> None:
    """Refuse a folder that contains anything except the unchanged files in its manifest. Messages call it `name`."""
    if not folder.is_dir():
        raise NsysToolsError(
            f"{name} is not a folder, so nsys-tools does not replace it.", "Choose another folder with --out."
        )
    found = sorted(folder.rglob("*"), key=lambda path: (path.is_dir(), path))
    if not found:
        return
    listed = _listed(folder / MANIFEST)
    if listed is None:
        raise NsysToolsError(
            f"{name} contains {found[0].relative_to(folder)} but no {MANIFEST}, "
            "so nsys-tools does not replace the folder.",
            f"{_OTHER_PLACE} Reports from earlier versions have no manifest.",
        )
    folders = {parent for path in listed for parent in Path(path).parents}
    for path in found:
        place = path.relative_to(folder)
        if place.as_posix() == MANIFEST or (place in folders and path.is_dir() and not path.is_symlink()):
            continue
        if place.as_posix() not in listed:
            raise NsysToolsError(
                f"{name} contains {place}, which is not part of a report, so nsys-tools does not replace the folder.",
                _OTHER_PLACE,
            )
        if path.is_symlink() or not path.is_file() or listed[place.as_posix()] != _state(path):
            raise NsysToolsError(
                f"{name}: {place} was modified after the report was written, "
                "so nsys-tools does not replace the folder.",
                _OTHER_PLACE,
            )


def _state(file: Path) -> tuple[int, str]:
    return file.stat().st_size, digest(file)


def _listed(manifest: Path) -> dict[str, tuple[int, str]] | None:
    """Return the size and digest of each file in a manifest, by name, or None if the manifest is not valid."""
    try:
        found: Any = json.loads(manifest.read_bytes())
        if (found["schema"], found["schema_version"]) != (SCHEMA, SCHEMA_VERSION):
            return None
        return {file["name"]: (file["size_bytes"], file["sha256"]) for file in found["files"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _write_manifest(folder: Path) -> None:
    """Write the manifest for a folder."""
    states = {path: _state(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    files = [
        {"name": path.relative_to(folder).as_posix(), "size_bytes": size, "sha256": sha256}
        for path, (size, sha256) in states.items()
    ]
    manifest = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, "nsys_tools_version": __version__, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """Yield a draft folder next to `target`. If the block succeeds, move it into place; otherwise, remove it.

    Parameters
    ----------
    target
        The folder to write. If it is a symbolic link, the folder that it points to is replaced.
    force
        Replace an earlier report.

    Raises
    ------
    NsysToolsError
        If the target exists and must not be replaced, even if another process has just written it, or if it cannot be
        written because of permissions or lack of space.
    """
    check_target(target, force=force)
    final = target.resolve()
    missing = [parent for parent in final.parents if not parent.exists()]
    draft: Path | None = None
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".nsys-tools-", dir=final.parent))
        draft.chmod(0o755)
        yield draft
        _write_manifest(draft)
        if force:
            _replace(draft, final)
        else:
            _put(draft, final)
        missing = []
    except OSError as error:
        raise cannot_write(target, error) from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        for parent in missing:
            with suppress(OSError):  # another process has written to it
                parent.rmdir()


def _put(draft: Path, final: Path) -> None:
    """Move a draft into place. This fails if another process has written a report there in the meantime."""
    try:
        draft.rename(final)
    except OSError as error:
        if error.errno not in _TAKEN:
            raise
        raise NsysToolsError(
            f"Another process has just written {final}, so nsys-tools does not replace it.",
            "Choose another folder with --out, or use --force to replace this one.",
        ) from None


def _replace(draft: Path, final: Path) -> None:
    """Replace an earlier report with a draft. The report is first moved aside and checked again.

    This detects a file that the user added while the report was written. In that case, the folder is moved back.
    """
    aside = Path(tempfile.mkdtemp(prefix=".nsys-tools-", dir=final.parent))
    earlier = aside / final.name
    is_report = False
    try:
        with suppress(FileNotFoundError):
            final.rename(earlier)
            _check_written(earlier, final)
        is_report = True
        _put(draft, final)
    except BaseException:
        with suppress(OSError):  # nothing was moved, or another process has written its report there
            earlier.rename(final)
        raise
    finally:
        if is_report:
            shutil.rmtree(aside, ignore_errors=True)
        else:
            with suppress(OSError):
                aside.rmdir()
