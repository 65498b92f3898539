"""The difference between two samples of times, and its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

CONFIDENCE = 0.95
_RESAMPLES = 2000
_PAIRS = 250_000
Runs = Sequence[Sequence[float]]
"""The times of one side, in order within each capture."""


@dataclass(frozen=True)
class Shift:
    """How the times on the new side differ from the times on the base side.

    Attributes
    ----------
    base_count, new_count
        Number of times on each side.
    base_median, new_median, base_min, new_min, base_mean, new_mean
        Median, minimum and mean over all captures of a side, in ns.
    ratio, ratio_low, ratio_high
        Median of the new side divided by the median of the base, with a 95 % percentile bootstrap confidence interval.
    shift, shift_low, shift_high
        Hodges-Lehmann estimate, which is the median of all differences new - base, in ns, with a 95 % confidence
        interval from the normal approximation of the Mann-Whitney statistic.
    p
        p-value of the two-sided Mann-Whitney test (`scipy.stats.mannwhitneyu`).
    base_drift, new_drift
        Median of a capture's second half divided by the median of its first half, minus 1. If a side has several
        captures, the value farthest from 0 is used.
    """

    base_count: int
    new_count: int
    base_median: float
    new_median: float
    base_min: float
    new_min: float
    base_mean: float
    new_mean: float
    ratio: float
    ratio_low: float
    ratio_high: float
    shift: float
    shift_low: float
    shift_high: float
    p: float
    base_drift: float
    new_drift: float

    @property
    def drift(self) -> float:
        """The larger absolute drift of the two sides."""
        return max(abs(self.base_drift), abs(self.new_drift))

    def reversed(self) -> Shift:
        """Return the same comparison with the two sides swapped."""
        return replace(
            self,
            base_count=self.new_count, new_count=self.base_count,
            base_median=self.new_median, new_median=self.base_median,
            base_min=self.new_min, new_min=self.base_min, base_mean=self.new_mean, new_mean=self.base_mean,
            ratio=1 / self.ratio, ratio_low=1 / self.ratio_high, ratio_high=1 / self.ratio_low,
            shift=-self.shift, shift_low=-self.shift_high, shift_high=-self.shift_low,
            base_drift=self.new_drift, new_drift=self.base_drift,
        )  # fmt: skip


def compare(base: Runs, new: Runs) -> Shift:
    """Compare two sides. Swapping the arguments gives the mirrored result.

    Parameters
    ----------
    base, new
        Positive times in ns, at least one per side.
    """
    import numpy as np  # noqa: PLC0415

    sides = [np.concatenate([np.asarray(run, dtype=np.float64) for run in runs]) for runs in (base, new)]
    drifts = drift(base), drift(new)
    # The sides are ordered by their data before sampling, so that swapped sides draw the same samples.
    if sides[0].tobytes() > sides[1].tobytes():
        return _compared(sides[1], sides[0], drifts[1], drifts[0]).reversed()
    return _compared(sides[0], sides[1], *drifts)


def drift(runs: Runs) -> float:
    """Return the largest drift of any capture: median of the second half / median of the first half, minus 1."""
    import numpy as np  # noqa: PLC0415

    found = [0.0]
    for run in runs:
        if len(run) >= 2:
            half = len(run) // 2
            found.append(float(np.median(run[half:]) / np.median(run[:half])) - 1)
    return max(found, key=abs)


def _compared(base: Array, new: Array, base_drift: float, new_drift: float) -> Shift:
    import numpy as np  # noqa: PLC0415
    from scipy.stats import mannwhitneyu  # noqa: PLC0415

    low, high = _ratio_interval(base, new)
    base_median, new_median = float(np.median(base)), float(np.median(new))
    return Shift(
        len(base), len(new), base_median, new_median, float(base.min()), float(new.min()),
        float(base.mean()), float(new.mean()), new_median / base_median, low, high, *_hodges_lehmann(base, new),
        float(mannwhitneyu(base, new, alternative="two-sided").pvalue), base_drift, new_drift,
    )  # fmt: skip


def _ratio_interval(base: Array, new: Array) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap confidence interval for the ratio of medians."""
    import numpy as np  # noqa: PLC0415

    dice = np.random.default_rng(0)
    medians = [_resampled_medians(side, dice) for side in (base, new)]
    ratios = np.sort(medians[1] / medians[0])
    outside = round((1 - CONFIDENCE) / 2 * _RESAMPLES)
    # The same number of values is cut off at both ends, so that swapping the sides mirrors the interval exactly. The
    # interval of a side compared with itself must be its own mirror image.
    low, high = float(ratios[outside]), float(ratios[-1 - outside])
    if np.array_equal(base, new):
        high = max(high, 1 / low)
        low = 1 / high
    return low, high


def _resampled_medians(values: Array, dice: np.random.Generator) -> Array:
    """Return the medians of bootstrap samples without drawing the samples.

    The k-th smallest of n draws from n values is the value at index n * u, where u is the k-th smallest of n uniform
    random numbers and has the distribution Beta(k, n + 1 - k). The next larger uniform number has the distribution of
    the smallest of the remaining n - k numbers.
    """
    import numpy as np  # noqa: PLC0415

    ordered, n = np.sort(values), len(values)
    k = (n + 1) // 2
    lower = dice.beta(k, n + 1 - k, _RESAMPLES)
    upper = lower if n % 2 else lower + (1 - lower) * dice.beta(1, n - k, _RESAMPLES)
    at = [np.minimum((place * n).astype(np.int64), n - 1) for place in (lower, upper)]
    found: Array = (ordered[at[0]] + ordered[at[1]]) / 2
    return found


def _hodges_lehmann(base: Array, new: Array) -> tuple[float, float, float]:
    """Return the median of all differences and its confidence interval. Large samples are thinned evenly."""
    import numpy as np  # noqa: PLC0415
    from scipy.special import ndtri  # noqa: PLC0415

    most = math.isqrt(_PAIRS)
    base, new = (np.sort(side)[:: -(-len(side) // most)] for side in (base, new))
    differences = np.sort(np.subtract.outer(new, base), axis=None)
    pairs = len(differences)
    spread = float(ndtri((1 + CONFIDENCE) / 2)) * math.sqrt(pairs * (len(base) + len(new) + 1) / 12)
    outside = max(math.floor(pairs / 2 - spread) - 1, 0)  # the k-th difference from either end
    return float(np.median(differences)), float(differences[outside]), float(differences[pairs - 1 - outside])
