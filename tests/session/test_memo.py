"""The relations that queries read are parsed once, and checked against the query text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from nsys_tools.session import catalogue
from nsys_tools.session import memo as memo_module
from nsys_tools.session.memo import Memo
from nsys_tools.sources.nsys.trace import open_trace
from tests.case import build, launch


class Parser:
    """Counts how often a SELECT is parsed."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.count = 0

    def __call__(self) -> dict[str, Any]:
        self.count += 1
        tree = catalogue.parsed(duckdb.connect(), self.sql)
        assert tree is not None
        return tree


@pytest.fixture(autouse=True)
def nothing_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clear what earlier sessions of this process have learned."""
    monkeypatch.setattr(memo_module, "_LEARNED", {})


def asked(memo: Memo, sql: str) -> tuple[set[str], int]:
    parser = Parser(sql)
    return memo.reads(sql, parser), parser.count


def test_a_text_is_parsed_once(tmp_path: Path) -> None:
    memo = Memo(tmp_path)
    assert asked(memo, "SELECT a FROM b JOIN loaded.c USING (d)") == ({"b", "loaded.c"}, 1)
    assert asked(memo, "SELECT a FROM b JOIN loaded.c USING (d)") == ({"b", "loaded.c"}, 0)
    assert asked(memo, "SELECT a FROM b") == ({"b"}, 1)
    memo.save()
    memo_module._LEARNED.clear()
    assert asked(Memo(tmp_path), "SELECT a FROM b JOIN loaded.c USING (d)") == ({"b", "loaded.c"}, 0)
    assert asked(Memo(tmp_path), "SELECT a FROM e") == ({"e"}, 1)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": [1]}', "\xff"])
def test_a_damaged_file_is_not_believed(tmp_path: Path, text: str) -> None:
    memo = Memo(tmp_path)
    asked(memo, "SELECT a FROM b")
    memo.save()
    (file,) = tmp_path.glob("*/reads.json")
    file.write_text(text, encoding="latin-1")
    memo_module._LEARNED.clear()
    assert asked(Memo(tmp_path), "SELECT a FROM b") == ({"b"}, 1)


def test_a_changed_name_is_not_believed(tmp_path: Path) -> None:
    """A query that reads a relation other than the stored one would lack it."""
    memo = Memo(tmp_path)
    asked(memo, "SELECT a FROM b")
    memo.save()
    (file,) = tmp_path.glob("*/reads.json")
    file.write_text(file.read_text().replace('["b"]', '["c"]'))
    memo_module._LEARNED.clear()
    assert asked(Memo(tmp_path), "SELECT a FROM b") == ({"b"}, 1)


def test_without_a_place_nothing_is_kept(tmp_path: Path) -> None:
    memo = Memo(None)
    assert asked(memo, "SELECT a FROM b") == ({"b"}, 1)
    memo.save()
    (tmp_path / "file").touch()
    memo_module._LEARNED.clear()
    memo = Memo(tmp_path / "file")
    assert asked(memo, "SELECT a FROM b") == ({"b"}, 1)
    memo.save()
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_second_run_parses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NSYS_TOOLS_CACHE", str(tmp_path / "cache"))
    path = build(tmp_path, lambda b: launch(b, 1, 2, 3))

    def rows() -> list[tuple[Any, ...]]:
        with open_trace(path) as trace:
            return trace.query("stats_cuda_gpu_kern_sum").rows()

    first = rows()
    memo_module._LEARNED.clear()
    monkeypatch.setattr(catalogue, "parsed", lambda *_: pytest.fail("parsed again"))
    assert rows() == first
    assert len(first) == 1


def test_sessions_of_one_process_share_what_they_learn() -> None:
    assert asked(Memo(None), "SELECT a FROM b") == ({"b"}, 1)
    assert asked(Memo(None), "SELECT a FROM b") == ({"b"}, 0)
