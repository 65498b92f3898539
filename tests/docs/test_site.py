"""The documentation site: built in strict mode, opened in Chromium at three widths, and examined by axe-core."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.browser import DRIVER, Browser, browser
from tests.commands import BROWSER
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("mkdocs", "material", "mkdocstrings", "axe_core_python"))),
    reason="MkDocs or axe-core is not installed",
)
needs_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="Chromium or its driver is not installed")
WIDTHS = (1600, 900, 390)
PUBLIC = re.compile(r"^https://")
STILL = "document.head.insertAdjacentHTML('beforeend', '<style>* { transition: none !important; }</style>')"
"""A color that is on its way to another has a contrast of its own."""


def build(configuration: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build a site like ``make docs``, without a proxy that could reach the network."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(configuration), "--site-dir",
         str(folder)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
        env=environment | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    done = build(REPOSITORY / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> list[str]:
    """Return the addresses of all pages of the site."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Suppress log messages."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site on this machine, because the search of a page opened as a file cannot read its index."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(str(BROWSER), tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    """The copies of the pages have one missing link, one missing anchor, or one missing repository file."""
    settings = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    settings = re.sub(r"\nnav:.*", "\n", settings, flags=re.DOTALL)
    settings = settings.replace("tests/docs/hook.py", str(REPOSITORY / "tests" / "docs" / "hook.py"))
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "site.css").touch()
    for text, said in (
        ("[a](#here)\n\n## Here", ""), ("[a](gone.md)", "gone.md"), ("[a](#gone)", "#gone"),
        ("[a](../gone/file.py)", "file.py"), ("[a](/gone.md)", "absolute"),
    ):  # fmt: skip
        (docs / "index.md").write_text(f"# Title\n\n{text}\n", encoding="utf-8")
        done = build(tmp_path / "mkdocs.yml", tmp_path / "out")
        assert (done.returncode == 0) is (not said), (text, done.stderr)
        assert said in done.stderr


def test_every_page_is_in_the_site(pages: list[str]) -> None:
    written = {path.relative_to(REPOSITORY / "docs").with_suffix(".html").as_posix()
               for path in (REPOSITORY / "docs").rglob("*.md")}  # fmt: skip
    assert written | {"404.html"} == set(pages)


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: list[str]) -> None:
    """This covers scripts, styles, pictures and fonts, but not links that a reader follows."""
    for page in pages:
        text = (site / page).read_text(encoding="utf-8")
        loaded = re.findall(
            r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?([^\s\">]+)|<link[^>]*\shref=\"?([^\s\">]+)", text
        )
        assert [one for pair in loaded for one in pair if one.startswith(("http:", "https:", "//"))] == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\"?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_links_of_pages_lead_somewhere(site: Path, pages: list[str]) -> None:
    """Links are checked in the HTML as served, with the navigation and the output of mkdocstrings."""
    ids = {page: set(re.findall(r'\sid="?([^\s">]+)', (site / page).read_text(encoding="utf-8"))) for page in pages}
    for page in pages:
        for link in re.findall(r'<a[^>]*\shref="?([^\s">]+)', (site / page).read_text(encoding="utf-8")):
            if PUBLIC.match(link) or page == "404.html":
                continue
            target, _, part = unquote(link).partition("#")
            place = ((site / page).parent / target).resolve() if target else site / page
            place = place / "index.html" if place.is_dir() else place
            assert place.is_file(), (page, link)
            if part and place.suffix == ".html":
                assert part in ids[place.relative_to(site.resolve() if target else site).as_posix()] | {""}, (
                    page,
                    link,
                )


@needs_browser
# `make test` checks an eighth of the pages; the others take more than a minute.
@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.large) for part in range(1, 8))])
def test_pages_in_a_browser(window: Browser, address: str, pages: list[str], part: int) -> None:
    """Nothing overflows at any width, no picture is missing, no script fails, nothing comes from another server."""
    window.console(), window.requests()
    for page in pages[part::8]:
        window.size(WIDTHS[0], 900)
        window.visit(address + page)
        window.run(STILL)
        for width in WIDTHS:
            window.size(width, 900, is_phone=width < 500)
            wide = window.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, (page, width)
        window.size(1280, 900)
        missing = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        assert window.run(f"return {missing}") == [], page
        assert serious(window) == [], page
        assert window.console() == [], page
    assert [url for url in window.requests() if not url.startswith(address)] == []


def serious(window: Browser) -> list[Any]:
    """Return the serious and critical axe-core results for the page: contrast, headings, names, alternative texts."""
    found = importlib.util.find_spec("axe_core_python")
    assert found is not None
    assert found.submodule_search_locations
    axe = (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")
    window.run(
        axe + "\nwindow.axe = axe; window.found = null; axe.run(arguments[0]).then(r => { window.found = r; })",
        {"resultTypes": ["violations"]},
    )
    window.until("window.found", seconds=120)
    defects: list[Any] = window.run(
        "return window.found.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)])"
    )
    return defects


@needs_browser
def test_a_reader_finds_a_page_by_a_word(window: Browser, address: str) -> None:
    window.size(1280, 900)
    window.visit(address + "index.html")
    window.run("document.querySelector('[data-md-component=search-query]').focus()")
    window.type("[data-md-component=search-query]", "straggler")
    found = window.until("[...document.querySelectorAll('.md-search-result__link')].map(a => a.pathname).join(' ')")
    assert "ranks.html" in found or "rank.html" in found
