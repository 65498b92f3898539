"""The command: rejected input, remaining files, and the digests in its manifest."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, build, launch
from tests.commands import refused, run

TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"


def with_token(builder: TraceBuilder) -> None:
    launch(builder, 10, 20, 30)
    builder.range(THREAD, f"login {TOKEN}", 0, 100)


def test_a_copy_and_its_manifest(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    done = run("scrub", str(sample[0]), "copy.sqlite", "--manifest", "cut.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "copy.sqlite\n")
    assert done.stderr.startswith("Removed: 0 tables, 0 columns and 0 rows of other tables, 0 strings.")
    found = json.loads((tmp_path / "cut.json").read_text(encoding="utf-8"))
    assert found["format"] == "nsys-tools scrub 1"
    for name, path in (("input", sample[0]), ("output", tmp_path / "copy.sqlite")):
        content = path.read_bytes()
        assert found[name] == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert found["options"] == {
        "nvtx": "paths", "names": "keep", "threads": "hash", "drop_samples": False, "keep_host": False, "salt": False,
    }  # fmt: skip
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.sqlite", "cut.json"]


def test_a_copy_of_a_copy_is_the_same(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    one = nt.scrub(sample[0], tmp_path / "one.sqlite").path
    other = nt.scrub(one, tmp_path / "other.sqlite").path
    assert other.read_bytes() == one.read_bytes()


def test_what_still_tells_too_much_is_no_copy(tmp_path: Path) -> None:
    """The message names table and column, not the text; an earlier copy is unchanged."""
    trace = build(tmp_path, with_token)
    before = trace.read_bytes()
    (tmp_path / "copy.sqlite").write_text("an earlier one")
    said = refused("scrub", str(trace), "copy.sqlite", "--force", "--manifest", "cut.json", cwd=tmp_path)
    assert "NVTX_EVENTS.text: 1 string contains an access token" in said
    assert "hint: --nvtx hash" in said
    assert TOKEN not in said
    assert (tmp_path / "copy.sqlite").read_text() == "an earlier one"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case.sqlite", "copy.sqlite"]
    assert trace.read_bytes() == before


def test_its_hint_helps(tmp_path: Path) -> None:
    trace = build(tmp_path, with_token)
    done = run("scrub", str(trace), "copy.sqlite", "--nvtx", "hash", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert TOKEN.encode() in trace.read_bytes()
    assert TOKEN.encode() not in (tmp_path / "copy.sqlite").read_bytes()


def test_a_recording_is_refused_with_the_way(tmp_path: Path) -> None:
    (tmp_path / "run.nsys-rep").write_bytes(b"a recording")
    said = refused("scrub", "run.nsys-rep", "copy.sqlite", cwd=tmp_path)
    assert "nsys-tools cannot scrub a recording" in said
    assert "nsys export -t sqlite" in said
    assert "nsys-tools scrub RECORDING.sqlite" in said


def test_the_trace_itself_is_never_written(tmp_path: Path) -> None:
    trace = build(tmp_path, lambda b: launch(b, 10, 20, 30))
    before = trace.read_bytes()
    (tmp_path / "link.sqlite").symlink_to(trace)
    for out in ("case.sqlite", "link.sqlite"):
        said = refused("scrub", "case.sqlite", out, "--force", cwd=tmp_path, code=2)
        assert "is the trace itself" in said
    refused("scrub", "case.sqlite", "copy.sqlite", "--manifest", "case.sqlite", "--force", cwd=tmp_path)
    assert trace.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case.sqlite", "link.sqlite"]


def test_a_file_that_exists_stays(tmp_path: Path) -> None:
    trace = build(tmp_path, lambda b: launch(b, 10, 20, 30))
    (tmp_path / "copy.sqlite").write_text("mine")
    assert "already exists" in refused("scrub", str(trace), "copy.sqlite", cwd=tmp_path)
    assert (tmp_path / "copy.sqlite").read_text() == "mine"
    assert run("scrub", str(trace), "copy.sqlite", "--force", "-q", cwd=tmp_path).stderr == ""
    assert (tmp_path / "copy.sqlite").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--nvtx", "all"), "--nvtx all is not supported"),
        (("--names", "paths"), "--names paths is not supported"),
        (("--salt", "abc"), "could be guessed"),
    ],
)
def test_a_wrong_value_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    trace = build(tmp_path, lambda b: launch(b, 10, 20, 30))
    assert words in refused("scrub", str(trace), "copy.sqlite", *arguments, cwd=tmp_path, code=2)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").touch()
    assert "empty (0 bytes)" in refused("scrub", "empty.sqlite", "copy.sqlite", cwd=tmp_path)
    assert "does not exist" in refused("scrub", "none.sqlite", "copy.sqlite", cwd=tmp_path)
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert "not an nsys export" in refused("scrub", "other.sqlite", "copy.sqlite", cwd=tmp_path)


def test_a_damaged_trace_is_refused(tmp_path: Path) -> None:
    trace = build(tmp_path, lambda b: [launch(b, 10 * n, 10 * n + 1, 10 * n + 2) for n in range(3_000)])
    content = bytearray(trace.read_bytes())
    content[20 * 4096 : 24 * 4096] = os.urandom(4 * 4096)
    trace.write_bytes(content)
    assert "case.sqlite cannot be copied" in refused("scrub", "case.sqlite", "copy.sqlite", cwd=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["case.sqlite"]


def test_files_of_one_job_agree_with_a_salt(tmp_path: Path) -> None:
    def fill(name: str) -> Callable[[TraceBuilder], None]:
        def add(builder: TraceBuilder) -> None:
            launch(builder, 10, 20, 30)
            builder.add("META_DATA_EXPORT", name="EXPORT_HOST", value=name)

        return add

    hosts = {}
    for name in ("nodeA-17", "nodeB-18", "nodeA-17 "):
        folder = tmp_path / name
        folder.mkdir()
        copy = nt.scrub(build(folder, fill(name.strip())), folder / "copy.sqlite", salt="0123456789abcdef").path
        with closing(sqlite3.connect(copy)) as connection:
            ((hosts[name],),) = connection.execute("SELECT value FROM META_DATA_EXPORT WHERE name = 'EXPORT_HOST'")
    assert hosts["nodeA-17"] == hosts["nodeA-17 "] != hosts["nodeB-18"]
    assert set(map(len, hosts.values())) == {len("host-") + 16}


def test_without_a_trace_there_is_nothing_to_share(tmp_path: Path) -> None:
    arguments = ("capture", "causal-lm", "--profiler", "torch", "--share")
    assert "--share has no effect" in refused(*arguments, cwd=tmp_path, code=2)
