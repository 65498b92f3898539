"""A report in one call, and again: from the cache, unless something that it depends on has changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools import assets
from nsys_tools.api import reporting
from nsys_tools.report import folder as report_folder
from nsys_tools.report import kept
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, build, launch
from tests.commands import refused
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def whole(tmp_path: Path, sample: tuple[Path, Timeline]) -> Path:
    return Path(shutil.copy(sample[0], tmp_path / "trace.sqlite"))


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return a trace of two kernels."""

    def fill(b: TraceBuilder) -> None:
        for number, name in enumerate(("decode", "prefill")):
            b.range(THREAD, name, 100 * number, 100 * number + 50)
            launch(b, 100 * number + 10, 100 * number + 20, 100 * number + 30, name=f"kernel_{name}")

    return build(tmp_path, fill).rename(tmp_path / "trace.sqlite")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the traces that have been opened."""
    found: list[str] = []
    real = reporting._new

    def noted(trace: Path, *given: Any) -> Any:
        found.append(trace.name)
        return real(trace, *given)

    monkeypatch.setattr(reporting, "_new", noted)
    return found


def test_the_same_report_is_not_made_twice(whole: Path, tmp_path: Path, opened: list[str]) -> None:
    first = nt.write_report(whole, tmp_path / "a", formats=["md", "html"])
    again = nt.write_report(whole, tmp_path / "b", formats=["md", "html"])
    assert opened == ["trace.sqlite"]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (first.path, again.path) == (tmp_path / "a" / "report.html", tmp_path / "b" / "report.html")
    assert (first.name, list(first.headline), list(first.warnings)) == (
        again.name, list(again.headline), list(again.warnings)
    )  # fmt: skip
    with nt.open(whole, cache=False) as session:
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
    """Files in --assets belong to the program."""
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
    for out, message in ((tmp_path / "a", "already exists"), (tmp_path, "contains it or is inside it")):
        with pytest.raises(nt.NsysToolsError, match=message):
            nt.write_report(trace, out, formats=["json"])
    with pytest.raises(nt.UsageError, match="Unknown format"):
        nt.write_report(trace, tmp_path / "b", formats=["docx"])
    nt.write_report(trace, tmp_path / "a", formats=["json"], force=True)
    (tmp_path / "a" / "mine.txt").touch()
    assert "which is not part of a report" in refused(
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


def test_files_of_ncu_below_a_folder_and_behind_a_link(whole: Path, tmp_path: Path, opened: list[str]) -> None:
    """This includes a folder that is named like that of a run's report."""
    counters = SAMPLE.with_name("ncu.csv").read_text()
    for folder in (tmp_path / "ncu" / "report", tmp_path / "elsewhere"):
        folder.mkdir(parents=True)
        (folder / "ncu.csv").write_text(counters)
    (tmp_path / "ncu" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "ncu" / "back").symlink_to(tmp_path / "ncu")
    for number, file in enumerate([None, tmp_path / "ncu" / "report" / "ncu.csv", tmp_path / "elsewhere" / "ncu.csv"]):
        if file:
            file.write_text(counters + "\n")
        for again in range(2):
            out = tmp_path / f"out{number}{again}"
            nt.write_report(whole, out, ncu=tmp_path / "ncu", formats=["json"])
        assert len(opened) == number + 1


def test_what_another_puts_in_its_place_is_not_kept(
    trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nt.write_report(trace, tmp_path / "mine", formats=["json"], cache=False)

    def put(draft: Path, final: Path) -> None:
        draft.rename(final)
        (final / "metrics.json").write_text("theirs")

    monkeypatch.setattr(report_folder, "_put", put)
    nt.write_report(trace, tmp_path / "a", formats=["json"])
    monkeypatch.undo()
    nt.write_report(trace, tmp_path / "b", formats=["json"])
    assert (tmp_path / "a" / "metrics.json").read_text() == "theirs"
    assert (tmp_path / "b" / "metrics.json").read_bytes() == (tmp_path / "mine" / "metrics.json").read_bytes()


def test_a_report_from_the_cache_lies_in_no_trace(trace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    folder.mkdir()
    with nt.open(trace, cache=False) as session:
        for table in session.recorded_tables:
            session.sql(f'FROM raw."{table}"').pl().write_parquet(folder / f"{table}.parquet")
    nt.write_report(folder, tmp_path / "a", formats=["json"])
    with pytest.raises(nt.NsysToolsError, match="contains it or is inside it"):
        nt.write_report(folder, folder / "report", formats=["json"])


def test_the_first_of_own_folders_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for names in ("ab", "ba"):
        monkeypatch.setattr(assets, "_own_folders", [tmp_path / name for name in names])
        for name in names:
            (tmp_path / name / "queries").mkdir(parents=True, exist_ok=True)
            (tmp_path / name / "queries" / "q.sql").touch()
        keys.append(kept.state_of_program())
    assert keys[0] != keys[1]
