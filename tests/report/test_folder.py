"""What a report may replace: files that a report has written, and nothing of the user's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.api.analysis import Analysis
from nsys_tools.synthetic.timeline import Timeline
from tests.case import analyzed
from tests.commands import refused


@pytest.fixture(scope="module")
def found(sample: tuple[Path, Timeline]) -> Analysis:
    return analyzed(sample[0])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_earlier_report_is_replaced_only_with_force(found: Analysis, tmp_path: Path) -> None:
    found.write(tmp_path / "out", formats=["md"])
    with pytest.raises(nt.NsysToolsError, match="exists already"):
        found.write(tmp_path / "out", formats=["md"])
    found.write(tmp_path / "out", formats=["md"], force=True)
    assert (tmp_path / "out" / "report.md").is_file()


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "tables/mine.csv", "charts/mine.svg", "tables/deep/kernel_summary.csv", ".hidden", "run.sqlite"],
)
def test_a_file_of_the_users_is_named_and_stays(found: Analysis, tmp_path: Path, name: str) -> None:
    found.write(tmp_path / "out", formats=["md"])
    mine = tmp_path / "out" / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    before = contents(tmp_path / "out")
    with pytest.raises(nt.NsysToolsError, match=f"holds {name}, which no report has written"):
        found.write(tmp_path / "out", formats=["md"], force=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("mark", ["", "{}", "[]", "{", json.dumps({"schema": "other", "tables": {}})])
def test_a_file_of_that_name_makes_no_report(found: Analysis, tmp_path: Path, mark: str) -> None:
    """metrics.json is a common name."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "metrics.json").write_text(mark)
    with pytest.raises(nt.NsysToolsError, match="which no report has written"):
        found.write(tmp_path / "out", force=True)
    assert contents(tmp_path / "out") == {"metrics.json": mark.encode()}


def test_no_report_goes_over_what_is_read(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    """Not with --force either, and also where the folder has been a report."""
    folder = tmp_path / "r"
    analyzed(sample[0]).write(folder, formats=["md"])
    trace = folder / "t.sqlite"
    shutil.copyfile(sample[0], trace)
    for out in (folder, trace, tmp_path, folder / ".." / "r"):
        said = refused("analyze", str(trace), "--out", str(out), "--force", "--no-cache", cwd=tmp_path)
        assert "is, holds or lies inside" in said
        with pytest.raises(nt.NsysToolsError, match="is, holds or lies inside"):
            analyzed(trace).write(out, force=True)
    assert trace.read_bytes() == sample[0].read_bytes()
    stages = tmp_path / "s" / "stages.toml"
    stages.parent.mkdir()
    stages.write_text('[[stage]]\nname = "d"\nmatch = "decode"\n')
    with pytest.raises(nt.NsysToolsError, match=r"stages\.toml"):
        analyzed(sample[0], stages=stages).write(stages.parent, force=True)
