"""``nsys-tools sql --out``: results as files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from nsys_tools.synthetic.timeline import Timeline
from tests.commands import refused, run


def test_a_result_as_a_sqlite_file(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    query = "SELECT name, sum_ns, share_ratio FROM kernel_summary"
    ask = ("sql", str(sample[0]), "--no-cache", "--format", "sqlite", "-o", "out.db")
    assert run(*ask, query, cwd=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "out.db")) as database:
        found = database.execute("SELECT name, sum_ns, share_ratio FROM result").fetchall()
        kinds = [kind for *_, kind, _, _, _ in database.execute("PRAGMA table_info(result)")]
    csv = run("sql", str(sample[0]), "--no-cache", "--format", "csv", query, cwd=tmp_path).stdout.splitlines()[1:]
    assert len(found) == len(csv) > 1
    assert sum(row[1] for row in found) == sum(int(line.rsplit(",", 2)[1]) for line in csv)
    assert run(*ask, "--force", "SELECT name FROM kernel WHERE false", cwd=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "out.db")) as database:
        assert database.execute("SELECT count(*) FROM result").fetchone() == (0,)
    assert len(kinds) == 3


def test_formats_that_need_a_file(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    for form in ("sqlite", "parquet"):
        ask = ("sql", str(sample[0]), "SELECT 1", "--format", form, "--no-cache")
        assert "requires --out" in refused(*ask, cwd=tmp_path, code=2)
    done = refused("sql", str(sample[0]), "SELECT 1 AS x", "--format", "sqlite", "--out", "no/such/a.db", cwd=tmp_path)
    assert "cannot be written" in done
    assert list(tmp_path.iterdir()) == []
