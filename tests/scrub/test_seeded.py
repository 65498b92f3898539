"""A real recording with secrets in every place: the copy contains none, which a third-party scanner confirms."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request
from tests.commands import run
from tests.conformance import printed
from tests.conftest import installed_nsys

pytest.importorskip("nvtx")
from tests.scrub.seeded import SECRETS, can_name_the_host, content, exported, recorded

pytestmark = pytest.mark.nsys


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the recording and its exports."""
    nsys = installed_nsys()
    folder = tmp_path_factory.mktemp("seeded")
    recording = recorded(nsys, folder)
    return {
        "recording": recording,
        "sqlite": exported(nsys, recording, "sqlite", folder / "run.sqlite"),
        "parquetdir": exported(nsys, recording, "parquetdir", folder / "run_parquet"),
    }


def planted() -> dict[str, str]:
    return SECRETS if can_name_the_host() else {place: text for place, text in SECRETS.items() if place != "host"}


def test_no_secret_is_left(traces: dict[str, Path], tmp_path: Path) -> None:
    copy = nt.scrub(traces["sqlite"], tmp_path / "copy.sqlite").path
    before, after = content(traces["sqlite"]), content(copy)
    assert [place for place, text in planted().items() if text.encode() not in before] == [], "the test can fail"
    assert [place for place, text in SECRETS.items() if text.encode() in after] == []
    # Search as a user would: strings COPY | grep.
    shown = subprocess.run(["strings", str(copy)], capture_output=True, text=True, check=True).stdout
    assert "zq7" not in shown
    assert "step 1" in shown


def test_no_secret_is_left_in_a_folder(traces: dict[str, Path], tmp_path: Path) -> None:
    copy = nt.scrub(traces["parquetdir"], tmp_path / "copy").path
    # Parquet compresses its data, so the values of all columns in all files are searched.
    assert "zq7host" in dump(traces["parquetdir"]) or not can_name_the_host()
    assert "zq7user" in dump(traces["parquetdir"])
    assert "zq7" not in dump(copy)
    assert b"zq7" not in content(copy)


def dump(folder: Path) -> str:
    import duckdb

    files = sorted(folder.glob("*.parquet"))
    return "\n".join(str(duckdb.sql(f"SELECT * FROM '{file}'").fetchall()) for file in files)


@pytest.mark.parametrize("options", [{"nvtx": "hash"}, {"names": "hash"}, {"drop_samples": True}], ids=str)
def test_no_option_brings_a_secret_back(traces: dict[str, Path], tmp_path: Path, options: dict[str, Any]) -> None:
    assert b"zq7" not in content(nt.scrub(traces["sqlite"], tmp_path / "copy.sqlite", **options).path)


def test_the_manifest_holds_no_text_of_the_trace(traces: dict[str, Path], tmp_path: Path) -> None:
    nt.scrub(traces["sqlite"], tmp_path / "copy.sqlite", manifest=tmp_path / "cut.json")
    text = (tmp_path / "cut.json").read_text(encoding="utf-8")
    assert "zq7" not in text
    found = json.loads(text)
    assert found["tables_cut"]["ProcessStreams"] == {"rows": 2, "why": "secret"}
    assert found["tables"]["META_DATA_CAPTURE"]["rows_cut"] > 10
    assert found["strings"]["cut"] > 50


def test_kept_texts_are_searched(traces: dict[str, Path], tmp_path: Path) -> None:
    """Unchanged NVTX texts contain an e-mail address: no copy is written, and the message does not reveal the text."""
    done = run("scrub", str(traces["sqlite"]), "copy.sqlite", "--nvtx", "keep", cwd=tmp_path)
    assert done.returncode == 1
    assert "StringIds.value" in done.stderr
    assert "1 string contains an e-mail address" in done.stderr
    assert "zq7" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_reports_of_nsys_are_the_same(traces: dict[str, Path], tmp_path: Path) -> None:
    """Two NVTX texts that contain a path are an exception."""
    nsys = installed_nsys()
    copy = nt.scrub(traces["sqlite"], tmp_path / "copy.sqlite").path
    same = 0
    for report in REPORTS:
        if not report.name.startswith(("nvtx", "osrt")):
            continue
        before, after = (printed(path, nsys, Request(report), tmp_path) for path in (traces["sqlite"], copy))
        lines = [line for line in before.splitlines() if "zq7" not in line]
        left = [line for line in after.splitlines() if "page.txt" not in line and "load model.bin" not in line]
        assert left == lines, report.name
        same += bool(before)
    assert same >= 3


@pytest.mark.parametrize("form", ["sqlite", "parquetdir"])
def test_a_scanner_of_others_finds_nothing(traces: dict[str, Path], tmp_path: Path, form: str) -> None:
    """It takes long quoted function names for keys; those of call chains are left out here."""
    trace = traces[form]
    copy = nt.scrub(trace, tmp_path / f"copy{trace.suffix}").path
    assert {kind for kind, _ in scanned(texts(trace), tmp_path / "trace.txt")} >= {"AWS Access Key", "GitHub Token"}
    assert scanned(texts(copy), tmp_path / "copy.txt") == set()
    without = nt.scrub(trace, tmp_path / f"without{trace.suffix}", drop_samples=True).path
    assert scanned({f'"{text}"' for text in texts(without)}, tmp_path / "quoted.txt") == set()


def scanned(lines: set[str], file: Path) -> set[tuple[str, str]]:
    """Return the results of detect-secrets for lines, with all its plugins: kind and line."""
    from detect_secrets import SecretsCollection
    from detect_secrets.settings import default_settings

    listed = sorted(lines)
    file.write_text("\n".join(listed), encoding="utf-8")
    found = SecretsCollection()
    with default_settings():
        found.scan_file(str(file))
    return {(secret.type, listed[secret.line_number - 1]) for _, secret in found}


def texts(path: Path) -> set[str]:
    """Return the lines of all texts of a trace."""
    if path.is_dir():
        import duckdb

        rows = [row for file in path.glob("*.parquet") for row in duckdb.sql(f"SELECT * FROM '{file}'").fetchall()]
    else:
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
            connection.text_factory = lambda value: value.decode(errors="replace")
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]
    cells = {cell for row in rows for cell in row if isinstance(cell, str)}
    return {line for cell in cells for line in cell.replace("\0", "\n").split("\n")}
