"""Values that nsys never writes, in each used column: no traceback, and a note wherever a figure differs."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from nsys_tools.session import catalogue
from nsys_tools.session.quoting import quoted
from nsys_tools.synthetic.sample import build_sample
from tests.torture.frame import Case, Section, Verdict
from tests.torture.traces import ask, judge, rows

VALUES = {
    "text": "'odd'", "NULL": "NULL", "blob": "x'ff00fe'", "real": "1.5", "2^63 - 1": "9223372036854775807",
    "-2^63": "-9223372036854775808",
}  # fmt: skip


def cases(seed: int, folder: Path) -> Sequence[Case]:
    """Return a case for each column in the trace and each odd value."""
    trace = folder / "whole.sqlite"
    build_sample(trace)
    whole = ask(trace, folder)
    with closing(sqlite3.connect(trace)) as database:
        has = database.execute(
            "SELECT m.name, i.name, i.pk FROM sqlite_master AS m, pragma_table_info(m.name) AS i WHERE m.type = 'table'"
        ).fetchall()

    def case(table: str, column: str, kind: str) -> Case:
        name = f"{table}.{column} {kind}"

        def run(place: Path) -> Verdict:
            path = place / f"{name.replace(' ', '_')}.sqlite"
            shutil.copyfile(trace, path)
            with closing(sqlite3.connect(path)) as database, database:
                database.execute(
                    f"UPDATE {quoted(table)} SET {quoted(column)} = {VALUES[kind]} "
                    f"WHERE rowid = (SELECT max(rowid) / 2 + 1 FROM {quoted(table)})"
                )
            # NULL in a nullable column, and a number in a numeric column, are ordinary values.
            usual = kind == "NULL" and column not in catalogue.required()[table]
            usual |= "2^63" in kind and column not in ("start", "end")
            return judge(path, place, whole, rows(path) if usual else None)

        return Case(name, run)

    schema = catalogue.schema()
    return [
        case(table, column, kind)
        for table, column, is_key in has
        for kind in VALUES
        if (stored := schema.get(table, {}).get(column)) and (stored == "BIGINT" or kind in ("NULL", "blob"))
        # SQLite itself allows only integers in a rowid key.
        if not is_key or "2^63" in kind
    ]


SECTION = Section("odd_values", "Odd values", cases)
