"""The pictures that need a browser or a chart: ``python -m tests.docs.pictures`` (``make pictures``).

The pictures show the report of ``make demo`` in headless Chromium, and charts of the same report. Their bytes depend on
the versions of Chromium and vl-convert, so no test compares them. A test compares the list of files.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path

from tests.browser import browser
from tests.commands import BROWSER, run
from tests.conftest import REPOSITORY
from tests.docs.drawings import ALL, IMAGES

SAMPLES = REPOSITORY / "capture" / "samples"
CHARTS = ("gap_summary", "roofline_stage", "stage_summary")
SCREEN = "report.png"
WIDTH, HEIGHT = 1280, 720
LIMIT = 300_000
"""Bytes of a picture at most."""


def names() -> set[str]:
    """Return the names of all pictures of the documentation."""
    return {SCREEN, *(f"{name}.svg" for name in (*CHARTS, *ALL))}


def report(folder: Path) -> Path:
    """Write the report of ``make demo``."""
    done = run(
        "analyze", str(SAMPLES / "sample.sqlite"), "--stages", str(SAMPLES / "stages.toml"), "--model", "deepseek-ocr",
        "--gpu", "h100-sxm", "--set", "pages=2", "--set", "new_tokens=13", "--ncu", str(SAMPLES / "ncu.csv"),
        "--callgraph", str(SAMPLES / "callgraph.json"), "--out", "demo", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "demo"


def screen(page: Path, profile: Path) -> bytes:
    """Return the first screen of a page as a small PNG with 256 colors."""
    from PIL import Image

    assert BROWSER
    with browser(BROWSER, profile) as window:
        window.size(WIDTH, HEIGHT)
        window.prefer("light")
        window.open(page)
        shot = profile / "screen.png"
        window.screenshot(shot)
    packed = io.BytesIO()
    with Image.open(shot) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["NSYS_TOOLS_CACHE"] = f"{scratch}/cache"
        written = report(Path(scratch))
        for name in CHARTS:
            shutil.copy(written / "charts" / f"{name}.svg", IMAGES)
        (IMAGES / SCREEN).write_bytes(screen(written / "report.html", Path(scratch) / "profile"))


if __name__ == "__main__":
    main()
