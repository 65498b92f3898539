"""Users see a single error type, on the command line and in the library, whatever the system or a library raises."""

from __future__ import annotations

import errno
import inspect
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars
import pytest

import nsys_tools as nt
from nsys_tools.errors import OneError, one_error, printable
from tests.commands import run
from tests.conftest import REPOSITORY

TRACE = str(REPOSITORY / "capture" / "samples" / "sample.sqlite")
FOREIGN = [
    OSError(errno.ENOSPC, "No space left on device", "report.md"), MemoryError(), RecursionError(),
    duckdb.OutOfMemoryException("Out of Memory Error: 4 GB"), duckdb.InternalException("INTERNAL Error: index"),
    duckdb.IOException("IO Error: read"), polars.exceptions.ComputeError("no such type"),
    UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates"), ValueError("embedded null byte"),
]  # fmt: skip


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
def test_errors_of_others_become_the_one_error(error: BaseException) -> None:
    with pytest.raises(nt.NsysToolsError) as told, OneError():
        raise error
    assert told.value.__cause__ is error
    assert told.value.message.endswith((".", "read", "type"))


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), KeyError("a defect of nsys-tools"), KeyboardInterrupt()], ids=repr
)
def test_other_errors_stay_what_they_are(error: BaseException) -> None:
    with pytest.raises(type(error)) as told, OneError():
        raise error
    assert told.value is error


def test_every_public_function_and_method_tells_one_error() -> None:
    """The decorator is recognized by its mark: a decorated function refers to the function that it wraps."""
    ours = {"NsysToolsError", "OneError", "UsageError", "printable"}
    public = {name: getattr(nt, name) for name in nt.__all__ if not name.startswith("__") and name not in ours}
    assert len(public) > 25
    for name, thing in public.items():
        if not inspect.isclass(thing):
            assert hasattr(thing, "__wrapped__"), name
            continue
        for method, value in vars(thing).items():
            function = value.fget if isinstance(value, property) else value
            if inspect.isfunction(function) and not method.startswith("_") and method != "of":
                assert hasattr(function, "__wrapped__"), f"{name}.{method}"


def test_a_generator_is_decorated_too() -> None:
    @one_error
    def lines() -> Iterator[int]:
        yield 1
        raise MemoryError

    with pytest.raises(nt.NsysToolsError, match="memory"):
        list(lines())


def test_control_characters_are_shown() -> None:
    assert printable("a\x1b]0;t\x07\x00\x7f\x9b\u202eb\r\n\tü中") == r"a\x1b]0;t\x07\x00\x7f\x9b\u202eb\r" + "\n\tü中"
    assert str(nt.NsysToolsError("a\x1b[2J", "b\u2066")) == "a\\x1b[2J\n  hint: b\\u2066"


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_an_output_that_takes_nothing(tmp_path: Path, redirection: str) -> None:
    command = f'"{sys.executable}" -m nsys_tools queries {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("nsys-tools: ")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_sql_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"SELECT \xff")
    done = run("sql", TRACE, "--file", "a.sql", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nsys-tools: --file a.sql: the file cannot be read")


def test_the_time_of_day(tmp_path: Path) -> None:
    """DuckDB needs pytz to return such a value in Python; nsys-tools does not."""
    done = run("sql", TRACE, "SELECT now() AS t, [now()] AS many, now() < TIMESTAMP '1999-01-01' AS old", "--format",
               "csv", cwd=tmp_path)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    head, row = done.stdout.splitlines()
    assert head == "t,many,old"
    assert row.startswith("20")
    assert row.endswith(",False")


def test_the_prompt_survives_errors_and_a_terminal_gets_no_control_characters(tmp_path: Path) -> None:
    """On a real terminal, run statements that fail in each phase, then one whose result has a control character."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nsys_tools", "sql", TRACE, "--format", "csv", "--no-cache"], cwd=tmp_path, stdin=theirs,
        stdout=theirs, stderr=theirs, env=os.environ | {"PYTHONPATH": str(REPOSITORY), "TERM": "dumb"},
    )  # fmt: skip
    os.close(theirs)
    statements = ("SELEC 1;", "SELECT nope;", "SELECT 'abc'::INT;", "COPY (SELECT 1) TO 'x';",
                  "SELECT 'a' || chr(27) || '[2J' || (6 * 7)::VARCHAR AS b;", ".quit")  # fmt: skip
    os.write(ours, "".join(f"{line}\n" for line in statements).encode())
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.wait(timeout=60) == 0
    assert b"Traceback" not in said
    assert said.count(b"hint:") + said.count(b"SQL:") >= 4
    assert rb"a\x1b[2J42" in said
    assert b"a\x1b[2J42" not in said
