"""A comparison detects the documented effects without false alarms: a small part of ``tests.diff_power``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.comparison.verdict import FASTER, SAME, SLOWER
from nsys_tools.sources.nsys.trace import open_trace
from tests.conftest import SHARED
from tests.diff_power import TRACES, halves, kernels_of, marks, row, rows_of, verdicts


def recorded(name: str) -> Path:
    """Return a recorded trace; skip where it is missing."""
    path = SHARED / "traces" / f"{name}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    return path


@pytest.mark.parametrize("sigma", [0.02, 0.05])
@pytest.mark.parametrize("steps", [10, 15, 30, 60])
def test_no_false_alarm_in_the_headline(steps: int, sigma: float) -> None:
    """Two sides of the same program are called faster or slower in at most 2 of 50 pairs."""
    words = verdicts(0.0, sigma, steps, pairs=50)
    assert words[FASTER] + words[SLOWER] <= 2, words


def test_equal_steps_are_the_same() -> None:
    """With 60 steps and 2 % noise, at least 45 of 50 pairs of one program are the same, and not ambiguous."""
    assert verdicts(0.0, 0.02, 60, pairs=50)[SAME] >= 45


def test_slower_steps_are_found() -> None:
    """5 % is found in at least 45 of 50 pairs with 30 steps and 2 % noise, and none is called faster."""
    words = verdicts(0.05, 0.02, 30, pairs=50)
    assert words[SLOWER] >= 45
    assert words[FASTER] == 0


def test_a_slower_kernel_is_found() -> None:
    """3 % on one of 40 kernels that run 30 times, with 2 % noise, is found in at least 90 % of 200 pairs.

    At most 2 % of the rows without an effect are marked.
    """
    found = marks(0.03, 0.02, 30)
    assert found.found >= 0.9 * found.changed, found
    assert found.false <= 0.02 * found.others, found


@pytest.mark.parametrize(("steps", "sigma"), [(10, 0.02), (30, 0.05)])
def test_equal_kernels_are_not_marked(steps: int, sigma: float) -> None:
    """Of 40 kernels in 50 pairs of the same program, at most 2 % are marked."""
    found = marks(0.0, sigma, steps, pairs=50)
    assert found.others == 2000
    assert found.false <= 0.02 * found.others, found


@pytest.mark.parametrize("name", TRACES)
def test_halves_of_a_recorded_run_do_not_differ(name: str) -> None:
    """At most 2 % of the rows are marked, and no phase is faster or slower."""
    found = halves(recorded(name))
    assert len(found.changes) > 20
    assert found.marked <= 0.02 * len(found.changes), [one for one in found.changes if one.is_significant]
    assert {verdict.word for _, _, verdict in found.steps}.isdisjoint({FASTER, SLOWER}), found.steps


def test_rows_made_here_equal_those_of_the_query() -> None:
    """Count, sum and quantiles of each kernel and launch are those of ``change_kernel``."""
    path = recorded(TRACES[0])
    with open_trace(path, cache=False) as trace:
        wanted = {(one["name"], one["detail"]): one for one in trace.query("change_kernel").records()}
    found = {(one.name, one.detail): one for one in rows_of(kernels_of(path)[0])}
    assert found.keys() == wanted.keys()
    for key, one in found.items():
        assert (one.count, one.sum_ns) == (wanted[key]["instance_count"], wanted[key]["sum_ns"])
        assert one.quantiles == wanted[key]["quantiles"]


def test_quantiles_by_hand() -> None:
    """Each of four values represents 12 or 13 of the 50; of three early values, the second is the median."""
    made = row("k", [40, 10, 30, 20], [True, True, False, True])
    assert made.quantiles == [10] * 13 + [20] * 12 + [30] * 13 + [40] * 12
    assert (made.early_ns, made.late_ns, made.count, made.sum_ns) == (20, 30, 4, 100)
