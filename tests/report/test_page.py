"""The page in a real browser: layout, charts, no requests, and printing."""

from __future__ import annotations

import json
import math
import re
import struct
import subprocess
import unicodedata
from pathlib import Path

import pytest

from nsys_tools.model.request import Request
from nsys_tools.report import page, report
from nsys_tools.synthetic.timeline import Timeline
from tests.case import analyzed
from tests.charts.test_charts import texts
from tests.commands import BROWSER
from tests.report.test_report import STAGES
from tests.roofline import slow_run

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--enable-logging=stderr",
]  # fmt: skip
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
CHARTS = {
    "stage_summary", "stage_activity", "kernel_summary", "kernel_duration", "gap_summary", "roofline_stage",
    "roofline_point", "llm_token",
}  # fmt: skip
A4 = 595, 842  # points
MARGIN = 28
SMALLEST = 6.0  # points: footnotes of printed papers are 7 to 8


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a generated run, compared with its model, with every chart."""
    folder = tmp_path_factory.mktemp("page")
    slow_run.write(folder / "slow.sqlite", "deepseek-ocr", "h200-sxm", "new_tokens=4")
    analysis = analyzed(folder / "slow.sqlite", Request("deepseek-ocr", assignments=("new_tokens=4",)))
    report.write(analysis, folder / "out", formats=["html"], top=20, force=False)
    return folder / "out"


def changed(written: Path, folder: Path, *changes: tuple[str | re.Pattern[str], str]) -> Path:
    """Return a copy of the page with replaced texts; each text must be there."""
    text = (written / "report.html").read_text(encoding="utf-8")
    for old, new in changes:
        pattern = re.compile(re.escape(old)) if isinstance(old, str) else old
        text, count = pattern.subn(lambda _, new=new: new, text, count=1)  # type: ignore[misc]
        assert count == 1
    copy = folder / "changed.html"
    copy.write_text(text, encoding="utf-8")
    return copy


@needs_browser
def test_page_in_a_browser(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    analyzed(sample[0], stages=STAGES).write(tmp_path / "out", formats=["html"])
    page = tmp_path / "out" / "report.html"
    seen = re.sub("<script.*?</script>", "", browse(page, tmp_path / "profile", "--dump-dom").stdout, flags=re.S)
    assert seen.count("<h2 id=") == 12
    assert seen.count('<section class="picture"') == 2
    assert seen.count("<img ") == 6
    assert "Kernels with the most GPU time" in seen

    shot = tmp_path / "shot.png"
    browse(page, tmp_path / "profile", "--window-size=1280,2000", f"--screenshot={shot}")
    width, height = struct.unpack(">II", shot.read_bytes()[16:24])
    assert (width, height) == (1280, 2000)
    assert shot.stat().st_size > 100_000, "an empty page packs to a few kB"


POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
PROBE = """<script>addEventListener('load', () => {
  const root = document.documentElement, images = [...document.images];
  document.title = JSON.stringify({
    overflow: root.scrollWidth - root.clientWidth, images: images.length,
    shown: images.filter(i => i.complete && i.naturalWidth > 0 && i.clientWidth > 100 && i.clientHeight > 50).length,
    tall: [...document.querySelectorAll('td')].filter(cell => cell.clientHeight > 120).length,
  });
})</script></main>"""


def probed(written: Path, folder: Path, *changes: tuple[str | re.Pattern[str], str]) -> dict[str, int]:
    """Return the result of a script in a copy of the page whose policy allows it."""
    copy = changed(written, folder, (POLICY, ""), ("</main>", PROBE), *changes)
    seen = browse(copy, folder / "profile", "--window-size=1280,800", "--dump-dom").stdout
    title = re.search("<title>(.*?)</title>", seen)
    assert title is not None
    found: dict[str, int] = json.loads(title[1])
    return found


@needs_browser
def test_on_a_laptop(written: Path, tmp_path: Path) -> None:
    """Wide tables scroll in their own box, every chart has loaded, and names break into few lines."""
    assert probed(written, tmp_path) == {"overflow": 0, "images": len(CHARTS), "shown": len(CHARTS), "tall": 0}


@needs_browser
def test_the_probe_sees_what_is_wrong(written: Path, tmp_path: Path) -> None:
    wrong = probed(
        written, tmp_path, (".wide { overflow-x: auto;", "table { width: 3000px } .wide {"),
        ("base64,PHN2", "base64,AAAA"),
        ("td code { overflow-wrap: normal; }", "td code { display: block !important; width: 2ch !important; }"),
    )  # fmt: skip
    assert wrong["overflow"] > 1000
    assert wrong["shown"] == wrong["images"] - 1
    assert wrong["tall"] > 0


def asked(page: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Return what a page writes to the console and what it requests from the network."""
    log = folder / "network.json"
    done = browse(page, folder / "profile", f"--log-net-log={log}", "--dump-dom")
    said = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    # Requests that the browser makes by itself have no origin.
    return said, [event["url"] for event in events if event.get("initiator", "not an origin") != "not an origin"]


