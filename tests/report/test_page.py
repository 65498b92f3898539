"""The page in a real browser: it is laid out, shows its charts, and asks for nothing."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from nsys_tools import open_trace
from nsys_tools.analysis.analysis import analyze
from nsys_tools.report import report
from nsys_tools.trace.timeline import Timeline
from tests.report.test_report import STAGES

BROWSER = next((b for name in ("chromium", "chromium-browser", "google-chrome") if (b := shutil.which(name))), None)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip


def browse(page: Path, profile: Path, *options: str) -> str:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_page_in_a_browser(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    with open_trace(sample[0]) as trace:
        report.write(analyze(trace, STAGES), tmp_path / "out", formats=["html"], top=20, force=False)
    page = tmp_path / "out" / "report.html"
    seen = browse(page, tmp_path / "profile", "--dump-dom")
    assert seen.count("<h2>") == 11
    assert seen.count("<img ") == 6
    assert "Kernels with the most GPU time" in seen

    shot = tmp_path / "shot.png"
    browse(page, tmp_path / "profile", "--window-size=1280,2000", f"--screenshot={shot}")
    width, height = struct.unpack(">II", shot.read_bytes()[16:24])
    assert (width, height) == (1280, 2000)
    assert shot.stat().st_size > 100_000, "an empty page packs to a few kB"


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_wide_tables_scroll_in_their_own_box(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    """On a laptop the page itself never scrolls sideways; measured by the browser from a copy with a probe."""
    with open_trace(sample[0]) as trace:
        report.write(analyze(trace, STAGES), tmp_path / "out", formats=["html"], top=20, force=False)
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    policy = text.index("<meta http-equiv")
    probe = (
        "<script>addEventListener('load', () => { const d = document.documentElement;"
        "const broken = [...document.images].filter(i => i.naturalWidth === 0).length;"
        "document.title = `${d.scrollWidth <= d.clientWidth} ${broken}`; })</script>"
    )
    copy = tmp_path / "probe.html"
    copy.write_text(text[:policy] + text[text.index(">", policy) + 1 :].replace("</body>", probe + "</body>"))
    assert "<title>true 0</title>" in browse(copy, tmp_path / "profile", "--window-size=1280,800", "--dump-dom")
