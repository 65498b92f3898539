"""Figures of a comparison equal scipy and hand computations."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nsys_tools.comparison.changes import _p
from nsys_tools.comparison.effects import effect
from nsys_tools.comparison.statistics import Shift, compare, drift
from tests.diff_power import row

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, from a table."""
TIMES = st.lists(st.lists(st.integers(1, 10**6).map(float), min_size=1, max_size=8), min_size=1, max_size=3)
COUNTS, SUMS, STEPS = st.integers(0, 10**6), st.integers(0, 10**13), st.integers(1, 5000)


def two_sides(seed: int, n: int, m: int, *, effect: float = 0.02, sigma: float = 0.02) -> tuple[list[int], list[int]]:
    """Return times of 10 ms with log-normal noise; those of the new side are longer by `effect`."""
    dice = np.random.default_rng(seed)
    base, new = 1e7 * dice.lognormal(0, sigma, n), 1e7 * (1 + effect) * dice.lognormal(0, sigma, m)
    return [round(ns) for ns in base], [round(ns) for ns in new]


def test_medians_minima_and_means() -> None:
    """All captures of a side are combined: 7 times with median 5, and 4 times with median between 6 and 8."""
    found = compare([[3, 1, 9], [5, 7, 5, 12]], [[6, 8], [2, 40]])
    assert (found.base_count, found.new_count) == (7, 4)
    assert (found.base_median, found.new_median) == (5, 7)
    assert (found.base_min, found.new_min) == (1, 2)
    assert (found.base_mean, found.new_mean) == (6, 14)
    assert found.ratio == pytest.approx(7 / 5, rel=1e-15)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (5, 9), (10, 10), (30, 41), (300, 200)])
def test_p_is_that_of_scipy(n: int, m: int) -> None:
    """Two-sided, for small samples (scipy is exact there), for large ones, and with ties."""
    base, new = two_sides(n, n, m)
    for ns in (1, 100_000):
        one, other = ([time // ns for time in side] for side in (base, new))
        wanted = float(stats.mannwhitneyu(one, other, alternative="two-sided").pvalue)
        assert compare([one], [other]).p == pytest.approx(wanted, rel=1e-12)


def differences(base: list[int], new: list[int]) -> list[int]:
    """Return all pairwise differences in order."""
    return sorted(one - other for one in new for other in base)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 4), (10, 10), (15, 30), (60, 47)])
def test_shift_is_the_median_of_all_differences(n: int, m: int) -> None:
    """The Hodges-Lehmann estimate equals the median of all n * m differences."""
    base, new = two_sides(n + m, n, m)
    assert compare([base], [new]).shift == median(differences(base, new))


@pytest.mark.parametrize(("n", "m", "k"), [(10, 10, 24), (15, 15, 65), (15, 30, 143), (30, 30, 317), (60, 47, 1097)])
def test_interval_of_the_shift_is_an_order_statistic(n: int, m: int, k: int) -> None:
    """It extends from the k-th smallest difference to the k-th largest, k = nm/2 - z * sqrt(nm(n+m+1)/12).

    With k rounded down, this is the large-sample interval of Hollander and Wolfe, as in R's ``wilcox.test``.
    """
    assert k == math.floor(n * m / 2 - Z * math.sqrt(n * m * (n + m + 1) / 12))
    base, new = two_sides(n * m, n, m)
    ordered, found = differences(base, new), compare([base], [new])
    assert (found.shift_low, found.shift_high) == (ordered[k - 1], ordered[-k])


def test_interval_of_the_shift_agrees_with_p() -> None:
    """In 300 simulations of 10 vs. 10 times, the 95 % interval excludes 0 exactly if p is below 0.05."""
    disagree = []
    for seed in range(300):
        found = compare(*([side] for side in two_sides(seed, 10, 10)))
        if (found.p < 0.05) != (found.shift_low > 0 or found.shift_high < 0):
            disagree.append((seed, found.p, found.shift_low, found.shift_high))
    assert disagree == []


