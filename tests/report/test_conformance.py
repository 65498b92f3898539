"""The comparison with an installed nsys: what it says of tables, and that traces of ours stand it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.report.conformance import Outcome, compare, compared, first_difference
from nsys_tools.trace.timeline import Timeline
from tests.case import build
from tests.conftest import installed_nsys
from tests.queries.test_stats import edges


def test_the_first_cell_that_differs_is_named() -> None:
    theirs = [["a", "b"], ["1", "2.0"], ["3", "4"]]
    assert first_difference(theirs, theirs) == ""
    assert first_difference([["a", "b"], ["1", "2"]], theirs) == "row 1, b: ours '2', theirs '2.0'"
    assert first_difference(theirs[:2], theirs) == "ours has 1 rows, theirs 2"
    assert first_difference([["a", "c"]], theirs) == "row 0, header: ours 'c', theirs 'b'"
    assert first_difference([["a", "b"], ["1"]], theirs) == "row 1: ours has 1 cells, theirs 2"


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome"),
    [
        ([], [], Outcome.NEITHER),
        ([["a"], ["1"]], [], Outcome.ONLY_OURS),
        ([], [["a"], ["1"]], Outcome.ONLY_THEIRS),
        ([["a"], ["1"]], [["a"], ["1"]], Outcome.EQUAL),
        ([["a"], ["1"]], [["a"], ["1.0"]], Outcome.DIFFERS),
    ],
)
def test_outcomes(ours: list[list[str]], theirs: list[list[str]], outcome: Outcome) -> None:
    assert compared("t", "r", ours, theirs).outcome is outcome


def test_without_nsys_there_is_a_hint(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="No nsys at") as caught:
        tools.find("nsys", str(tmp_path / "nsys"))
    assert "install-nsys" in caught.value.hint


@pytest.mark.nsys
@pytest.mark.parametrize("arguments", [[], ["base"], ["nvtx-name", "mangled"]], ids=str)
def test_our_traces_against_an_installed_nsys(
    tmp_path: Path, sample: tuple[Path, Timeline], arguments: list[str]
) -> None:
    nsys = installed_nsys()
    for trace in (sample[0], build(tmp_path, edges)):
        found = list(compare(trace, nsys, arguments))
        assert [c for c in found if c.outcome in {Outcome.DIFFERS, Outcome.ONLY_THEIRS}] == []
        assert sum(c.outcome is Outcome.EQUAL for c in found) >= 10
