"""Files that a report may replace: those written by a report, and none of the user's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.api.analysis import Analysis
from nsys_tools.report import report
from nsys_tools.report.analysis import Analyzed
from nsys_tools.report.folder import whole_folder
from nsys_tools.report.headline import Headline, headline
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
    with pytest.raises(nt.NsysToolsError, match="already exists"):
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
    with pytest.raises(nt.NsysToolsError, match=f"contains {name}, which is not part of a report"):
        found.write(tmp_path / "out", formats=["md"], force=True)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    "mark",
    ["", "{}", "[]", "{", '{"schema": "nsys-tools/manifest", "schema_version": 1, "files": [3]}',
     '{"schema": "other", "schema_version": 1, "files": [{"name": "a", "size_bytes": 1, "sha256": ""}]}'],
)  # fmt: skip
def test_a_file_of_that_name_makes_no_report(found: Analysis, tmp_path: Path, mark: str) -> None:
    """Nor does metrics.json, which is a common name: reports of earlier versions also remain."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text(mark)
    (tmp_path / "out" / "a").write_text("a")
    with pytest.raises(nt.NsysToolsError, match=r"contains a(,| but no manifest\.json|, which is not part)"):
        found.write(tmp_path / "out", force=True)
    assert contents(tmp_path / "out") == {"manifest.json": mark.encode(), "a": b"a"}


def test_a_report_of_the_users_is_the_users(found: Analysis, tmp_path: Path) -> None:
    """The manifest lists every file; a file that was edited, or is now a link, is not replaced."""
    out = tmp_path / "out"
    found.write(out, formats=["md"])
    listed = json.loads((out / "manifest.json").read_text())["files"]
    assert {file["name"]: file["size_bytes"] for file in listed} == {
        name: len(content) for name, content in contents(out).items() if name != "manifest.json"
    }
    text = (out / "report.md").read_text()
    same = text.replace("kernel", "KERNEL", 1)
    (out / "report.md").write_text(same)
    with pytest.raises(nt.NsysToolsError, match=r"report\.md was modified after the report was written"):
        found.write(out, force=True)
    assert (out / "report.md").read_text() == same
    (tmp_path / "elsewhere.md").write_text(text)
    (out / "report.md").unlink()
    (out / "report.md").symlink_to(tmp_path / "elsewhere.md")
    with pytest.raises(nt.NsysToolsError, match=r"report\.md was modified"):
        found.write(out, force=True)
    (out / "report.md").unlink()
    found.write(out, force=True)
    assert (out / "report.html").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "elsewhere.md"}


def test_of_several_at_once_one_wins(found: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes its report there, and a user a file, while this process writes."""
    out = tmp_path / "new" / "out"
    before: dict[str, bytes] = {}

    def meanwhile(analysis: Analyzed) -> Headline:
        monkeypatch.undo()
        found.write(out, formats=["md"])
        before.update(contents(out))
        return headline(analysis)

    monkeypatch.setattr(report, "headline", meanwhile)
    with pytest.raises(nt.NsysToolsError, match="already exists"):
        found.write(out, formats=["html"])
    assert contents(out) == before
    assert [path.name for path in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_the_last_moment(tmp_path: Path, force: bool) -> None:
    """Files that arrive in the folder after the check also remain, and nothing is left next to it."""
    out = tmp_path / "out"
    with whole_folder(out, force=False) as draft:
        (draft / "a").write_text("a")

    def write() -> None:
        with whole_folder(tmp_path / ("out" if force else "other"), force=force) as draft:
            (draft / "b").write_text("b")
            if force:
                (out / "mine").write_text("mine")
            else:
                out.rename(tmp_path / "other")

    with pytest.raises(nt.NsysToolsError, match="contains mine" if force else "Another process"):
        write()
    (folder,) = tmp_path.iterdir()
    assert set(contents(folder)) == {"a", "manifest.json"} | ({"mine"} if force else set())


def test_what_fails_leaves_no_folder(tmp_path: Path) -> None:
    def write() -> None:
        with whole_folder(tmp_path / "a" / "b" / "c", force=False) as draft:
            (draft / "half").touch()
            raise OSError(28, "No space left on device")

    with pytest.raises(nt.NsysToolsError, match="No space left"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_no_report_goes_over_what_is_read(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    """This holds with --force, and for a folder that was a report."""
    folder = tmp_path / "r"
    analyzed(sample[0]).write(folder, formats=["md"])
    trace = folder / "t.sqlite"
    shutil.copyfile(sample[0], trace)
    for out in (folder, trace, tmp_path, folder / ".." / "r"):
        said = refused("analyze", str(trace), "--out", str(out), "--force", "--no-cache", cwd=tmp_path)
        assert "contains it or is inside it" in said
        with pytest.raises(nt.NsysToolsError, match="contains it or is inside it"):
            analyzed(trace).write(out, force=True)
    assert trace.read_bytes() == sample[0].read_bytes()
    stages = tmp_path / "s" / "stages.toml"
    stages.parent.mkdir()
    stages.write_text('[[stage]]\nname = "d"\nmatch = "decode"\n')
    with pytest.raises(nt.NsysToolsError, match=r"stages\.toml"):
        analyzed(sample[0], stages=stages).write(stages.parent, force=True)
