"""Generated files in the repository are up to date."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.conftest import REPOSITORY
from tests.docs.blocks import DOCS, pages
from tests.docs.drawings import IMAGES, drawings
from tests.docs.pictures import LIMIT, names
from tests.docs.reference import reference_pages
from tests.generate import stale


def test_pages_and_drawings_are_fresh() -> None:
    assert [str(path.relative_to(REPOSITORY)) for path in stale()] == [], "run: make docs"


def test_a_stale_page_is_noticed() -> None:
    made = reference_pages()
    assert DOCS / "reference" / "commands.md" in made
    assert DOCS / "reference" / "sql" / "kernel.md" in made
    assert len(made) > 30


def test_every_picture_is_generated_small_and_shown() -> None:
    found = {path.name for path in IMAGES.iterdir()}
    assert found == names(), "run: make pictures"
    assert max(path.stat().st_size for path in IMAGES.iterdir()) < LIMIT
    shown = "\n".join(path.read_text(encoding="utf-8") for path in pages())
    for name in found:
        assert f"images/{name})" in shown, name


def test_drawings_say_what_they_show() -> None:
    """Each is well-formed, has a title and a description, and loads nothing."""
    for path, text in drawings().items():
        root = ElementTree.fromstring(text)
        space = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{space}title"), path.name
        assert root.findtext(f"{space}desc"), path.name
        assert text.count("http") == 1, path.name
