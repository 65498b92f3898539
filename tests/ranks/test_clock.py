"""The line through the ends of collectives: offset, drift, outliers, chains of files."""

from __future__ import annotations

import numpy as np
import pytest

from nsys_tools.ranks.clock import Clock, Ends, aligned

TRUE = np.arange(0, 10_000_000_000, 25_000_000, dtype=np.int64)


def recorded(offset: int, drift_ppm: float, keys: slice = slice(None), noise_ns: float = 0, seed: int = 1) -> Ends:
    """Return the times that a clock records for collectives that end at `TRUE`."""
    noise = np.random.default_rng(seed).normal(0, noise_ns, len(TRUE)) if noise_ns else np.zeros(len(TRUE))
    own = TRUE + offset + np.rint(TRUE * drift_ppm / 1e6 + noise).astype(np.int64)
    return Ends(np.arange(len(TRUE))[keys], own[keys])


def back(clock: Clock | None, ends: Ends) -> float:
    """Return the largest distance of the ends from the truth on the first clock, in ns."""
    assert clock is not None
    return float(np.abs(clock.on_first(ends.ends) - TRUE[ends.keys]).max())


@pytest.mark.parametrize(("offset", "drift"), [(3_000_000_000, 20.0), (-2_999_999_999, -20.0), (7, 0.0)])
def test_offset_and_drift(offset: int, drift: float) -> None:
    own = recorded(offset, drift)
    first, second = aligned([recorded(0, 0), own])
    assert first == Clock(0, 0, 0.0, pytest.approx(0, abs=1), len(TRUE))
    assert back(second, own) < 1
    assert second is not None
    assert second.drift_ppm == pytest.approx(-drift, abs=0.01)


def test_noise_is_the_residual_and_not_the_offset() -> None:
    own = recorded(1_000_000, 12.0, noise_ns=2_000)
    clock = aligned([recorded(0, 0), own])[1]
    assert clock is not None
    assert back(clock, recorded(1_000_000, 12.0)) < 500
    assert clock.residual_ns == pytest.approx(1.96 * 2_000 / 2, rel=0.2)  # for two files, the median is halfway


def test_wrong_matches_do_not_bend_the_line() -> None:
    own = recorded(5_000, 3.0)
    own.ends[::7] += 40_000_000
    clock = aligned([recorded(0, 0), own])[1]
    assert back(clock, recorded(5_000, 3.0)) < 2


def test_files_that_share_nothing_with_the_first_are_reached_through_others() -> None:
    files = [recorded(0, 0, slice(0, 200)), recorded(10**9, 15.0, slice(300, 400)), recorded(-(10**8), -9.0)]
    clocks = aligned(files)
    assert [back(clock, one) < 2 for clock, one in zip(clocks, files, strict=True)] == [True] * 3


def test_a_file_without_matches_has_no_clock() -> None:
    files = [recorded(0, 0, slice(0, 100)), recorded(0, 0, slice(100, 200)), recorded(5, 0, slice(0, 100))]
    clocks = aligned(files)
    assert [clock is None for clock in clocks] == [False, True, False]
    assert aligned([recorded(0, 0)]) == [None]
    assert aligned([]) == []


def test_few_matches_tell_no_drift() -> None:
    clock = aligned([recorded(0, 0, slice(0, 5)), recorded(100, 20.0, slice(0, 5))])[1]
    assert clock is not None
    assert (clock.drift_ppm, clock.matched_count) == (0.0, 5)
