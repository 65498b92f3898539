"""Queries under their old names return the same rows under the old column names, with a warning, and are not listed."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

import nsys_tools as nt
from nsys_tools.session import catalogue
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "capture" / "samples"
FIGURES = {"accessed_bytes": "moved_bytes", "above_roofline_ns": "lost_ns", "launch_gap_ns": "late_launch_ns"}
# Old name: new name, and renamed columns by their new name.
RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "mfu_stage": ("roofline_stage", FIGURES),
    "mfu_exclusive": ("roofline_exclusive", FIGURES),
    "mfu_op": ("roofline_op", FIGURES),
    "mfu_layer": ("roofline_layer", FIGURES),
    "mfu_conservation": ("roofline_conservation", {"difference_ns": "missing_ns"}),
    "mfu_unmodelled": ("roofline_unmodeled", {}),
    "counter": ("ncu_metric", {}),
    "counter_kernel": ("ncu_kernel", {}),
    "counter_match": ("ncu_match", {}),
    "counter_coverage": ("ncu_coverage", {}),
    "counter_flops": ("ncu_flops", {}),
    "group_summary": ("callgraph_summary", {}),
    "module_group": ("callgraph_module", {}),
}


@pytest.fixture(scope="module")
def session() -> Iterator[nt.Session]:
    with nt.open(
        SAMPLES / "sample.sqlite", stages=SAMPLES / "stages.toml", model="deepseek-ocr", gpu="h100-sxm",
        set={"pages": 2, "new_tokens": 13}, ncu=SAMPLES / "ncu.csv", callgraph=SAMPLES / "callgraph.json", cache=False,
    ) as opened:  # fmt: skip
        yield opened


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_every_old_name_is_tested() -> None:
    files = {path.stem for path in (REPOSITORY / "queries" / "renamed").glob("*.sql")}
    assert files == set(RENAMED)


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_answers_and_warns_once(old: str, session: nt.Session, caplog: pytest.LogCaptureFixture) -> None:
    new, columns = RENAMED[old]
    now = session.query(new).kept()
    assert warnings(caplog) == []
    said = [f"{old} is now called {new}. The next release removes the old name."]
    by_name = session.query(old).kept()
    assert warnings(caplog) == said
    by_sql = session.sql(f"SELECT * FROM {old}").kept()
    assert warnings(caplog) == 2 * said
    for answer in (by_name, by_sql):
        assert list(answer.columns) == [columns.get(name, name) for name in now.columns]
        assert set(columns) <= set(now.columns)
        # A set, because some of these queries define no order.
        assert sorted(map(repr, answer.rows())) == sorted(map(repr, now.rows()))
    assert len(now) > 0 or new == "roofline_unmodeled"


def test_old_column_names_can_be_asked_for(session: nt.Session) -> None:
    """The query that the README showed earlier."""
    old = session.sql("SELECT stage, measured_ns, roofline_ns, lost_ns FROM mfu_exclusive").rows()
    assert (
        old == session.sql("SELECT stage, measured_ns, roofline_ns, above_roofline_ns FROM roofline_exclusive").rows()
    )
    assert old


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_needs_what_the_new_one_needs(old: str) -> None:
    with nt.open(SAMPLES / "sample.sqlite", cache=False) as session, pytest.raises(nt.NsysToolsError, match="requires"):
        session.query(old)


def test_old_names_are_not_listed(session: nt.Session) -> None:
    listed = {*session.queries()["query"], *nt.queries()["query"]}
    assert {new for new, _ in RENAMED.values()} <= listed
    assert not listed & set(RENAMED)
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs/reference/sql").glob("*.md"))
    assert f"## {next(iter(listed))}\n" in pages
    for old in RENAMED:
        assert f"## {old}\n" not in pages


def test_old_names_are_not_suggested() -> None:
    with pytest.raises(nt.NsysToolsError) as error:
        catalogue.find("mfu_stag")
    assert "mfu_stage" not in error.value.hint
