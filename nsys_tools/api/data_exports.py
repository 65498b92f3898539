"""Export the results of the documented queries to files and databases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nsys_tools.api.exports import Exported
from nsys_tools.errors import UsageError, one_error
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

DATA_FORMS = ("parquet", "sqlite", "duckdb")


@one_error
def export_data(
    trace: str | Path, out: str | Path, form: str = "parquet", *, queries: Sequence[str] = (),
    stages: str | Path | None = None, steps: str = "auto", cache: bool = True, salvage: bool = False,
    force: bool = False, progress: Progress = silent,
) -> Exported:  # fmt: skip
    """Write the results of the documented queries on a trace, with one table per query.

    The additional table ``query_column`` describes the columns.

    Parameters
    ----------
    trace
        A trace or run folder.
    out
        For ``parquet``, a folder with one file per query; otherwise, the database file. It is written completely or
        not at all.
    form
        ``parquet``, ``sqlite`` or ``duckdb``.
    queries
        Export only these queries. The default is all queries that require only the trace, except the nsys reports
        (``stats_*``).
    stages, steps, cache, salvage
        As for `nsys_tools.open`.
    force
        Replace an earlier export.
    progress
        Called with a short description before each step that can be slow.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read, a query does not exist, a written table lacks rows, or the target exists, is an
        input or cannot be written.
    """
    from nsys_tools.api.opening import open  # noqa: PLC0415
    from nsys_tools.export import data  # noqa: PLC0415
    from nsys_tools.files import check_apart, check_new, new_file  # noqa: PLC0415
    from nsys_tools.report.folder import check_target, whole_folder  # noqa: PLC0415

    if form not in DATA_FORMS:
        raise UsageError(f"{form} is not a data format.", f"Use one of: {', '.join(DATA_FORMS)}.")
    target = Path(out)
    with open(trace, stages=stages, steps=steps, cache=cache, salvage=salvage, progress=progress) as session:
        check_apart(target, session.inputs)
        if form == "parquet":
            check_target(target, force=force)
        else:
            check_new(target, force=force, inputs=session.inputs)
        database = session._database
        names = data.answerable(database, queries)
        if form == "parquet":
            with whole_folder(target, force=force) as draft:
                counts = data.write_parquet(database, names, draft)
        else:
            write = data.write_sqlite if form == "sqlite" else data.write_duckdb
            with new_file(target, force=force, inputs=session.inputs) as file:
                counts = write(database, names, file)
        notes = tuple(session.notes)
    rows = [[name, count] for name, count in counts.items()]
    return Exported(target, Result(ListRows(["query", "row_count"], rows), name="export"), notes)
