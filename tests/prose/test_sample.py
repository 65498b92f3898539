"""The sample for reviews: how many of each kind, and the same ones again."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest

from tests.conftest import REPOSITORY
from tests.prose.messages import raised
from tests.prose.sample import DRAWN, draw, page
from tests.prose.units import Unit, units


@pytest.fixture(scope="module")
def found() -> dict[str, list[Unit]]:
    """Return all units."""
    return units()


@cache
def lines(file: str) -> int:
    return len((REPOSITORY / file).read_text(encoding="utf-8").splitlines())


def test_a_sample_has_its_counts_and_kinds() -> None:
    drawn = draw(7)
    assert Counter(kind for kind, _ in drawn) == DRAWN
    assert len({(kind, unit.text) for kind, unit in drawn}) == sum(DRAWN.values())
    text = page(7)
    assert len(re.findall(r"^## \d+\. (?:help|docs|SQL header|message|docstring): \S+:\d+$", text, re.MULTILINE)) == 110
    assert text.count("\nVerdict:\n") == 110


def test_a_seed_gives_one_sample() -> None:
    assert draw(7) != draw(8)
    command = [sys.executable, "-m", "tests.prose.sample", "--seed", "7"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == page(7)


def test_units_are_where_they_say(found: dict[str, list[Unit]]) -> None:
    for kind, listed in found.items():
        assert len({unit.text for unit in listed}) == len(listed) > 2 * DRAWN[kind], kind
        for unit in listed:
            assert 1 <= unit.line <= lines(unit.file), unit


def test_each_kind_has_what_it_should(found: dict[str, list[Unit]]) -> None:
    of = {unit.of: unit for unit in found["help"]}
    assert of["nsys-tools analyze"].file == "nsys_tools/cli/analyze.py"
    assert "nsys-tools analyze --out" in of
    assert not [unit for unit in found["docs"] if "reference" in unit.file]
    assert {"README.md", "docs/guides/idle.md"} <= {unit.file for unit in found["docs"]}
    assert "queries/kernel/summary.sql" in {unit.file for unit in found["SQL header"]}
    assert not [unit for unit in found["SQL header"] if "/_" in unit.file]
    assert {"NsysToolsError", "UsageError", "log", "note"} <= {unit.of for unit in found["message"]}


def test_messages_have_their_placeholders() -> None:
    source = (
        'message = f"{path} is not a trace."\n'
        'raise NsysToolsError(message, "Name another" " file.")\n'
        'raise typer.BadParameter(f"{len(rows)} rows: too " + "many.")\n'
        'log.warning("No cache: %s.", error)\n'
        'raise KeyError("a name")\n'
    )
    assert list(raised(ast.parse(source))) == [
        (2, "NsysToolsError", "{path} is not a trace.\nhint: Name another file."),
        (3, "BadParameter", "{len(rows)} rows: too many."),
        (4, "log", "No cache: %s."),
    ]
