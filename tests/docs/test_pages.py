"""Every command and every snippet on a page runs, and prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.commands import run
from tests.conftest import REPOSITORY
from tests.docs.blocks import CUT, Block, blocks, pages, rewritten
from tests.docs.reference import command_names
from tests.docs.running import Folder
from tests.docs.traces import write_traces

REFERENCE = REPOSITORY / "docs" / "reference"
PAGES = [path for path in pages() if not path.is_relative_to(REFERENCE)]
ALL = [(path, block) for path in PAGES for block in blocks(path.read_text(encoding="utf-8"))]
RUNNING = [path for path in PAGES if any(b.commands() or b.info == "python" for p, b in ALL if p == path)]


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages") / "traces"
    write_traces(folder)
    return folder


@pytest.mark.parametrize("path", RUNNING, ids=name)
def test_a_page_shows_what_is_printed(
    path: Path, traces: Path, tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All pages share a cache, because the trace is the same: a report that was written once is copied."""
    monkeypatch.setenv("NSYS_TOOLS_CACHE", str(caches / "pages"))
    text = path.read_text(encoding="utf-8")
    if "def test_" in text:
        pytest.skip("its snippet is a test: tests/test_readme.py runs it")
    for shown, printed in Folder(tmp_path, traces).page(text):
        assert shown.text == printed.text, f"line {shown.line}: run make docs"


def test_most_pages_run_something() -> None:
    guides = {path for path in PAGES if path.parent.name == "guides"}
    assert guides - set(RUNNING) == {REPOSITORY / "docs" / "guides" / "capture.md"}, "a capture needs nsys or torch"
    assert REPOSITORY / "README.md" in RUNNING


def test_what_is_not_run_has_options_that_exist(tmp_path: Path) -> None:
    """Commands that need a GPU, nsys or other traces are only parsed: --help follows the arguments."""
    joined = [(path, re.sub(r"\\\n\s*", "", block.text)) for path, block in ALL if block.info in {"sh", "text", "yaml"}]
    lines = {
        (name(path), line)
        for path, text in joined
        for line in re.findall(r"^(?:- run: )?nsys-tools ([^>#\n:]+)", text, re.MULTILINE)
    }
    assert len(lines) > 10
    (tmp_path / "my").mkdir()
    for path, line in sorted(lines):
        done = run(*shlex.split(line), "--help", cwd=tmp_path)
        assert done.returncode == 0, (path, line, done.stderr)


def test_every_command_is_shown() -> None:
    """Every command is in the reference and, except groups and trivial commands, in a guide."""
    reference = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    guides = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    names = command_names()
    assert {"analyze", "sql", "model flops"} <= set(names)
    for command in names:
        assert f" nsys-tools {command}\n" in reference, command
        assert re.search(rf"`?nsys-tools( --assets \w+)? {command}\b|`{command}\b", guides), command


def test_a_block_knows_its_remark() -> None:
    text = "a\n\n<!-- output: 2 exit=3 -->\n```console\n$ nsys-tools a \\\n  b\nold\n```\n\n```text\nc\n```\n"
    first, second = blocks(text)
    assert (first.info, first.remark, first.exit_code, first.line) == ("console", "output", 3, 4)
    assert first.commands() == ["nsys-tools a    b"]
    assert (second.info, second.remark, second.commands()) == ("text", "", [])

    def change(block: Block) -> Block:
        return block.filled("x  \ny\nz\n") if block.remark else block

    assert rewritten(text, change) == text.replace("old\n", f"x\ny\n{CUT}")
