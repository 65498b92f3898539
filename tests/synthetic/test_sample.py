"""The shipped sample is small, deterministic, and equal to the output of its builder."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nsys_tools.synthetic.sample import build_sample
from tests.generate import SAMPLE


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master ORDER BY name")]
        return {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def test_sample_is_what_its_builder_writes(tmp_path: Path) -> None:
    build_sample(tmp_path / "again.sqlite")
    assert content(SAMPLE) == content(tmp_path / "again.sqlite"), "run: make docs"
    assert SAMPLE.stat().st_size < 3_000_000


def test_sample_holds_what_a_demo_needs() -> None:
    tables = content(SAMPLE)
    kinds = {name.removeprefix("CUPTI_ACTIVITY_KIND_") for name in tables if name.startswith("CUPTI_")}
    assert {"KERNEL", "MEMCPY", "MEMSET", "GRAPH_TRACE", "RUNTIME", "SYNCHRONIZATION"} == kinds
    with sqlite3.connect(SAMPLE) as database:
        streams = database.execute("SELECT DISTINCT streamId FROM CUPTI_ACTIVITY_KIND_MEMCPY").fetchall()
    assert len(streams) > 1