@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_interval_of_the_ratio_holds_the_true_ratio(effect: float) -> None:
    """This holds in 90 to 99 % of 200 seeded simulations of 30 vs. 30 times; 95 % is nominal."""
    held = 0
    for seed in range(200):
        found = compare(*([side] for side in two_sides(seed, 30, 30, effect=effect)))
        held += found.ratio_low <= 1 + effect <= found.ratio_high
    assert 180 <= held <= 198


@pytest.mark.parametrize(("n", "m"), [(30, 30), (31, 45), (10, 200)])
def test_interval_of_the_ratio_is_close_to_that_of_scipy(n: int, m: int) -> None:
    """Both ends are within 0.3 standard errors of the ratio of those of `scipy.stats.bootstrap`.

    A 2.5 % quantile of 2,000 random samples has a standard error of sqrt(0.025 * 0.975 / 2000) / 0.058 = 0.06 standard
    errors of the ratio, and one of 9,999 samples has 0.027; together 0.066. The tolerance is 4.5 times that.
    """
    base, new = two_sides(5, n, m)
    found = compare([base], [new])
    wanted = stats.bootstrap(
        (np.asarray(base), np.asarray(new)),
        lambda one, other, axis: np.median(other, axis=axis) / np.median(one, axis=axis),
        method="percentile", vectorized=True, rng=np.random.default_rng(3),
    )  # fmt: skip
    near = 0.3 * float(wanted.standard_error)
    assert found.ratio_low == pytest.approx(float(wanted.confidence_interval.low), abs=near)
    assert found.ratio_high == pytest.approx(float(wanted.confidence_interval.high), abs=near)


def flat(runs: list[list[float]]) -> list[float]:
    return [ns for run in runs for ns in run]


def assert_mirrored(one: Shift, other: Shift) -> None:
    """Ratio and its ends are reciprocals, shift and its ends are negated, p is equal, and sides are exchanged."""
    assert other.ratio == 1 / one.ratio or one.ratio == 1 / other.ratio
    ends = (one.ratio_low, one.ratio_high), (other.ratio_low, other.ratio_high)
    assert ends[1] == (1 / ends[0][1], 1 / ends[0][0]) or ends[0] == (1 / ends[1][1], 1 / ends[1][0])
    assert (other.shift, other.shift_low, other.shift_high) == (-one.shift, -one.shift_high, -one.shift_low)
    assert other.p == one.p
    for figure in ("count", "median", "min", "mean", "drift"):
        for side, opposite in (("base", "new"), ("new", "base")):
            assert getattr(other, f"{side}_{figure}") == getattr(one, f"{opposite}_{figure}")
    assert other.reversed() == one or one.reversed() == other


@given(TIMES, TIMES)
@settings(max_examples=150, deadline=None)
def test_exchanged_sides_give_the_mirrored_answer(base: list[list[float]], new: list[list[float]]) -> None:
    """The answers are equal to the last bit, for any times in any captures.

    A separate test covers sides with equal times.
    """
    if flat(base) != flat(new):
        assert_mirrored(compare(base, new), compare(new, base))


def test_equal_sides_give_the_mirrored_answer() -> None:
    """A side compared with itself: the upper end is the reciprocal of the lower one.

    The sides are indistinguishable. The reciprocal of a reciprocal may differ in the last bit.
    """
    found = compare([[10, 11, 13, 17]], [[10, 11, 13, 17]])
    assert (found.ratio, found.shift, found.shift_low) == (1, 0, -found.shift_high)
    assert found.ratio_low * found.ratio_high == pytest.approx(1, rel=1e-15)


def test_reversed_twice_is_the_same() -> None:
    """The values have exact reciprocals."""
    one = Shift(4, 8, 16.0, 32.0, 8.0, 16.0, 16.0, 64.0, 2.0, 0.5, 4.0, 16.0, -8.0, 32.0, 0.25, 0.0, -0.5)
    assert one.reversed().reversed() == one
    assert (one.drift, one.reversed().drift, one.reversed().base_drift) == (0.5, 0.5, -0.5)


