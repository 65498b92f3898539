"""How `tests.same_figures` reports files that differ."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.same_figures import cases, difference, files


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("a.csv", "x,y\n1,2\n1,3\n", "x,y\n1,2\n1,4\n", "cells by column: y 1; row 2, y: 3 -> 4"),
        ("a.csv", "x\n1\n", "x\n1\n2\n", "2 rows of [['x']] -> 3 rows of [['x']]"),
        ("a.csv", "x\n1\n", "x\r\n1\r\n", "has other line ends or quotes"),
        ("a.md", "one\ntwo\n", "one\nthree\n", "line 2: two -> three"),
        ("a.md", None, "one\n", "is new"),
        ("a.md", "one\n", None, "is gone"),
    ],
)
def test_a_difference_in_words(name: str, before: str | None, after: str | None, said: str) -> None:
    assert difference(name, *(text and text.encode() for text in (before, after))) == said  # type: ignore[arg-type]


def test_digits_and_versions_that_do_not_count(tmp_path: Path) -> None:
    contents = []
    for number, version in ((0.123456789012345, "1.0"), (0.123456789012346, "2.0")):
        folder = tmp_path / version
        folder.mkdir()
        pl.DataFrame({"x": [number]}).write_parquet(folder / "a.parquet")
        (folder / "a.json").write_text(f'{{"version": "{version}", "x": {number}}}')
        (folder / "manifest.json").write_text(version)
        contents.append([files(folder, version, digits) for digits in (0, 12)])
    (exact, rounded), (other_exact, other_rounded) = contents
    assert rounded == other_rounded
    assert exact.keys() == {"a.json", "a.parquet"}
    assert all(exact[name] != other_exact[name] for name in exact)


def test_the_traces(tmp_path: Path) -> None:
    asked = cases(tmp_path, ["samples", "goldens", "random"], 7, 5)
    assert len(asked) == 3 + 5 + 5
    assert all(Path(str(case.path)).is_file() for case in asked)
    assert any("stages" in case.given for case in asked if case.part == "random")
