"""Findings of real traces, each reviewed, and properties that hold for the findings of any trace."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.session import catalogue
from tests.conftest import REPOSITORY, SHARED, SHARED_TRACES
from tests.torture.random_traces import write as write_random

with (Path(__file__).parent / "reviewed.csv").open(encoding="utf-8", newline="") as stream:
    REVIEWED = list(csv.DictReader(stream))
# Idle time has one cause, so these never count the same nanosecond.
APART = {"launch_gap", "cpu_work", "cuda_api_sync", "synchronization", "queued_work"}


def opened(trace: str) -> nt.Session:
    path = SHARED / "traces" / f"{trace}.sqlite"
    if not path.is_file():
        pytest.skip("../shared/traces is not here")
    return nt.open(path)


@pytest.mark.parametrize("trace", SHARED_TRACES)
def test_findings_are_the_reviewed_ones(trace: str) -> None:
    with opened(trace) as session:
        found = [(one.rule, "" if one.at_stake_ns is None else str(one.at_stake_ns)) for one in session.findings()]
    assert found == [(row["rule"], row["at_stake_ns"]) for row in REVIEWED if row["trace"] == trace]


def check(session: nt.Session) -> int:
    """Check that no finding claims more time than there is; return how many were checked."""
    gpus = session.query("gpu_summary")
    idle, span = sum(gpus["idle_ns"]), sum(gpus["span_ns"])
    # Operations that end before they start take no time that could be saved.
    sums = {
        kind: session.sql(f"SELECT coalesce(sum(greatest(duration_ns, 0)), 0) AS ns FROM {kind}").one()["ns"]
        for kind in ("kernel", "copy", "memset")
    }
    exposed = sum(session.query("overlap")["exposed_ns"])
    whole = {**sums, "idle": idle, "wall": span, "idle and communication": idle + exposed}
    found = session.findings()
    for one in found:
        stake = catalogue.find(f"findings_{one.rule}").fact("stake")
        if stake != "none":
            assert one.at_stake_ns is not None
            assert 0 <= one.at_stake_ns <= whole[stake], one.rule
    assert sum(one.at_stake_ns or 0 for one in found if one.rule in APART) <= idle
    return len(found)


@pytest.mark.parametrize("trace", SHARED_TRACES)
def test_no_finding_claims_more_than_there_is(trace: str) -> None:
    with opened(trace) as session:
        assert check(session) > 0


@pytest.mark.parametrize("seed", range(12))
def test_nor_does_one_of_a_random_trace(seed: int, tmp_path: Path) -> None:
    write_random(tmp_path / "random.sqlite", seed)
    with nt.open(tmp_path / "random.sqlite", cache=False) as session:
        check(session)


def test_links_into_this_project_lead_somewhere() -> None:
    start = "https://github.com/nsys-tools/nsys-tools/blob/main/"
    links = [query.fact("docs") for query in catalogue.queries().values() if query.area == "findings"]
    own = [link.removeprefix(start).partition("#")[0] for link in links if link and link.startswith(start)]
    assert own
    assert [link for link in own if not (REPOSITORY / link).is_file()] == []