def test_drift_by_hand() -> None:
    """The drift is that of the capture farthest from 0, with its sign; of an odd number, the median is late."""
    assert drift([[10, 10, 11, 11]]) == pytest.approx(0.1)
    assert drift([[10, 10, 11, 11], [10, 30, 15, 15], [100, 130]]) == pytest.approx(0.3)
    assert drift([[10, 10, 11, 11], [20, 20, 10, 10], [7]]) == pytest.approx(-0.5)
    assert drift([[10, 12, 14]]) == pytest.approx(0.3)
    assert drift([[5], [9]]) == 0
    found = compare([[10, 10, 11, 11], [20, 20, 10, 10]], [[10, 10, 12, 12]])
    assert [found.base_drift, found.new_drift, found.drift] == pytest.approx([-0.5, 0.2, 0.5])


@given(COUNTS, SUMS, COUNTS, SUMS, st.one_of(st.just((1, 1)), st.tuples(STEPS, STEPS)))
@settings(max_examples=500, deadline=None)
def test_effects_add_up(base_count: int, base_ns: int, new_count: int, new_ns: int, per: tuple[int, int]) -> None:
    """Both parts add up to the difference of the rounded totals, and each is the exact fraction except for rounding.

    The part due to the number of runs is rounded once, and differs by at most half a ns. The other one is the rest of
    totals that are rounded too, so it differs by at most 0.5 + 0.5 + 0.5.
    """
    found = effect(base_count, base_ns, new_count, new_ns, per=per)
    whole = round(Fraction(new_ns, per[1])) - round(Fraction(base_ns, per[0]))
    assert found.count_ns + found.duration_ns == whole == found.delta_ns
    if not base_count or not new_count:
        assert (found.count_ns, found.duration_ns) == (whole, 0)
        return
    mean = Fraction(base_ns, base_count), Fraction(new_ns, new_count)
    number = Fraction(base_count, per[0]), Fraction(new_count, per[1])
    by_count, by_duration = (number[1] - number[0]) * mean[0], (mean[1] - mean[0]) * number[1]
    assert abs(found.count_ns - by_count) <= Fraction(1, 2)
    assert abs(found.duration_ns - by_duration) <= Fraction(3, 2)


def test_effect_by_hand() -> None:
    """10 runs of 5 ns become 12 runs of 6 ns: 2 more at 5 ns, and 12 that take 1 ns longer; then per 2 and 3 steps."""
    found = effect(10, 50, 12, 72)
    assert (found.count_ns, found.duration_ns, found.delta_ns) == (10, 12, 22)
    found = effect(10, 50, 12, 72, per=(2, 3))  # 5 runs become 4, 25 ns become 24
    assert (found.count_ns, found.duration_ns, found.delta_ns) == (-5, 4, -1)


@pytest.mark.parametrize("shift", [0.0, 0.003, 0.01, 0.03])
@pytest.mark.parametrize("n", [50, 300])
def test_p_of_a_row_is_close_to_that_of_scipy(n: int, shift: float) -> None:
    """Fifty quantiles of 50 times are the times: p is scipy's asymptotic p, without continuity correction.

    Of 300 times, each quantile represents six. The ranks within these six are lost, which changes the normal deviate of
    the test by less than 0.1 in 20 simulations.
    """
    for seed in range(20):
        base, new = two_sides(seed, n, n, effect=shift)
        found = _p(row("k", base), row("k", new))
        wanted = stats.mannwhitneyu(base, new, method="asymptotic", use_continuity=False)
        assert found is not None
        if n == 50:
            assert found == pytest.approx(float(wanted.pvalue), rel=1e-6)
        else:
            deviates = [float(stats.norm.isf(p / 2)) for p in (found, wanted.pvalue)]
            assert deviates[0] == pytest.approx(deviates[1], abs=0.1)


def test_p_of_a_row_needs_five_runs() -> None:
    """Fewer can never be significant, so they are not tested."""
    assert _p(row("k", [1, 2, 3, 4]), row("k", range(100))) is None
    assert _p(row("k", [1, 2, 3, 4, 5]), row("k", range(100))) is not None
