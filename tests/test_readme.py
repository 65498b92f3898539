"""The README and the documentation pages as CommonMark, as displayed on GitHub."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import REPOSITORY
from tests.generate import write_sample

PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "queries" / "README.md"])
README = REPOSITORY / "README.md"


def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def headings(path: Path) -> list[str]:
    found = tokens(path)
    return [after.content for token, after in pairwise(found) if token.type == "heading_open"]


def anchor(heading: str) -> str:
    """Return the anchor that GitHub generates for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


@cache
def anchors(path: Path) -> set[str]:
    return {anchor(heading) for heading in headings(path)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_fence_closes(path: Path) -> None:
    text = lines(path)
    fences = [token for token in tokens(path) if token.type == "fence"]
    for token in fences:
        assert token.map is not None
        assert text[token.map[1] - 1].strip() == token.markup, f"line {token.map[0] + 1}: the fence never closes"
    marks = [line for line in text if line.lstrip().startswith("```")]
    assert len(marks) == 2 * len(fences), "a fence inside of another: the one before it never closes"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_headings_are_outside_code(path: Path) -> None:
    code = [t for t in tokens(path) if t.type in {"fence", "code_block"}]
    inside = [
        line for t in code if t.info not in {"toml", "python", "py", "sh", "console"} for line in t.content.splitlines()
    ]
    assert [line for line in inside if re.match(r"#{2,6} ", line)] == []
    assert headings(path)


def test_the_readme_is_short_and_leads_on() -> None:
    """It has a picture and real output, and links every guide."""
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert "](docs/images/report.png)" in text
    assert text.count("<!-- output") >= 3
    guides = {path.name for path in (REPOSITORY / "docs" / "guides").glob("*.md")}
    linked = set(re.findall(r"\(docs/guides/([\w-]+\.md)", text))
    assert guides == linked
    assert {"Install", "What it answers", "How it compares", "Develop"} <= set(headings(README))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_somewhere(path: Path) -> None:
    found = [child for token in tokens(path) for child in token.children or []]
    for link in (child for child in found if child.type in {"link_open", "image"}):
        target, _, part = str(link.attrs.get("href") or link.attrs["src"]).partition("#")
        if target.startswith(("http://", "https://")):
            continue
        file = path.parent / target if target else path
        assert file.exists(), target
        if part:
            assert part in anchors(file), f"{target}#{part}"


def test_the_example_of_contributing_passes(tmp_path: Path) -> None:
    """This is a query test as a contributor would write it."""
    text = (REPOSITORY / "docs" / "contributing" / "tests.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    name = re.search(r"def (test_\w+)", block)
    assert name is not None
    scope: dict[str, object] = {}
    exec("from pathlib import Path\nfrom tests.case import *\n" + block, scope)
    test = scope[name[1]]
    assert callable(test)
    test(tmp_path)


def test_the_sample_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "sample.sqlite"
    write_sample(path)
    made = path.stat()
    assert path.read_bytes() == (REPOSITORY / "capture" / "samples" / "sample.sqlite").read_bytes()
    write_sample(path)
    assert path.stat().st_mtime_ns == made.st_mtime_ns
    path.write_bytes(b"old")
    write_sample(path)
    assert path.stat().st_size == made.st_size


def test_make_help_lists_every_target() -> None:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    shown = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\S+) +\S", shown, re.MULTILINE)
    assert sorted(listed) == sorted(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z][\w-]*):(?!=)", text, re.MULTILINE))
    assert targets == set(listed)
