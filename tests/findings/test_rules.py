"""Every rule: a trace where it fires with the right nanoseconds, and one just below, where it does not."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import pytest

from nsys_tools.findings.rules import NOTICEABLE, rules, words
from nsys_tools.report.analysis import TABLES
from tests.case import build
from tests.commands import run
from tests.conftest import REPOSITORY
from tests.findings import cpu, kernels, steps  # noqa: F401  (they register the cases)
from tests.findings.case import CASES, US, found, kernel, lengthened, span

ROOFLINE = {"roofline_op"}


def test_every_rule_has_a_case() -> None:
    assert {query.name.removeprefix("findings_") for query in rules()} == {*CASES, "below_roofline"}, (
        "below_roofline needs a model: tests/roofline has its case"
    )


@pytest.mark.parametrize("rule", sorted(CASES))
def test_it_fires_with_the_nanoseconds_at_stake(rule: str, tmp_path: Path) -> None:
    one = CASES[rule]
    fired = found(tmp_path, rule, one.fill, steps=one.steps)
    assert [finding.at_stake_ns for finding in fired] == [one.at_stake_ns]


@pytest.mark.parametrize("rule", sorted(CASES))
def test_it_is_silent_just_below(rule: str, tmp_path: Path) -> None:
    one = CASES[rule]
    if one.below:
        assert found(tmp_path, rule, one.below, steps=one.steps) == []
        return
    assert one.at_stake_ns is not None
    whole, last = span(tmp_path, one.fill)
    longer = round(one.at_stake_ns / NOTICEABLE) - whole
    assert longer > 0, "the case has too little at stake"
    assert len(found(tmp_path, rule, lengthened(one.fill, last, longer - 1), steps=one.steps)) == 1
    assert found(tmp_path, rule, lengthened(one.fill, last, longer), steps=one.steps) == []


def test_headers_are_whole() -> None:
    names = {query.name.removeprefix("findings_") for query in rules()}
    needs = {"kernels", "copies", "memsets", "graphs", "calls", "ranges", "steps", "model"}
    for query in rules():
        columns = [column.name for column in query.columns]
        assert columns[0] == "at_stake_ns", query.name
        assert query.fact("certainty") in {"certain", "likely", "possible"}, query.name
        stakes = {"kernel", "copy", "memset", "idle", "idle and communication", "wall", "none"}
        assert query.fact("stake") in stakes, query.name
        assert query.fact("docs").startswith("https://"), query.name
        assert query.fact("advice").endswith((".", "!s}")), query.name
        assert set(words(query, "needs")) <= needs, query.name
        said = " ".join(query.fact(key) for key in ("sentence", "advice", "plain"))
        assert {name for _, name, _, _ in Formatter().parse(said) if name} <= set(columns), query.name
        assert query.fact("table") in {*TABLES, *ROOFLINE}, query.name
        assert {*words(query, "unless"), *words(query, "within")} <= names, query.name
    assert len(names) >= 30


def test_the_rule_of_the_guide(tmp_path: Path) -> None:
    """A file in an --assets folder is a rule."""
    sql = (REPOSITORY / "docs" / "guides" / "own.md").read_text(encoding="utf-8").partition("```sql\n")[2]
    file = tmp_path / "assets" / "queries" / "findings" / "topk.sql"
    file.parent.mkdir(parents=True)
    file.write_text(sql.partition("```")[0], encoding="utf-8")
    path = build(tmp_path, lambda b: kernel(b, "my_topk_kernel", 0, 7 * US))
    asked = ("findings", str(path), "--format", "json", "--rule", "topk")
    done = run("--assets", str(tmp_path / "assets"), *asked, cwd=tmp_path)
    (one,) = json.loads(done.stdout)["rows"]
    assert (one["rule"], one["at_stake_ns"], one["names"]) == ("topk", 7 * US, ["my_topk_kernel"])
    assert one["evidence"]["sum_ns"] == {"value": 7 * US, "unit": "ns"}
    assert one["text"] == "1 top-k kernels took 7 µs. The most time is in my_topk_kernel."
