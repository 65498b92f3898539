"""Tables on a terminal fit its width: numbers are complete, names are cut in the middle, and cuts are marked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nsys_tools.cli.cells import column
from nsys_tools.cli.fitting import cells, cut, fitted, folded
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import build, launch
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE
from tests.pseudo_terminal import on_terminal

HOSTILE = "void evil\x1b[2J\x1b]0;title\x07[bold red]<\u202eint>\n:smile:(" + "T, " * 90 + "end)"
WIDTHS = (80, 200)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a trace with a hostile kernel name, ten-digit numbers, and more rows than a terminal shows."""

    def fill(b: TraceBuilder) -> None:
        for i in range(250):
            launch(b, 3 * i, start=3 * i + 1, end=3 * i + 2, name=f"kernel_{i:03}")
        launch(b, 9_000, start=9_001, end=1_234_576_891, name=HOSTILE)

    return build(tmp_path_factory.mktemp("hostile"), fill)


def piped(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nsys_tools", *arguments], cwd=cwd, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "40"},
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    "arguments",
    [
        ("sql", "FROM kernel_summary"), ("sql", "FROM kernel"), ("sql", "FROM kernel LIMIT 1"),
        ("sql", "FROM trace_summary"), ("queries",), ("queries", "attribution"), ("queries", "--area", "step"),
        ("diff", str(SAMPLE), str(SAMPLE)), ("model", "list"), ("model", "flops", "deepseek-ocr"),
        ("model", "flops", "llama-2-7b", "--by", "phase", "--gpu", "l4"), ("model", "operators", "deepseek-ocr"),
        ("model", "sweep", "llama-2-7b", "--over", "seq_len=512,1024", "--gpu", "l4"), ("model", "show", "llama-2-7b"),
        ("ncu", str(SAMPLE.with_name("ncu.csv"))),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_line_is_longer_than_the_terminal(
    trace: Path, tmp_path: Path, columns: int, arguments: tuple[str, ...]
) -> None:
    command = ("sql", str(trace), *arguments[1:]) if arguments[0] == "sql" else arguments
    seen = on_terminal(*command, columns=columns, cwd=tmp_path)
    assert seen.returncode == 0, seen.written
    assert max(map(cells, seen.lines)) <= columns
    assert len(seen.lines) > 3


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_summary_of_kernels(trace: Path, tmp_path: Path, columns: int) -> None:
    query = "SELECT * EXCLUDE (label) FROM kernel_summary LIMIT 9"
    seen = on_terminal("sql", str(trace), query, columns=columns, cwd=tmp_path)
    head = next(place for place, line in enumerate(seen.lines) if line.startswith("─"))
    titles, units = seen.lines[head - 2].split(), seen.lines[head - 1].split()
    assert titles[:5] == ["name", "short_name", "instance", "sum", "share"]
    assert units[:3] == ["_count", "_ns", "_ratio"]
    first, second = seen.lines[head + 1 : head + 3]
    assert re.match(r"void evil.*….*T, end\)  ", first)
    # Numbers are complete and right-aligned, below their title and unit.
    end = seen.lines[head - 2].index(" sum") + 4
    assert first[:end].endswith(" 1,234,567,890")
    assert second[:end].endswith(" 1")
    assert seen.lines[head - 1][:end].endswith(" _ns")
    left_out = "stddev_ns. To see everything" in " ".join(" ".join(seen.lines).split())
    assert left_out == (columns == 80)


def test_labels_stay_whole_and_names_beside_them_are_spare(trace: Path, tmp_path: Path) -> None:
    seen = on_terminal("sql", str(trace), "FROM kernel_summary LIMIT 9", columns=80, cwd=tmp_path)
    head = next(place for place, line in enumerate(seen.lines) if line.startswith("─"))
    assert seen.lines[head - 2].split()[:3] == ["label", "instance", "sum"]
    assert "columns do not fit: name, short_name, " in " ".join(seen.lines)


def test_names_are_shown_and_not_obeyed(trace: Path, tmp_path: Path) -> None:
    query = "SELECT name, 1 AS \"[red]\x1b[7m\" FROM kernel WHERE name LIKE 'void%'"
    seen = on_terminal("sql", str(trace), query, columns=400, cwd=tmp_path)
    told = "\n".join(seen.lines)
    assert r"void evil\x1b[2J\x1b]0;title\x07[bold red]<\u202eint>\n:smile:(T, " in told
    assert r"[red]\x1b[7m" in told
    assert not re.search(r"\x1b(?!\[[0-9;]*[mK])|[\x07\u202e]", seen.written)


def test_a_pipe_gets_what_it_always_got(trace: Path, tmp_path: Path) -> None:
    table = piped("sql", str(trace), "SELECT name, sum_ns, share_ratio FROM kernel_summary", cwd=tmp_path)
    assert len(table.splitlines()) > 251
    assert "\x1b" not in table
    table = piped(
        "sql", str(trace), "SELECT 'a\x1b' || repeat('b', 50) AS t, 1.5::DOUBLE AS x, 1234 AS n", cwd=tmp_path
    )
    name = "a\\x1b" + "b" * 50
    assert table == f"{'t':<55}    x      n\n{'-' * 55}  ---  -----\n{name:<55}  1.5  1,234\n"
    assert piped("queries", cwd=tmp_path).splitlines()[0].split() == ["query", "a", "row,", "and", "the", "order"]


def test_long_results_say_that_they_are_cut(trace: Path, tmp_path: Path) -> None:
    seen = on_terminal("sql", str(trace), "SELECT name, 1000000 AS n FROM kernel", columns=100, cwd=tmp_path)
    assert sum("1,000,000" in line for line in seen.lines) == 200
    assert "The first 200 of 251 rows are shown. To see everything, add --format csv" in " ".join(seen.lines)
    seen = on_terminal("sql", str(trace), "FROM kernel", "--format", "csv", columns=100, cwd=tmp_path)
    assert sum("kernel_" in line for line in seen.lines) == 250


def test_a_row_of_many_columns_is_a_record(trace: Path, tmp_path: Path) -> None:
    seen = on_terminal("sql", str(trace), "FROM trace_summary", columns=80, cwd=tmp_path)
    assert any(re.fullmatch(r"kernel_count +251 *", line) for line in seen.lines)
    assert "not fit" not in seen.written


def test_colors_and_columns_are_as_the_environment_says(trace: Path, tmp_path: Path) -> None:
    query = ("sql", str(trace), "SELECT * EXCLUDE (label) FROM kernel_summary LIMIT 1")
    assert "\x1b[1m" in on_terminal(*query, columns=200, cwd=tmp_path).written
    plain = on_terminal(*query, columns=200, cwd=tmp_path, NO_COLOR="1", COLUMNS="90")
    assert max(map(cells, plain.lines)) <= 90
    assert "…" in on_terminal(*query, columns=200, cwd=tmp_path, TERM="dumb").written
    ascii_only = on_terminal(*query, columns=80, cwd=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ascii_only.written.isascii()
    assert "void evil" in ascii_only.written


def test_a_comparison_keeps_its_amounts(trace: Path, tmp_path: Path) -> None:
    whole = piped("diff", str(SAMPLE), str(SAMPLE), cwd=tmp_path)
    seen = on_terminal("diff", str(SAMPLE), str(SAMPLE), columns=80, cwd=tmp_path)
    shown = " ".join(seen.lines)
    amounts = re.findall(r"[\d.]+ [mµ]s → [\d.]+ [mµ]s", whole)
    assert len(amounts) >= 3
    assert all(amount in shown for amount in amounts)
    assert (
        on_terminal("diff", str(SAMPLE), str(SAMPLE), columns=500, cwd=tmp_path).lines
        == whole.rstrip("\n").splitlines()
    )


def test_an_empty_result_says_so(trace: Path, tmp_path: Path) -> None:
    seen = on_terminal(
        "sql", str(trace), "SELECT name, sum_ns FROM kernel_summary WHERE false", columns=80, cwd=tmp_path
    )
    assert seen.lines[-1].rstrip() == "The result has no rows."


def test_the_list_of_queries_is_by_area(tmp_path: Path) -> None:
    lines = [line.rstrip() for line in on_terminal("queries", columns=80, cwd=tmp_path).lines]
    assert lines[0] == "entities"
    assert "kernel" in lines
    assert any(re.fullmatch(r"  kernel_summary +One row per kernel name\.", line) for line in lines)
    assert "Run `nsys-tools queries kernel_summary` to describe a query." in " ".join(lines)
    assert on_terminal("queries", "kernel_sumary", columns=80, cwd=tmp_path).returncode == 1


def test_a_query_is_described(tmp_path: Path) -> None:
    seen = on_terminal("queries", "attribution", columns=80, cwd=tmp_path)
    assert seen.lines[0].startswith("attribution: One row per GPU operation")
    assert "…" not in seen.written
    assert " ".join(" ".join(seen.lines).split()).count("operation_id BIGINT") == 1


def test_texts_are_cut_in_the_middle() -> None:
    assert cut("abcdefghij", 10) == "abcdefghij"
    assert cut("abcdefghij", 7) == "abc…hij"
    assert cut("abcdefghij", 1) == "…"
    assert cut("核心核心核心", 7) == "核心…心"
    assert all(cells(cut("核心kernel核心" * 3, width)) <= width for width in range(40))


def test_titles_are_folded_at_underscores() -> None:
    assert folded("dynamic_shared_memory", 8) == ["dynamic_", "shared_", "memory"]
    assert folded("a row, and the order", 8) == ["a row,", "and the", "order"]
    assert "".join(folded("operation_id", 30)) == "operation_id"


def test_numbers_are_never_cut() -> None:
    numbers = column("sum_ns", "", [12_345_678_901, 5]), column("share", "ratio", [0.5, 0.25])
    assert numbers[0].texts == ["12,345,678,901", "5"]
    assert (numbers[0].title, numbers[0].unit) == ("sum", "_ns")
    assert (numbers[1].title, numbers[1].unit) == ("share", "ratio")
    widths = fitted([one.need() for one in (column("name", "", ["x" * 300]), *numbers)], 40)
    assert widths[1] == 14
    assert sum(widths.values()) + 4 == 40


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([569026.4, 85.7857, None], ["569,026", "86", ""]),
        ([0.31365, 0.0550817], ["0.313650", "0.055082"]),
        ([1e6, 1e-6], ["1,000,000", "1e-06"]),
        ([float("nan"), float("inf"), 2.0], ["nan", "inf", "2"]),
        ([True, False], ["True", "False"]),
        ([["a\n", 1]], ["['a\\n', 1]"]),
        (["a\nb\t", ""], ["a\\nb\\t", ""]),
    ],
)
def test_cells(values: list[object], texts: list[str]) -> None:
    assert column("x", "", values).texts == texts


@pytest.mark.parametrize("columns", WIDTHS)
def test_an_analysis_ends_with_what_to_know_first(tmp_path: Path, columns: int) -> None:
    """The headline, three findings, and the path of the report; a pipe gets only the path."""
    trace = REPOSITORY / "capture" / "samples" / "sample.sqlite"
    seen = on_terminal("analyze", str(trace), "--format", "md", "--out", "report", columns=columns, cwd=tmp_path)
    *said, last = [line for line in seen.lines if line.strip()]
    assert last == "report/report.md"
    assert said[0].startswith(f"{trace.name}: 1 GPU")
    found = [line for line in said if re.match(r"\d\. ", line)]
    assert [line[:2] for line in found] == ["1.", "2.", "3."]
    assert max(map(cells, said)) <= columns
    assert piped("analyze", str(trace), "--format", "md", "--out", "again", cwd=tmp_path) == "again/report.md\n"
