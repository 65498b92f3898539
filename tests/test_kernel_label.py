"""Labels of kernels: a reviewed table, names of real traces, and names that nobody should have given."""

from __future__ import annotations

import csv
import itertools
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools.kernel_label import MOST, cut, label, labels
from tests.conftest import SHARED, SHARED_TRACES

with (Path(__file__).parent / "kernel_labels.csv").open(encoding="utf-8", newline="") as stream:
    TABLE = [(row["label"], row["name"]) for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]


@pytest.mark.parametrize(("expected", "name"), TABLE, ids=[expected for expected, _ in TABLE])
def test_label(expected: str, name: str) -> None:
    assert label(name) == expected
    assert len(expected) <= MOST


@pytest.mark.parametrize("trace", SHARED_TRACES)
def test_kernels_of_a_trace_are_told_apart(trace: str) -> None:
    path = SHARED / "traces" / f"{trace}.sqlite"
    if not path.is_file():
        pytest.skip("../shared/traces is not here")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT DISTINCT s.value FROM CUPTI_ACTIVITY_KIND_KERNEL AS k JOIN StringIds AS s ON s.id = k.demangledName"
        )
        names = [name for (name,) in rows]
    pairs = [
        (label(one), label(two))
        for one, two in itertools.combinations(names, 2)
        if re.sub(r"instance \d+", "", one) != re.sub(r"instance \d+", "", two)
    ]
    assert all(len(one) <= MOST for pair in pairs for one in pair)
    assert sum(one != two for one, two in pairs) >= 0.98 * len(pairs)
    assert len(set(labels(names).values())) == len(names)


def test_equal_labels_are_numbered() -> None:
    names = ["f<a::b, 1>(int)", "f<c::b, 1>(int)", "g"]
    assert labels(names) == {"f<a::b, 1>(int)": "f b 1", "f<c::b, 1>(int)": "f b 1 #2", "g": "g"}
    long = [f"k<{'x' * 60}, {letter}::y>()" for letter in "ab"]
    assert all(len(one) <= MOST for one in labels(long).values())


@pytest.mark.parametrize(
    "name",
    ["", " ", "<", ">", "a<", "a<b", "(((", "void", "::", "a::", "operator<", "\x1b[31mred\x07", "\ud800", "💥" * 100,
     "a<" * 3000, "a<b,(" * 2000, "f(" * 5000 + ")" * 5000, "elementwise_kernel<" * 800, "x" * 100_000],
    ids=range(19),
)  # fmt: skip
def test_any_name_has_a_label_soon(name: str) -> None:
    begin = time.process_time()
    found = label(name)
    assert 0 < len(found) <= MOST
    assert found.isprintable()
    assert time.process_time() - begin < 0.5


def test_cut_keeps_both_ends() -> None:
    assert cut("abcdefghij", 7) == "abc…hij"
    assert cut("abc", 7) == "abc"
