"""The standard deviation of integers is exact, and the same in any order."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import duckdb
import pytest

from nsys_tools.session.catalogue import functions


def deviation(values: list[int | None]) -> float | None:
    with duckdb.connect() as connection:
        connection.execute(functions())
        connection.execute("CREATE TABLE t (x BIGINT)")
        connection.execute("INSERT INTO t SELECT unnest($values)", {"values": values or [None]})
        row = connection.execute("SELECT deviation(x) FROM t").fetchone()
    return row[0] if row else None


def exact(values: list[int]) -> float:
    mean = Fraction(sum(values), len(values))
    return math.sqrt(sum((one - mean) ** 2 for one in values) / (len(values) - 1))


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 4], [5, 5, 5, 5], [10**15, 10**15 + 1, 10**15 + 1], [-3, 3], [3 * 10**9, -(3 * 10**9) - 1, 7],
        [2**53, 2**53 - 1, 0], list(range(10**9, 10**9 + 1000)),
    ],
    ids=lambda values: f"{values[0]} and {len(values) - 1} more",
)  # fmt: skip
def test_it_is_exact_in_any_order(values: list[int]) -> None:
    found = {deviation(random.Random(seed).sample(values, len(values))) for seed in range(5)}
    assert len(found) == 1
    assert found.pop() == pytest.approx(exact(values), rel=1e-15, abs=0)


def test_of_one_and_of_none_it_is_unknown() -> None:
    assert deviation([7]) is None
    assert deviation([None, 7]) is None
    assert deviation([]) is None
