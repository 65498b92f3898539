"""The documented queries as Parquet, SQLite and DuckDB files have the same rows as in the session."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import refused, run

FORMS = ("parquet", "sqlite", "duckdb")


def fill(b: TraceBuilder) -> None:
    b.range(THREAD, "step \x1b[31m", 0, 100)
    launch(b, 0, start=10, end=30, name="f")
    launch(b, 40, start=50, end=60, name="g")


def rows(place: Path, form: str, table: str) -> list[tuple[Any, ...]]:
    if form == "sqlite":
        with closing(sqlite3.connect(place)) as database:
            return database.execute(f'SELECT * FROM "{table}"').fetchall()
    with duckdb.connect(str(place) if form == "duckdb" else ":memory:", read_only=form == "duckdb") as connection:
        source = table if form == "duckdb" else f"'{place / table}.parquet'"
        return connection.sql(f"FROM {source}").fetchall()


@pytest.mark.parametrize("form", FORMS)
def test_every_query_has_its_rows(tmp_path: Path, form: str) -> None:
    trace, place = build(tmp_path, fill), tmp_path / "out"
    done = nt.export_data(trace, place, form)
    names = {row["query"]: row["row_count"] for row in done.counts}
    assert {"kernel", "kernel_summary", "range", "gap_list", "step", "stage_summary", "trace_summary"} <= names.keys()
    assert not {name for name in names if name.startswith(("stats_", "recipe_", "roofline_", "ncu_"))}
    with nt.open(trace) as session:
        for name in ("kernel", "kernel_summary", "range", "gap_list", "trace_conservation"):
            assert sorted(map(str, rows(place, form, name))) == sorted(map(str, _plain(session.query(name), form)))
            assert len(rows(place, form, name)) == names[name]
        told = {(query, column) for query, column, *_ in rows(place, form, "query_column")}
        assert ("kernel", "duration_ns") in told
        assert {name for name, _ in told} == set(names)


def _plain(result: nt.Result, form: str) -> list[tuple[Any, ...]]:
    """Return rows in the types of SQLite, which has no booleans."""
    if form != "sqlite":
        return result.rows()
    return [tuple(int(value) if isinstance(value, bool) else value for value in row) for row in result.rows()]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_there_is_replaced_only_with_force(tmp_path: Path, form: str) -> None:
    trace = build(tmp_path, fill)
    first = run("export", form, str(trace), "out", "-q", "kernel", cwd=tmp_path)
    assert (first.returncode, first.stdout) == (0, "out\n")
    assert "kernel: 2 rows written" in first.stderr
    assert "already exists" in refused("export", form, str(trace), "out", cwd=tmp_path)
    assert run("export", form, str(trace), "out", "-q", "range", "--force", cwd=tmp_path).returncode == 0
    assert len(rows(tmp_path / "out", form, "range")) == 1
    assert "contains it or is inside it" in refused("export", form, str(trace), str(trace), "--force", cwd=tmp_path)


def test_a_folder_of_the_users_stays(tmp_path: Path) -> None:
    trace = build(tmp_path, fill)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "thesis.txt" in refused("export", "parquet", str(trace), "mine", "--force", cwd=tmp_path)
    assert (tmp_path / "mine" / "thesis.txt").is_file()


def test_what_cannot_be_answered_is_refused(tmp_path: Path) -> None:
    trace = build(tmp_path, fill)
    assert "no query" in refused("export", "sqlite", str(trace), "o.db", "-q", "nothing", cwd=tmp_path)
    assert "--model" in refused("export", "sqlite", str(trace), "o.db", "-q", "roofline_stage", cwd=tmp_path)
    assert not (tmp_path / "o.db").exists()
