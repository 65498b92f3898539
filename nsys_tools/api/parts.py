"""Read the trace of one rank, in the same process or in a worker."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from nsys_tools import assets
from nsys_tools.errors import UsageError
from nsys_tools.files import scratch_folder
from nsys_tools.ranks.work import TOLD, Part, Task
from nsys_tools.session import catalogue
from nsys_tools.session.choice import Choice
from nsys_tools.session.progress import silent
from nsys_tools.session.quoting import literal, quoted

if TYPE_CHECKING:
    from nsys_tools.api.joining import Asked, Opened


def read(task: Task) -> list[Part]:
    """Return the query results for a trace, either per process with GPU work or for the whole trace.

    Raises
    ------
    NsysToolsError
        If the trace cannot be read.
    """
    from nsys_tools.api.joining import Asked, opened  # noqa: PLC0415

    for folder in reversed(task.given.assets):
        assets.add_assets(folder)
    given = task.given
    asked = Asked(
        path=task.path, stages=given.stages, model="", workload="", inputs=(), gpu="auto", dtype="", attention="full",
        parallel=(),
        ncu=None, callgraph=None, steps=given.steps, cache=given.cache, progress=silent, salvage=given.salvage,
        threads=given.threads,
    )  # fmt: skip
    whole = opened(asked)
    with whole.database:
        processes = whole.database.query(TOLD)["process_id"]
        if not task.by_process or len(processes) == 1:
            return [_part(whole, None, task)]
    return [_of_process(asked, process, task) for process in processes]


def _of_process(asked: Asked, process: int, task: Task) -> Part:
    from nsys_tools.api.joining import opened  # noqa: PLC0415

    one = opened(replace(asked, choice=Choice(process=process)))
    with one.database:
        return _part(one, process, task)


def _part(opened: Opened, process: int | None, task: Task) -> Part:
    database = opened.database
    database.define("setting", task.given.settings, key="")
    tables = {}
    with ExitStack() as resources:
        file = scratch_folder(resources) / "answer.parquet"
        for name in task.names:
            if rows := _rows(opened, name):
                database.connection.execute(f"COPY ({rows}) TO {literal(file)} (FORMAT parquet, COMPRESSION zstd)")
                tables[name] = file.read_bytes()
    return Part(process, tables, (*database.notes, *opened.notes))


def _rows(opened: Opened, name: str) -> str:
    """Return the SELECT of a prepared query or an nsys table, or an empty string if the trace lacks the table."""
    database = opened.database
    if name not in catalogue.queries():
        return database.rows_of(name) if name in database.recorded else ""
    if lacking := sorted(database.needs(name)):
        raise UsageError(f"{name} requires {lacking[0]}, which cannot be used with several traces.")
    opened.joined.check(database.query, name)
    database.ensure(name)
    return f"FROM {quoted(name)}"
