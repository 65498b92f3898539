"""The public entry point: one session for traces, run folders and ncu, and its errors for unanswerable queries."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import nsys_tools as nt
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE
from tests.sources import made_run

SAMPLES = SAMPLE.parent
JOINED: dict[str, Any] = {
    "stages": SAMPLES / "stages.toml", "model": "deepseek-ocr", "set": {"pages": 2, "new_tokens": 13},
    "gpu": "h100-sxm", "ncu": SAMPLES / "ncu.csv", "callgraph": SAMPLES / "callgraph.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Iterator[nt.Session]:
    with nt.open(SAMPLE, cache=False, **JOINED) as opened:
        yield opened


@pytest.fixture(scope="module")
def bare() -> Iterator[nt.Session]:
    with nt.open(SAMPLE, cache=False) as opened:
        yield opened


def test_public_names_are_listed_and_typed() -> None:
    assert {"open", "Session", "Result", "Analysis", "NsysToolsError"} <= set(dir(nt))
    assert dir(nt) == sorted(nt.__all__)
    assert all(getattr(nt, name) is not None for name in nt.__all__)
    # Names that a type checker sees exist at run time.
    text = (REPOSITORY / "nsys_tools" / "__init__.py").read_text(encoding="utf-8")
    typed = re.findall(r"\w+", " ".join(re.findall(r"^    from nsys_tools\S* import (.*?)(?:  #.*)?$", text, re.M)))
    assert sorted([*typed, "__version__"]) == sorted(nt.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nt.nothing  # type: ignore[attr-defined]
    assert (REPOSITORY / "nsys_tools" / "py.typed").is_file()


@pytest.mark.parametrize("module", ["", ".api.opening", ".api.models"])
def test_examples_of_docstrings(module: str) -> None:
    found = doctest.testmod(import_module(f"nsys_tools{module}"), extraglobs={"samples": SAMPLES})
    assert found.attempted > 0
    assert found.failed == 0


def test_a_run_folder_brings_its_own(tmp_path: Path) -> None:
    folder = made_run.write(tmp_path / "run")
    with nt.open(folder, cache=False) as opened:
        assert "with stages, model" in repr(opened)
        assert opened.query("roofline_stage", stage="vision").one()["execution_count"] == 2
        assert opened.report_folder == folder / "report"
    with nt.open(folder, stages=SAMPLES / "stages.toml", cache=False) as opened:
        assert {stage.name for stage in opened.stages} >= {"sam", "clip"}, "an argument overrides what the folder has"


@pytest.mark.parametrize("given", [{"path": SAMPLES / "ncu.csv"}, {"ncu": SAMPLES / "ncu.csv"}])
def test_ncu_without_a_trace(given: dict[str, Path]) -> None:
    with nt.open(**given) as opened:
        assert opened.query("ncu_kernel")["launch"] == ["ncu.csv/0", "ncu.csv/1"]
        assert opened.sql("SELECT count(*) AS n FROM ncu_metric").one()["n"] > 0
        for ask in (
            lambda: opened.query("stage_summary"), lambda: opened.query("ncu_coverage"),
            lambda: opened.sql("FROM kernel"), lambda: opened.stats("cuda_gpu_kern_sum"), opened.analyze,
        ):  # fmt: skip
            with pytest.raises(nt.NsysToolsError, match="trace"):
                ask()


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("roofline_stage", "an analytic model"), ("peak", "an analytic model"), ("roofline_point", "an analytic model"),
        ("ncu_coverage", "ncu results"), ("ncu_flops", "an analytic model"),
        ("callgraph_summary", "a call graph"),
    ],
)  # fmt: skip
def test_what_was_not_given_is_said(bare: nt.Session, query: str, needed: str) -> None:
    for ask in (lambda: bare.query(query), lambda: bare.sql(f"SELECT count(*) FROM {query}")):
        with pytest.raises(nt.NsysToolsError, match=f"{query} requires {needed}") as caught:
            ask()
        assert "nt.open(" in caught.value.hint
    assert bare.queries(query.partition("_")[0]).records(), "it is listed all the same"


def test_names_of_with_clauses_need_nothing(bare: nt.Session) -> None:
    """They hide a relation with the same name, except inside their own SELECT."""
    assert bare.sql("WITH layer AS (SELECT 1 AS x) SELECT x FROM layer").one() == {"x": 1}
    with pytest.raises(nt.NsysToolsError, match="layer requires an analytic model"):
        bare.sql("WITH layer AS (SELECT * FROM layer) SELECT count(*) FROM layer")
    counted = bare.sql("WITH RECURSIVE peak(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM peak WHERE n < 3) FROM peak")
    assert counted["n"] == [1, 2, 3]


def test_what_was_given_answers(session: nt.Session) -> None:
    for query in ("roofline_stage", "roofline_point", "ncu_coverage", "ncu_flops", "callgraph_summary"):
        assert len(session.query(query)) > 0
    needs = dict(zip(session.queries()["query"], session.queries()["needs"], strict=True))
    assert set(needs.values()) == {"", "ranks"}


def test_queries_tell_what_they_need(bare: nt.Session) -> None:
    needs = dict(zip(bare.queries()["query"], bare.queries()["needs"], strict=True))
    assert needs["roofline_stage"] == "model"
    assert needs["ncu_flops"] == "model, ncu"
    assert needs["callgraph_summary"] == "callgraph"
    assert needs["stage_summary"] == needs["kernel_summary"] == ""
    assert set(bare.queries("stage")["query"]) == {name for name in needs if name.startswith("stage_")}


def test_describe(bare: nt.Session) -> None:
    found = bare.describe("stage_summary")
    assert found.columns == ["column", "type", "unit", "meaning"]
    assert found["column"] == bare.query("stage_summary").columns
    assert dict(zip(found["column"], found["unit"], strict=True))["wall_ns"] == "ns"


def test_nsys_reports_as_results(bare: nt.Session) -> None:
    found = bare.stats("cuda_gpu_kern_sum:base")
    assert found.columns[:3] == ["Time (%)", "Total Time (ns)", "Instances"]
    assert sum(found["Instances"]) == bare.sql("SELECT count(*) AS n FROM kernel").one()["n"]
    assert bare.stats("gpukernsum").columns == found.columns, "an old name"
    part = bare.stats("cuda_gpu_kern_sum", filter_nvtx="vision")
    assert 0 < sum(part["Instances"]) < sum(found["Instances"])
    nothing = bare.stats("um_sum")
    assert (len(nothing), nothing.summary) == (
        0,
        "sample.sqlite does not contain CUDA unified memory CPU page fault data.",
    )


def test_an_analysis_outlives_its_session(tmp_path: Path) -> None:
    with nt.open(SAMPLE, stages=SAMPLES / "stages.toml", cache=False) as opened:
        found = opened.analyze()
    assert repr(found).startswith("<Analysis of sample.sqlite: ")
    assert found.findings[0].at_stake_ns > 0
    assert found.tables["kernel_summary"].pl()["sum_ns"].sum() > 0
    assert found.chart("stage_summary").to_dict()["config"]
    assert found.write(tmp_path / "report") == tmp_path / "report" / "report.html"
    with pytest.raises(nt.NsysToolsError, match="no chart 'nothing'"):
        found.chart("nothing")
    with pytest.raises(nt.NsysToolsError, match="nothing to show"):
        found.chart("roofline_point")


def test_errors_are_ours(tmp_path: Path) -> None:
    opened = nt.open(SAMPLE, cache=False)
    kept, unread = opened.query("stage_summary").kept(), opened.query("stage_summary")
    bad: list[Any] = [
        lambda: opened.query("kernel", top=-1), lambda: opened.query("no_such_query"),
        lambda: opened.query("kernel", no_such_column=1), lambda: opened.query("kernel", operation_id="x").rows(),
        lambda: opened.sql("SELECT"), lambda: opened.sql("SELECT no_such_column FROM kernel"),
        lambda: opened.sql("SELECT 1; SELECT 2"), lambda: opened.sql("CREATE TABLE t AS SELECT 1"),
        lambda: opened.sql("SELECT 'x'::BIGINT").rows(), lambda: opened.sql("SELECT $n").rows(),
        lambda: opened.stats("no_such_report"), lambda: opened.stats("cuda_gpu_kern_sum", filter_time="x"),
        lambda: opened.describe("no_such_query"), lambda: opened.query("stage_summary")["no_such_column"],
        lambda: nt.open(tmp_path), lambda: nt.open(tmp_path / "nothing"), nt.open,
        lambda: nt.open(SAMPLE, gpu="h100-sxm"), lambda: nt.open(SAMPLE, set={"pages": 2}),
        lambda: nt.open(SAMPLE, model="no-such-model", cache=False), lambda: nt.open(SAMPLE, stages=tmp_path / "no"),
    ]  # fmt: skip
    for ask in bad:
        with pytest.raises(nt.NsysToolsError):
            ask()
    opened.close()
    opened.close()
    for ask in (lambda: opened.query("kernel"), lambda: opened.sql("SELECT 1"), unread.rows, opened.analyze):
        with pytest.raises(nt.NsysToolsError, match="closed"):
            ask()
    assert len(kept.rows()) == len(kept) == 5
    assert repr(opened) == "<Session sample.sqlite>"


def test_a_closed_session_with_a_model_that_was_not_checked_yet() -> None:
    opened = nt.open(SAMPLE, cache=False, **JOINED)
    opened.close()
    for ask in (lambda: opened.query("roofline_stage"), lambda: opened.sql("FROM roofline_stage"), opened.analyze):
        with pytest.raises(nt.NsysToolsError, match="closed"):
            ask()


def test_a_result_is_read_twice(bare: nt.Session) -> None:
    """This holds if the query has no order and one row was read first."""
    found = bare.query("kernel")
    first = found.one()
    assert found.one() == first == found[0] == found.records()[0]
    assert len(found) == len(found.rows()) == len(found.pl()) == len(found.df()) == found.arrow().num_rows == 2046
    assert found.rows() == found.rows()
    assert pl.DataFrame(found).equals(found.pl())
    assert list(found)[-1] == found[-1]
    assert found[:2] == found.records()[:2]
    assert found["operation_id"] == [row["operation_id"] for row in found]
    with pytest.raises(IndexError):
        _ = found[2046]
    assert bare.query("kernel", top=0).one() == {}


def test_a_result_in_a_notebook(bare: nt.Session) -> None:
    found = bare.query("kernel_summary")
    page = found._repr_html_()
    assert "<th>sum_ns<br><small>ns</small></th>" in page
    assert f"kernel_summary: {len(found)} rows" in page
    assert "20 of 2,046 rows" in bare.query("kernel")._repr_html_()
    assert "stage_summary: 1 row<" in bare.query("stage_summary", top=1)._repr_html_()
    assert ">57,352.1<" in bare.sql("SELECT 57352.05479452055::DOUBLE AS x")._repr_html_()
    hostile = bare.sql("SELECT '<script>alert(1)</script>' AS \"<b>\"")._repr_html_()
    assert "<script" not in hostile
    assert "<b>" not in hostile
    assert repr(found) == f"<Result kernel_summary: {len(found)} rows x {len(found.columns)} columns>"


def test_only_the_models_checks_that_a_query_needs_run(session: nt.Session) -> None:
    """A session refuses MFU above 100 % as a report does, and only for queries that read the model."""
    wrong = {**JOINED, "set": {"pages": 2, "new_tokens": 13, "batch_size": 900}}
    with nt.open(SAMPLE, cache=False, **wrong) as opened:
        assert len(opened.query("stage_summary")) > 0
        with pytest.raises(nt.NsysToolsError, match=r"\d+ %"):
            opened.sql("SELECT mfu_ratio FROM roofline_stage")
