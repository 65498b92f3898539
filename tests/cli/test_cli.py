"""The command line: exit codes, messages, and command output."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, build, launch
from tests.commands import refused, run
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE


def test_version_and_usage(tmp_path: Path) -> None:
    assert re.fullmatch(r"nsys-tools \d+\.\d+\.\d+\n", run("--version", cwd=tmp_path).stdout)
    assert run("analyze", cwd=tmp_path).returncode == 2
    assert run("nonsense", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("name", ["missing.sqlite", "empty.sqlite", "folder"])
def test_bad_traces_are_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.sqlite").touch()
    (tmp_path / "folder").mkdir()
    before = sorted(p.name for p in tmp_path.iterdir())
    assert name in refused("analyze", name, "--out", "out", cwd=tmp_path)
    assert name in refused("sql", name, "SELECT 1", cwd=tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_bad_options(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    trace = str(sample[0])
    assert "Unknown format 'pdf'" in refused("analyze", trace, "--format", "pdf", cwd=tmp_path, code=2)
    stages = refused("analyze", trace, "--stages", "none.toml", cwd=tmp_path)
    assert "--stages none.toml: the file cannot be read (No such file or directory)." in stages
    assert "No such file or directory)." in refused("sql", trace, "--file", "none.sql", cwd=tmp_path)
    assert "cannot be written" in refused("analyze", trace, "--out", "/proc/nowhere/out", cwd=tmp_path)
    assert "is specified twice" in refused("analyze", trace, trace, "--out", "out", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unwritable_folder(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    (tmp_path / "file").touch()
    assert "cannot be written" in refused("analyze", str(sample[0]), "--out", "file/out", cwd=tmp_path)


def test_verbose_says_what_our_steps_take_and_nothing_else(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    done = run("--verbose", "analyze", str(sample[0]), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert [line for line in lines if not re.fullmatch(r"DEBUG: [\w.]+: \d+\.\d{3} s", line)] == []
    assert len(lines) > 20


def test_several_traces_have_one_folder_each(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        build(tmp_path / name, lambda b: launch(b, 1, 2, 3)).rename(tmp_path / f"{name}.sqlite")
    done = run("analyze", "a.sqlite", "b.sqlite", "--each", "--out", "all", "--format", "md", cwd=tmp_path)
    assert done.stdout.split() == ["all/a/report.md", "all/b/report.md"]
    assert done.stderr == ""
    assert not (tmp_path / "all" / "a" / "report.html").exists()
    assert run("analyze", "a.sqlite", cwd=tmp_path).stdout == "a-report/report.html\n"


def test_sql(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "r", 0, 9)
        launch(b, 1, 2, 5)

    build(tmp_path, fill)
    ask = ("sql", "case.sqlite")
    assert (
        run(*ask, "SELECT name, duration_ns FROM kernel", "--format", "csv", cwd=tmp_path).stdout
        == "name,duration_ns\nk,3\n"
    )
    assert (
        json.loads(run(*ask, "FROM stage_summary", "--format", "json", cwd=tmp_path).stdout)["rows"][0]["stage"] == "r"
    )
    assert run(*ask, "--format", "tsv", cwd=tmp_path, given="SELECT 1 AS x, 2 AS y").stdout == "x\ty\n1\t2\n"
    (tmp_path / "q.sql").write_text("SELECT count(*) AS n FROM NVTX_EVENTS")
    assert run(*ask, "-f", "q.sql", "--format", "csv", cwd=tmp_path).stdout == "n\n1\n"
    assert run(*ask, "FROM kernel", "--format", "parquet", "--out", "k.parquet", cwd=tmp_path).returncode == 0
    assert (tmp_path / "k.parquet").read_bytes().startswith(b"PAR1")
    for query in ("DELETE FROM raw.StringIds", "CREATE TABLE x (i INT)", "COPY kernel TO 'x.csv'", "ATTACH 'x.db'"):
        assert "read-only" in refused(*ask, query, cwd=tmp_path)
    assert "no_such_column" in refused(*ask, "SELECT no_such_column FROM kernel", cwd=tmp_path)
    assert "found 2" in refused(*ask, "SELECT 1; SELECT 2", cwd=tmp_path)
    assert not (tmp_path / "x.csv").exists()


def test_queries(tmp_path: Path) -> None:
    listed = run("queries", "--format", "csv", cwd=tmp_path).stdout
    assert "kernel_summary" in listed
    assert "attribution" in listed
    assert "\n_" not in listed
    assert "One row per kernel name" in run("queries", "kernel_summary", cwd=tmp_path).stdout
    assert "FROM _kernel" in run("queries", "kernel_summary", "--sql", cwd=tmp_path).stdout
    assert "kernel_summary" in refused("queries", "kernel_sumary", cwd=tmp_path)
    assert "Did you mean kernel?" in refused("queries", "--area", "kernl", cwd=tmp_path)
    assert "Areas: api, callgraph," in refused("queries", "--area", "zzz", cwd=tmp_path)


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    command = f"{sys.executable} -m nsys_tools sql {shlex.quote(str(sample[0]))} 'FROM range' --format csv | head -1"
    done = subprocess.run(command, shell=True, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("range_id,")


def test_sql_repeats_the_figures_of_a_comparison(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    joined = (
        "--stages", str(SAMPLE.with_name("stages.toml")), "--model", "deepseek-ocr", "--gpu", "h100-sxm",
        "--set", "pages=2", "--set", "new_tokens=13", "--ncu", str(SAMPLE.with_name("ncu.csv")),
        "--callgraph", str(SAMPLE.with_name("callgraph.json")),
    )  # fmt: skip
    run("analyze", str(sample[0]), *joined, "--out", "out", cwd=tmp_path)
    tables = json.loads((tmp_path / "out" / "metrics.json").read_text())["tables"]
    for name in ("roofline_stage", "roofline_exclusive", "roofline_conservation", "callgraph_summary", "ncu_flops"):
        asked = run("sql", str(sample[0]), *joined, f"FROM {name}", "--format", "json", cwd=tmp_path)
        assert json.loads(asked.stdout)["rows"] == tables[name]["rows"] != []


def test_prompt_on_a_terminal(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    """Type at the prompt of a real terminal: an error does not end it, and the next statement is answered."""
    terminal, screen = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nsys_tools", "sql", str(sample[0]), "--format", "csv"], cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "TERM": "dumb"}, start_new_session=True,
        stdin=screen, stdout=screen, stderr=screen,
    )  # fmt: skip
    os.close(screen)
    typed = b"SELEC 1;\nSELECT kernel_count AS answer\nFROM trace_summary;\n.quit\n"
    os.write(terminal, typed)
    seen = b""
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while chunk := os.read(terminal, 4096):
            seen += chunk
    assert process.wait() == 0
    os.close(terminal)
    assert b"syntax error" in seen
    assert b"answer\r\n2046" in seen
