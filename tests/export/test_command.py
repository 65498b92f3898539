"""The command: its output, rejected input, and no incomplete files."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pytest

import nsys_tools as nt
from nsys_tools.export.reading import Expected, Reader
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import refused, run
from tests.export.decoded import decode


def fill(b: TraceBuilder) -> None:
    b.range(THREAD, "step", 0, 100)
    launch(b, 0, start=10, end=30)


def test_it_prints_the_file_and_what_was_written(tmp_path: Path) -> None:
    build(tmp_path, fill)
    done = run("export", "perfetto", "case.sqlite", "-o", "o.pftrace", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "o.pftrace\n")
    assert done.stderr.splitlines()[:3] == [
        "kernel: 1 row written, the same number as in the trace",
        "api: 1 row written, the same number as in the trace",
        "nvtx: 1 row written, the same number as in the trace",
    ]
    assert len(decode(tmp_path / "o.pftrace").of("kernel")) == 1


def test_a_file_that_exists_stays(tmp_path: Path) -> None:
    build(tmp_path, fill)
    (tmp_path / "o.pftrace").write_text("mine")
    assert "already exists" in refused("export", "perfetto", "case.sqlite", "-o", "o.pftrace", cwd=tmp_path)
    assert (tmp_path / "o.pftrace").read_text() == "mine"
    assert run("export", "perfetto", "case.sqlite", "-o", "o.pftrace", "--force", cwd=tmp_path).returncode == 0
    assert "contains it or is inside it" in refused(
        "export", "chrome", "case.sqlite", "-o", "case.sqlite", "--force", cwd=tmp_path
    )


def test_rows_that_are_missing_are_an_error_and_leave_no_file(tmp_path: Path) -> None:
    trace = build(tmp_path, fill)
    with (
        mock.patch.object(Reader, "expected", return_value={0: Expected(3, 20)}),
        pytest.raises(nt.NsysToolsError, match=r"1 rows of kernel .* were written, but the trace has 3"),
    ):
        nt.export_timeline([trace], tmp_path / "o.pftrace")
    assert [path.name for path in tmp_path.iterdir()] == ["case.sqlite"]


def test_parts_are_put_together(tmp_path: Path) -> None:
    """A trace that is read in chunks of two rows results in the same timeline."""

    def many(b: TraceBuilder) -> None:
        for start in range(0, 900, 100):
            b.range(THREAD, f"step {start}", start, start + 90)
            b.range(THREAD, "inside", start + 1, start + 80)
            launch(b, start + 10, start + 20, start + 150)

    trace = build(tmp_path, many)
    whole = decode(nt.export_timeline([trace], tmp_path / "whole.pftrace").path)
    with mock.patch("nsys_tools.export.reading._ROWS", 2), mock.patch("nsys_tools.export.perfetto._AT_ONCE", 1):
        parts = decode(nt.export_timeline([trace], tmp_path / "parts.pftrace").path)
    assert {parts.path(uuid): slices for uuid, slices in parts.slices.items()} == {
        whole.path(uuid): slices for uuid, slices in whole.slices.items()
    }
    assert len(whole.of("nvtx")) == 18


def test_more_memory_is_taken_where_it_is_needed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trace = build(tmp_path, fill)
    small = mock.patch("nsys_tools.export.reading._MEMORY_BYTES", 2_000_000)
    with small, caplog.at_level("INFO", logger="nsys_tools"):
        assert len(decode(nt.export_timeline([trace], tmp_path / "o.pftrace").path).of("kernel")) == 1
    assert "A query needs more than 2.0 MB of memory" in caplog.text


def test_a_trace_without_anything(tmp_path: Path) -> None:
    done = nt.export_timeline([build(tmp_path, lambda _: None)], tmp_path / "o.pftrace")
    assert (len(done.counts), decode(done.path).tracks) == (0, {})
    chrome = nt.export_timeline([tmp_path / "case.sqlite"], tmp_path / "o.json", "chrome").path
    assert json.loads(chrome.read_text())["traceEvents"] == []
