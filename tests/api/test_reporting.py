"""A report in one call, and again: from the cache, unless something that it depends on is another."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.api import opening
from nsys_tools.synthetic.timeline import Timeline
from tests.commands import refused
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def trace(tmp_path: Path, sample: tuple[Path, Timeline]) -> Path:
    return Path(shutil.copy(sample[0], tmp_path / "trace.sqlite"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the traces that have been opened."""
    found: list[str] = []
    real = opening.open

    def noted(path: Path, **given: object) -> object:
        found.append(path.name)
        return real(path, **given)  # type: ignore[call-overload]

    monkeypatch.setattr(opening, "open", noted)
    return found


def test_the_same_report_is_not_made_twice(trace: Path, tmp_path: Path, opened: list[str]) -> None:
    first = nt.write_report(trace, tmp_path / "a", formats=["md", "html"])
    again = nt.write_report(trace, tmp_path / "b", formats=["md", "html"])
    assert opened == ["trace.sqlite"]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (first.path, again.path) == (tmp_path / "a" / "report.html", tmp_path / "b" / "report.html")
    assert (first.name, list(first.headline), list(first.warnings)) == (
        again.name, list(again.headline), list(again.warnings)
    )  # fmt: skip
    with nt.open(trace, cache=False) as session:
        session.analyze().write(tmp_path / "c", formats=["md", "html"])
    assert contents(tmp_path / "a") == contents(tmp_path / "c")


def test_data_alone_come_without_charts(trace: Path, tmp_path: Path) -> None:
    nt.write_report(trace, tmp_path / "a", formats=["json"])
    nt.write_report(trace, tmp_path / "b", formats=["json", "md"])
    data, whole = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert data["metrics.json"] == whole["metrics.json"]
    assert {name for name in data if name.startswith("tables/")} == {name for name in whole if name[:7] == "tables/"}
    assert {Path(name).suffix for name in data if not name.startswith("tables/")} == {".json"}


def touch(trace: Path, _: Path) -> dict[str, object]:
    content = trace.read_bytes()
    trace.unlink()
    trace.write_bytes(content)
    return {}


def edit_stages(_: Path, stages: Path) -> dict[str, object]:
    stages.write_text(stages.read_text().replace("decode", "decoding"))
    return {}


CHANGES: dict[str, Callable[[Path, Path], dict[str, object]]] = {
    "the trace": touch,
    "the stages": edit_stages,
    "an argument of open": lambda *_: {"steps": "none"},
    "an argument of write": lambda *_: {"top": 3},
    "no cache": lambda *_: {"cache": False},
    "salvage": lambda *_: {"salvage": True},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_it_depends_on_makes_it_anew(
    trace: Path, tmp_path: Path, opened: list[str], change: Callable[[Path, Path], dict[str, object]]
) -> None:
    stages = Path(shutil.copy(SAMPLE.with_name("stages.toml"), tmp_path / "stages.toml"))
    given: dict[str, object] = {"stages": stages, "formats": ["json"]}
    for name in ("a", "b"):
        nt.write_report(trace, tmp_path / name, **given)  # type: ignore[arg-type]
    assert len(opened) == 1
    nt.write_report(trace, tmp_path / "c", **(given | change(trace, stages)))  # type: ignore[arg-type]
    assert len(opened) == 2


def test_own_queries_make_it_anew(trace: Path, tmp_path: Path) -> None:
    """What --assets brings belongs to the program."""
    own = tmp_path / "own" / "queries" / "kernel"
    own.mkdir(parents=True)
    query = Path(__file__).parents[2] / "queries" / "kernel" / "summary.sql"
    said = []
    for number, text in enumerate(("", "", "\nLIMIT 1")):
        (own / "summary.sql").write_text(query.read_text() + text)
        out = tmp_path / f"r{number}"
        command = ["--assets", str(tmp_path / "own"), "analyze", str(trace), "--out", str(out), "--format", "json"]
        subprocess.run([sys.executable, "-m", "nsys_tools", *command], cwd=REPOSITORY, check=True)
        said.append(len((out / "tables" / "kernel_summary.csv").read_text().splitlines()))
    assert said[0] == said[1] > said[2] == 2


def test_a_damaged_file_of_the_cache_is_made_anew(
    trace: Path, tmp_path: Path, opened: list[str], cache_folder: Path
) -> None:
    nt.write_report(trace, tmp_path / "a", formats=["json"])
    (file,) = cache_folder.rglob("*.zip")
    file.write_bytes(file.read_bytes()[:-100])
    nt.write_report(trace, tmp_path / "b", formats=["json"])
    nt.write_report(trace, tmp_path / "c", formats=["json"])
    assert len(opened) == 2
    assert contents(tmp_path / "a") == contents(tmp_path / "b") == contents(tmp_path / "c")


def test_a_report_from_the_cache_goes_over_nothing_either(trace: Path, tmp_path: Path) -> None:
    nt.write_report(trace, tmp_path / "a", formats=["json"])
    for out, message in ((tmp_path / "a", "exists already"), (tmp_path, "is, holds or lies inside")):
        with pytest.raises(nt.NsysToolsError, match=message):
            nt.write_report(trace, out, formats=["json"])
    with pytest.raises(nt.UsageError, match="is not known"):
        nt.write_report(trace, tmp_path / "b", formats=["docx"])
    nt.write_report(trace, tmp_path / "a", formats=["json"], force=True)
    (tmp_path / "a" / "mine.txt").touch()
    assert "which no report has written" in refused(
        "analyze", "trace.sqlite", "--out", "a", "--format", "json", "--force", cwd=tmp_path
    )


def test_a_run_folder_is_read_again_when_a_file_of_it_changes(trace: Path, tmp_path: Path, opened: list[str]) -> None:
    folder = tmp_path / "runs" / "one"
    folder.mkdir(parents=True)
    trace.rename(folder / "trace.sqlite")
    (folder / "status.json").write_text('{"state": "done", "step": "analyze"}')
    nt.write_report(folder, formats=["json"])
    nt.write_report(folder, formats=["json"], force=True)
    assert opened == ["one"]
    (folder / "status.json").write_text('{"state": "interrupted", "step": "profile", "message": "Ctrl-C"}')
    nt.write_report(folder, formats=["json"], force=True)
    assert opened == ["one", "one"]
    assert "interrupted" in (folder / "report" / "metrics.json").read_text()