@needs_browser
def test_nothing_is_requested_and_nothing_goes_wrong(written: Path, tmp_path: Path) -> None:
    assert asked(written / "report.html", tmp_path) == ([], [])
    leak = '<img src="http://127.0.0.1:9/x.png"><script>console.error("wrong")</script></main>'
    said, requested = asked(changed(written, tmp_path, (POLICY, ""), ("</main>", leak)), tmp_path)
    assert '"wrong"' in said[0]
    assert requested == ["http://127.0.0.1:9/x.png"]
    said, requested = asked(changed(written, tmp_path, ("</main>", leak)), tmp_path)
    assert requested == [], "the page's own policy forbids it"
    assert len(said) == 2


Word = tuple[str, float, float]  # text, size in points, distance from the bottom of the page


def printed(page: Path, folder: Path) -> tuple[list[tuple[float, float]], list[list[Word]]]:
    """Return the size of each printed page in points, and the texts on it."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (pip install -e '.[dev]')")
    browse(page, folder / "profile", "--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}")
    sizes, pages = [], []
    for leaf in pypdf.PdfReader(folder / "page.pdf").pages:
        words: list[Word] = []

        def visit(text: str, outer: list[float], inner: list[float], _: object, size: float, words=words) -> None:  # type: ignore[no-untyped-def]
            up = inner[2] * outer[0] + inner[3] * outer[2], inner[2] * outer[1] + inner[3] * outer[3]
            if text.strip():
                bottom = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
                words.append((text, size * math.hypot(*up), bottom))

        leaf.extract_text(visitor_text=visit)
        sizes.append((float(leaf.mediabox.width), float(leaf.mediabox.height)))
        pages.append(words)
    return sizes, pages


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def whole_charts(written: Path, pages: list[list[Word]]) -> set[str]:
    """Return the charts whose texts are all on the same page and within its margins."""
    leaves = [
        squeezed("".join(text for text, _, bottom in words if MARGIN < bottom < A4[1] - MARGIN)) for words in pages
    ]
    return {
        chart.stem
        for chart in (written / "charts").iterdir()
        if any(all(squeezed(text) in leaf for text in texts(chart.read_bytes())) for leaf in leaves)
    }


@needs_browser
def test_in_print(written: Path, tmp_path: Path) -> None:
    """A4 pages; no chart is cut at the end of a page, no text is too small to read or outside the margins."""
    sizes, pages = printed(written / "report.html", tmp_path)
    assert {(round(width), round(height)) for width, height in sizes} == {A4}
    assert whole_charts(written, pages) == CHARTS
    assert min(size for words in pages for _, size, _ in words) >= SMALLEST
    assert all(MARGIN < bottom < A4[1] - MARGIN for words in pages for _, _, bottom in words)


@needs_browser
def test_the_print_test_sees_what_is_wrong(written: Path, tmp_path: Path) -> None:
    fits = ":root img, :root[data-dark] img { max-width: 165mm; max-height: 250mm; filter: none; }"
    cut = (fits, "img { height: 400mm; object-fit: cover; }")
    small = ("table { font-size: 9.6px; }", "table { font-size: 6px; }")
    _, pages = printed(changed(written, tmp_path, cut, small), tmp_path)
    assert whole_charts(written, pages) < CHARTS
    assert min(size for words in pages for _, size, _ in words) < SMALLEST


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("model.layers.*.self_attn.q_proj", "model.|layers.|*.|self_attn.|q_proj"),
        ("at::native::vectorized_elementwise_kernel", "at::|native::|vectorized_|elementwise_|kernel"),
        ("f&lt;int&gt;(char*)", "f&lt;|int&gt;(char*)"),
        ("cudaLaunchKernel", "cudaLaunchKernel"),
        ("x" * 45, f"{'x' * 20}|{'x' * 20}|{'x' * 5}"),
        ("&amp;" * 25, f"{'&amp;' * 20}|{'&amp;' * 5}"),
    ],
)
def test_where_names_break(code: str, broken: str) -> None:
    assert page._breakable(code) == broken.replace("|", "<wbr>")
