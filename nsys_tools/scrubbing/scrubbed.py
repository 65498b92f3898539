"""Scrub a trace from end to end. A new file is filled according to an allow-list, scanned, and then renamed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError, UsageError, one_error
from nsys_tools.files import check_new, new_file, scratch_folder
from nsys_tools.scrubbing import folders
from nsys_tools.scrubbing.copying import Copy
from nsys_tools.scrubbing.gathering import gathered
from nsys_tools.scrubbing.manifest import digests, manifest, tables_of
from nsys_tools.scrubbing.options import Options
from nsys_tools.scrubbing.scanning import Leak, scan
from nsys_tools.scrubbing.texts import Texts
from nsys_tools.sources.nsys.identify import DAMAGED_HINT, Kind, check_export, columns, identify
from nsys_tools.sources.nsys.settling import settled

_SHOWN = 5  # number of leaks in a message


@one_error
@dataclass(frozen=True)
class Scrubbed:
    """A scrubbed copy.

    Attributes
    ----------
    path
        The copy.
    manifest
        What was removed and changed, with digests.
    """

    path: Path
    manifest: dict[str, Any]

    @property
    def summary(self) -> str:
        """Summary of what was removed and changed, for printing."""
        tables = self.manifest["tables"].values()
        columns, rows = sum(len(one["columns_cut"]) for one in tables), sum(one["rows_cut"] for one in tables)
        changed = sum(self.manifest["texts_changed"].values())
        return (
            f"Removed: {_counted(len(self.manifest['tables_cut']), 'table')}, {_counted(columns, 'column')} and "
            f"{_counted(rows, 'row')} of other tables, {_counted(self.manifest['strings']['cut'], 'string')}. "
            f"Changed: {_counted(changed, 'string')}."
        )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def scrubbed_copy(
    path: Path, out: Path, options: Options, *, manifest_file: Path | None = None, force: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Scrubbed:  # fmt: skip
    """Write a copy of a trace that can be shared.

    Parameters
    ----------
    path
        An SQLite export, or a folder of ``nsys export -t parquetdir``.
    out
        Path of the copy, which has the same format.
    options
        What to keep, and how.
    manifest_file
        File for the manifest. If None, no manifest is written.
    force
        Replace existing files.
    progress
        Called with a short description before each slow step.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read or scrubbed, or if the scan of the copy found data that must not be shared. In
        this case, no copy is left.
    """
    kind = identify(path)
    if kind is Kind.RECORDING:
        raise NsysToolsError(
            f"{path}: nsys-tools cannot scrub a recording. A recording contains the environment of every process, and "
            "only nsys can write recordings.",
            "To export the recording, run `nsys export -t sqlite RECORDING.nsys-rep`. Then run "
            "`nsys-tools scrub RECORDING.sqlite SHARED.sqlite`, and share the copy.",
        )
    _check_places(path, out, manifest_file, kind, force=force)
    with ExitStack() as resources:
        scratch = scratch_folder(resources)
        if kind is Kind.PARQUET:
            progress("reading the folder")
            source = folders.read(path, scratch)
            with folders.new_folder(out, force=force) as draft:
                copy = scratch / "copy.sqlite"
                report = _write(source, path, copy, options, progress)
                progress("writing the folder")
                folders.write(copy, path, draft, report["tables"])
                report["output"] = digests(draft)
        else:
            source, _ = settled(path, scratch)
            check_export(source, path)
            with new_file(out, force=force, inputs=[path]) as copy:
                report = _write(source, path, copy, options, progress)
                report["output"] = digests(copy)
    report["input"] = digests(path)
    if manifest_file is not None:
        with new_file(manifest_file, force=force, inputs=[path]) as draft:
            draft.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return Scrubbed(out, report)


def _check_places(path: Path, out: Path, manifest_file: Path | None, kind: Kind, *, force: bool) -> None:
    """Refuse output paths that cannot be written. This is checked before anything is read."""
    if out.resolve() == path.resolve():
        raise UsageError(
            f"{out} is the trace itself. nsys-tools does not overwrite it.", "Choose another file for the copy."
        )
    if kind is Kind.SQLITE:
        check_new(out, force=force, inputs=[path])
    else:
        folders.check_new_folder(out, path, force=force)
    if manifest_file is not None:
        check_new(manifest_file, force=force, inputs=[path])
        if manifest_file.resolve() == out.resolve() or out.resolve() in manifest_file.resolve().parents:
            raise UsageError(
                f"{manifest_file} is the copy itself or is inside it.", "Choose another file with --manifest."
            )


def _write(source: Path, name: Path, copy: Path, options: Options, progress: Callable[[str], None]) -> dict[str, Any]:
    """Write the copy and scan it; return the manifest without digests."""
    try:
        with closing(_connected(copy, source)) as connection:
            tables = tables_of(connection)
            progress("collecting names and values that must not be shared")
            known = gathered(connection, tables, keep_host=options.keep_host)
            texts = Texts(options, known)
            work = Copy(connection, {table: kinds for table, kinds in columns(source, name).items() if table in tables},
                        options, texts)  # fmt: skip
            progress("copying")
            done = work.run()
            connection.commit()
            report = manifest(connection, work, done, texts, options)
            progress("scanning the copy")
            held = {**work.kept, "StringIds": {"id": "number", "value": "string"}}
            leaks = scan(connection, held, known, keep_host=options.keep_host, names=work.strings.names)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise NsysToolsError(f"{name} cannot be copied ({error}).", DAMAGED_HINT) from None
    if leaks:
        raise _refusal(leaks)
    return report


def _connected(copy: Path, source: Path) -> sqlite3.Connection:
    """Return a connection to a new file, with the trace attached read-only."""
    connection = sqlite3.connect(f"{copy.resolve().as_uri()}?mode=rwc", uri=True)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY")
    connection.execute("ATTACH ? AS source", [f"{source.resolve().as_uri()}?mode=ro&immutable=1"])
    return connection


def _refusal(leaks: list[Leak]) -> NsysToolsError:
    more = f"; and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
    return NsysToolsError(
        "The copy still contained data that must not be shared, and was deleted. "
        f"{'; '.join(map(str, leaks[:_SHOWN]))}{more}.",
        "--nvtx hash and --names hash replace NVTX strings and names with digests. --drop-samples omits call chains.",
    )
