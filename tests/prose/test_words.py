"""The word list: what it finds, what it leaves alone, and that the checkout has none of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.prose.paragraphs import paragraphs
from tests.prose.words import Word, check, exceptions, files, words

LISTED = words()
HELP = '''"""A command."""
import typer

def command(out: str = typer.Option(help="Write the time that the GPU stands "
                                         "still to a file.")) -> None:
    """Write it."""
'''
PLANTED = {
    "docs/guides/idle.md": ("# Idle time\n\nFirst.\n\nFor 29 ns the GPU stands\nstill.\n", 5),
    "nsys_tools/cli/idle.py": (HELP, 4),
    "nsys_tools/idle.py": ("# The time that\n# the GPU stands still.\n", 2),
    "queries/gap/still.sql": ("-- One row per GPU: how\n-- long it stands\n-- still.\n--\nSELECT 1\n", 2),
    "reports/still.html": ("<p class='stands still'>The GPU\n<b>stands still</b>.</p>\n", 2),
    "analytic/gpus/still.yaml": ("note: The GPU stands still.\n", 1),
    "nsys_tools/schemas/still.json": ('{\n "description": "how long a GPU stands still"\n}\n', 2),
}


def found(word: Word, text: str, name: str = "page.md") -> bool:
    return any(word.expression.search(one.text) for one in paragraphs(Path(name), text))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with the check alone."""
    shutil.copytree(REPOSITORY / "tests" / "prose", tmp_path / "tests" / "prose")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "__init__.py").touch()
    return tmp_path


def plant(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(root), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("word", LISTED, ids=lambda word: word.name)
def test_a_word_is_found_and_what_looks_like_it_is_not(word: Word) -> None:
    assert word.flags
    assert [text for text in word.flags if not found(word, text)] == []
    assert [text for text in word.passes if found(word, text)] == []
    assert not found(word, f"`{word.flags[0]}`"), "names in backticks are not prose"


def test_entries_have_reasons() -> None:
    assert len({word.name for word in LISTED}) == len(LISTED)
    assert all(word.write and word.why for word in LISTED)
    listed = exceptions()
    assert all(entry["why"] for entry in listed["skip"] + listed["allow"])
    assert {entry["word"] for entry in listed["allow"]} <= {word.name for word in LISTED} | {"*"}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_phrase_fails(name: str, copy: Path) -> None:
    text, line = PLANTED[name]
    plant(copy, name, text)
    done = run(copy, sys.executable, "-m", "tests.prose", "--check", name)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f'{name}:{line}: "stands still" -> is idle, goes idle')
    assert len(done.stdout.splitlines()) == 1
    plant(copy, name, text.replace("stands", "is").replace("still", "idle"))
    assert run(copy, sys.executable, "-m", "tests.prose", "--check", name).returncode == 0


def test_code_is_not_prose() -> None:
    card = next(word for word in LISTED if word.name == "card")
    assert not found(card, 'card = {"card": card}\nnames = f"used: {card}"\n', "a.py")
    assert found(card, "# of a card\ncard = 1\n", "a.py")
    assert not found(card, "SELECT card FROM card WHERE kind = 'card'\n", "a.sql")
    assert found(card, "SELECT 'the card' AS text\n", "a.sql")
    assert not found(card, "```console\n$ cat\nthe card\n```\n", "a.md")
    assert found(card, "```sh\nnsys-tools  # for the card\n```\n", "a.md")
    assert not found(card, '.card { color: red }\nelement.className = "card";\n', "a.css")


def test_a_phrase_ends_with_its_paragraph() -> None:
    still = LISTED[0]
    assert not found(still, "where it stands\n\nstill\n")
    assert not found(still, 'a = ["it stands ", "still here"]\n', "a.py")
    assert not found(still, "# it stands\na = 1\n# still\n", "a.py")


def test_exceptions_that_cover_nothing_are_named(copy: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    plant(copy, "tests/conformance.py", "# The tables differ: ours has a row more.\n")
    left, idle = check(copy)
    assert left == []
    assert not any("conformance" in line for line in idle)
    plant(copy, "tests/conformance.py", "# The tables differ.\n")
    assert any("tests/conformance.py, of ours: covers nothing" in line for line in check(copy)[1])


@pytest.mark.parametrize(("text", "said"), [("The colour of a bar.\n", "color"), ("It recieves rows.\n", "receives")])
def test_spelling_is_american(copy: Path, text: str, said: str) -> None:
    pytest.importorskip("codespell_lib")
    plant(copy, "docs/page.md", text)
    done = run(copy, sys.executable, "-m", "codespell_lib", "docs/page.md")
    assert done.returncode
    assert said in done.stdout


def test_the_checkout_has_no_phrase_of_the_list() -> None:
    left, idle = check(REPOSITORY)
    assert [str(hit) for hit in left] + idle == []


def test_what_git_ignores_is_not_read() -> None:
    listed = files(REPOSITORY)
    assert "README.md" in listed
    assert not [name for name in listed if name.startswith(".venv/")]
