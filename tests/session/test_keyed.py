"""Results that depend on session tables are cached as long as these tables have the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.timeline import Timeline
from tests.generate import SAMPLE

pytestmark = pytest.mark.usefixtures("as_large")


def computed(path: Path, query: str, **given: object) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return the steps that were computed for a query, and its rows."""
    words: list[str] = []
    with nt.open(path, progress=words.append, **given) as session:  # type: ignore[call-overload]
        rows = session.query(query).rows()
    return [str(one).removeprefix("computing ") for one in words if str(one).startswith("computing ")], rows


def test_stages_are_kept_for_the_same_patterns(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    stages, other = tmp_path / "stages.toml", tmp_path / "other.toml"
    stages.write_text(SAMPLE.with_name("stages.toml").read_text())
    other.write_text(stages.read_text().replace('name = "request"', 'name = "job"'))
    first, rows = computed(sample[0], "stage_instance", stages=stages)
    assert "stage__instance" in first
    again, same = computed(sample[0], "stage_instance", stages=stages)
    assert (again, same) == ([], rows)
    changed, others = computed(sample[0], "stage_instance", stages=other)
    assert "stage__instance" in changed
    assert "_attribution" not in changed  # its key does not depend on the patterns
    assert others != rows
    assert computed(sample[0], "stage_instance", stages=stages) == ([], rows)
    assert "stage__instance" in computed(sample[0], "stage_instance")[0]  # without a file


def test_a_table_without_a_key_keeps_nothing(sample: tuple[Path, Timeline], cache_folder: Path) -> None:
    for rows in ([("a", ".*decode.*")], [("b", ".*decode.*")]):
        with open_trace(sample[0]) as opened:
            opened.define("stage_pattern", [(0, *row) for row in rows], key="")
            assert {row["stage"] for row in opened.query("stage_instance")} == {rows[0][0]}
    assert not list(cache_folder.rglob("stage__instance-*"))
    assert list(cache_folder.rglob("_attribution-*"))
