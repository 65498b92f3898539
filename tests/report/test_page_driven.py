"""The page as readers use it: zoom, click, sort, filter, copy, dark mode, phone; driven through Chromium's driver."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.report import report
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.large import build_large
from nsys_tools.synthetic.timeline import Timeline
from tests.browser import DRIVER, Browser, browser
from tests.case import THREAD, analyzed, build, launch
from tests.commands import BROWSER
from tests.report.test_report import LIMIT, STAGES, assert_offline

pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="Chromium or its driver is not installed")
TIMELINE, FLAME = "timeline", "flame"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(str(BROWSER), tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def page(sample: tuple[Path, Timeline], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(sample[0], tmp_path_factory.mktemp("page"), stages=STAGES)


def written(trace: Path, folder: Path, top: int = 20, **given: Any) -> Path:
    report.write(analyzed(trace, **given), folder / "out", formats=["html"], top=top, force=False)
    return folder / "out" / "report.html"


@pytest.fixture
def opened(window: Browser, page: Path) -> Iterator[Browser]:
    """Return a window of a laptop with the page; errors and network requests fail the test."""
    window.size(1280, 800)
    window.prefer("light")
    window.open(page)
    window.console(), window.requests()
    window.run("localStorage.clear()")
    window.open(page)
    yield window
    assert window.console() == []
    assert window.requests() == []


def look(window: Browser, picture: str) -> dict[str, float]:
    """Scroll to a picture, wait until it is drawn, and return the left, top, width and height of its plot."""
    window.run("document.getElementById(arguments[0]).scrollIntoView()", picture)
    window.until(f"document.querySelector('#{picture}[data-ready]') !== null")
    found: dict[str, float] = window.run(
        """const picture = pictures.get(document.getElementById(arguments[0])), view = picture.views.main;
        const box = picture.place.querySelector('.main canvas').getBoundingClientRect();
        return {left: box.left + view.origin()[0], top: box.top + view.origin()[1], width: view.signal('width'),
                height: view.signal('height')}""",
        picture,
    )
    return found


def seen(window: Browser, picture: str) -> tuple[float, float]:
    """Return the part of the x axis that a picture shows: 0 to 1 is all."""
    lo, hi = window.run(
        """const {lo, hi, extent: [first, last]} = pictures.get(document.getElementById(arguments[0]));
        return [(lo - first) / (last - first), (hi - first) / (last - first)]""",
        picture,
    )
    return lo, hi


def test_drag_zooms_and_a_double_click_shows_all(opened: Browser) -> None:
    box = look(opened, TIMELINE)
    assert seen(opened, TIMELINE) == (0, 1)
    y = box["top"] + 30
    opened.drag((box["left"] + 0.25 * box["width"], y), (box["left"] + 0.5 * box["width"], y))
    assert seen(opened, TIMELINE) == pytest.approx((0.25, 0.5), abs=0.01)
    shown = "pictures.get(document.getElementById('timeline')).views"
    assert opened.run(f"return {shown}.main.scale('x').domain()") == [
        opened.run(f"return {shown}.main.signal('{end}')") for end in ("lo", "hi")
    ]
    brush = opened.run(f"return {shown}.overview.signal('brush_x').map(x => x / {shown}.overview.signal('width'))")
    assert brush == pytest.approx([0.25, 0.5], abs=0.01)
    opened.click(box["left"] + 300, y, times=2)
    assert seen(opened, TIMELINE) == (0, 1)


def test_wheel_keys_and_buttons(opened: Browser) -> None:
    box = look(opened, TIMELINE)
    x, y = box["left"] + 0.5 * box["width"], box["top"] + 40
    place = opened.run("return scrollY")
    opened.wheel(x, y, -100)
    opened.until(f"scrollY === {place} - 100")
    assert seen(opened, TIMELINE) == (0, 1), "the wheel scrolls the page until the picture was clicked"
    box = look(opened, TIMELINE)
    opened.click(x, box["top"] + 40)
    opened.wheel(x, box["top"] + 40, -100)
    lo, hi = seen(opened, TIMELINE)
    assert (lo + hi) / 2 == pytest.approx(0.5, abs=0.01)
    assert 0.7 < hi - lo < 0.85
    assert look(opened, TIMELINE) == box, "the page does not scroll"
    length = hi - lo
    for key, factor in (("+", 0.5), ("\ue014", 0.5), ("-", 1), ("\ue00c", 1 / length)):  # arrow to the right, escape
        before = seen(opened, TIMELINE)
        opened.act({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}, kind="key")
        lo, hi = seen(opened, TIMELINE)
        assert hi - lo == pytest.approx(factor * length)
        assert key != "\ue014" or lo == pytest.approx(before[0] + factor * length / 4)
    assert seen(opened, TIMELINE) == (0, 1)
    opened.run("document.querySelector('#timeline [data-zoom=in]').click()")
    assert seen(opened, TIMELINE) == (0.25, 0.75)
    opened.run("document.querySelector('#timeline [data-zoom=all]').click()")
    assert seen(opened, TIMELINE) == (0, 1)


def test_the_overview_chooses_what_is_seen(opened: Browser) -> None:
    box = look(opened, TIMELINE)
    top = opened.run("return document.querySelector('#timeline .overview canvas').getBoundingClientRect().top")
    ends = [(box["left"] + part * box["width"], top + 20) for part in (0.6, 0.8)]
    opened.drag(*ends)  # type: ignore[arg-type]
    assert seen(opened, TIMELINE) == pytest.approx((0.6, 0.8), abs=0.01)


def test_hover_says_what_a_bar_is(opened: Browser) -> None:
    box = look(opened, TIMELINE)
    bar = opened.run(
        """const picture = pictures.get(document.getElementById('timeline')), view = picture.views.main;
        const row = picture.data.bars.filter(row => row.lane === 'sam')
            .sort((a, b) => b.to - b.from - a.to + a.from)[0];
        return [view.scale('x')((row.from + row.to) / 2), view.scale('y')(row.lane) + 6, row]"""
    )
    opened.hover(box["left"] + bar[0], box["top"] + bar[1])
    name, times, work = opened.run("return tip.textContent").split("\n")
    assert name == "sam"
    assert times.startswith("starts at ")
    assert " ms, lasts " in times
    assert work.startswith(f"{bar[2]['count']:,} operations, ")
    opened.hover(5, 5)
    assert opened.run("return tip.hidden") is True


def test_click_zooms_into_a_range(opened: Browser) -> None:
    """Hovering shows the path; clicking the same range again shows what is around it."""
    box = look(opened, FLAME)
    node = opened.run(
        """const picture = pictures.get(document.getElementById('flame'));
        const row = picture.data.nodes.find(row => row.path === 'image/decode');
        return [row.from, row.to, picture.extent[1], row.depth]"""
    )
    start, end, whole, depth = node
    x, y = box["left"] + (start + end) / 2 / whole * box["width"], box["top"] + (depth + 0.5) * 21
    opened.hover(x, y)
    assert opened.run("return tip.textContent").split("\n")[0] == "image/decode"
    assert opened.run("return document.querySelector('#flame .where').textContent").startswith("image/decode · ")
    opened.click(x, y)
    assert seen(opened, FLAME) == pytest.approx((start / whole, end / whole))
    opened.click(box["left"] + 0.5 * box["width"], y)
    assert seen(opened, FLAME)[1] - seen(opened, FLAME)[0] > (end - start) / whole
    opened.click(box["left"] + 0.5 * box["width"], box["top"] + 10)
    opened.run("document.querySelector('#flame [data-zoom=all]').click()")
    assert seen(opened, FLAME) == (0, 1)


KERNELS = (
    "[...document.querySelectorAll('.wide table')].find(table => /^\\s*label.*stddev/s.test(table.tHead.textContent))"
)


def column(window: Browser, number: int) -> list[str]:
    found: list[str] = window.run(
        f"return [...{KERNELS}.tBodies[0].rows].filter(row => !row.hidden)"
        ".map(row => row.cells[arguments[0]].textContent.trim())",
        number,
    )
    return found


def test_tables_sort_by_value(opened: Browser) -> None:
    """Numbers with separators sort by value, largest first; the third click restores the order of the report."""
    before = column(opened, 0)
    head = f"{KERNELS}.tHead.rows[0].cells[arguments[0]]"
    opened.run(f"{head}.click()", 2)
    counts = [float(cell.replace(",", "")) for cell in column(opened, 2)]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 3
    assert opened.run(f"return {head}.ariaSort", 2) == "descending"
    opened.run(f"{head}.click()", 2)
    assert [float(cell.replace(",", "")) for cell in column(opened, 2)] == sorted(counts)
    opened.run(f"{head}.click()", 2)
    assert column(opened, 0) == before
    opened.run(f"{head}.click()", 0)
    assert column(opened, 0) == sorted(before, key=str.lower)


def test_units_of_durations_are_sorted_too(opened: Browser) -> None:
    texts = ["9 µs", "1.5 ms", "2 s", "800 ns", "1,024", "-3", "", "a 7"]
    values = opened.run("return arguments[0].map(valueOf).map(value => Number.isNaN(value) ? null : value)", texts)
    assert values == pytest.approx([9e3, 1.5e6, 2e9, 800, 1024, -3, None, None])


def test_filter_and_copy_what_is_shown(opened: Browser) -> None:
    opened.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    tools = f"{KERNELS}.parentElement.previousElementSibling"
    count = len(column(opened, 0))
    opened.run(f"{tools}.querySelector('input').id = 'field'")
    opened.type("#field", "GEMM")
    rest = column(opened, 0)
    assert 0 < len(rest) < count
    assert all("gemm" in name.lower() for name in rest)
    assert opened.run(f"return {tools}.querySelector('.note').textContent") == f"{len(rest)} of {count}"
    opened.run(f"{tools}.querySelector('button').click()")
    opened.until(f"{tools}.querySelector('button').textContent === 'Copied'")
    rows = list(csv.reader(io.StringIO(opened.run("return navigator.clipboard.readText()"))))
    assert [row[0] for row in rows[1:]] == rest
    assert any("(%)" in head for head in rows[0]), "the units"


def test_dark_as_the_system_and_as_the_reader_chooses(opened: Browser, page: Path) -> None:
    background = "return getComputedStyle(document.body).backgroundColor"
    light = opened.run(background)
    opened.prefer("dark")
    assert opened.run(background) == "rgb(18, 22, 27)" != light
    look(opened, TIMELINE)
    labels = "pictures.get(document.getElementById('timeline')).views.main._runtime.scales.y !== undefined"
    assert opened.run(f"return {labels}")
    opened.run("document.getElementById('theme').click()")
    assert opened.run(background) == light
    opened.open(page)
    assert opened.run(background) == light, "what the reader chose is kept"
    opened.run("document.getElementById('theme').click()")
    assert opened.run(background) != light


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (390, 844)])
def test_on_screens_of_all_sizes(opened: Browser, width: int, height: int) -> None:
    """Nothing is cut off; a phone folds the menu; the pictures use the available width."""
    opened.size(width, height, is_phone=width < 600)
    opened.run("location.reload()")
    for picture in (TIMELINE, FLAME):
        box = look(opened, picture)
        assert box["left"] + box["width"] <= width
        assert box["width"] > 0.4 * width
    assert opened.run("return document.documentElement.scrollWidth") <= width
    boxes = "[...document.querySelectorAll('.tiles div, .card')]"
    assert opened.run(f"return {boxes}.filter(box => box.scrollWidth > box.clientWidth + 1).length") == 0
    assert opened.run("return document.querySelector('nav details').open") is (width > 900)
    if width > 900:
        opened.run("scrollTo(0, 0)")
        ends = opened.run(
            "return [...document.querySelectorAll('article')].map(one => one.getBoundingClientRect().bottom)"
        )
        assert len(ends) == 3
        assert max(ends) < height, "the findings are on the first screen"


def test_sections_in_the_sidebar(opened: Browser) -> None:
    links = opened.run("return [...document.querySelectorAll('nav a')].map(link => [link.hash, link.textContent])")
    assert [name for _, name in links[:4]] == ["Summary", "Timeline", "Ranges by GPU time", "Findings"]
    missing = "[...document.querySelectorAll('nav a')].filter(a => !document.getElementById(a.hash.slice(1))).length"
    assert opened.run(f"return {missing}") == 0
    opened.run("document.querySelector('nav a[href=\"#kernels\"]').click()")
    opened.until("document.querySelector('nav a.here').textContent === 'Kernels'")


def test_print_keeps_the_charts_and_leaves_out_what_needs_a_screen(opened: Browser) -> None:
    look(opened, TIMELINE)
    opened.prefer("dark")
    opened.command("Emulation.setEmulatedMedia", media="print")
    visible = "[...document.querySelectorAll(arguments[0])].filter(node => node.offsetParent !== null).length"
    for selector in ("nav", ".picture", ".tools", "button"):
        assert opened.run(f"return {visible}", selector) == 0, selector
    assert opened.run(f"return {visible}", "img") == 6
    assert opened.run(f"return {visible}", "article") == 3
    assert opened.run("return getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    opened.command("Emulation.setEmulatedMedia", media="")


HACK = "window.hacked = 1"
HOSTILE = [
    f"<img src=x onerror='{HACK}'>", f"</script><script>{HACK}</script>", f"javascript:{HACK}", f"`${{{HACK}}}`",
    f"'+({HACK})+'", f'"]}}; {HACK}; //', "datum.from", "datum['to'] + lo", f"{{{{ {HACK} }}}}", "<!-- <script>",
    "\u202eexe.gpj\u2066", "\u2028\u2029", "]]> --> </table></code></svg>", "__proto__", "constructor", "signal", "{}",
    "%s$&",
]  # fmt: skip


def hostile(b: TraceBuilder) -> None:
    """Add steps, so that names are in each part of the page; each range launches a kernel with its name."""
    for n, name in enumerate(HOSTILE * 3):
        at = 1_000_000 * n
        b.range(THREAD, name, at, at + 900_000)
        b.range(THREAD, f"in {name}", at + 1, at + 800_000)
        launch(b, at + 10, at + 20, at + 700_000, name=name)
        launch(b, at + 100, at + 720_000, at + 740_000, name=f"k {name}")


def test_hostile_names_run_nothing_and_are_shown(window: Browser, tmp_path: Path) -> None:
    page = written(build(tmp_path, hostile), tmp_path, top=100)
    assert_offline(page.read_text(encoding="utf-8"))
    window.size(1280, 900)
    window.open(page)
    for picture in (TIMELINE, FLAME):
        box = look(window, picture)
        for n in range(12):
            window.hover(box["left"] + box["width"] * (n + 0.5) / 12, box["top"] + 30)
            assert window.run("return document.querySelectorAll('img[src=x], .tip *').length") == 0
    window.run("document.querySelectorAll('th').forEach(head => head.click())")
    assert window.run("return window.hacked ?? null") is None
    assert window.console() == []
    assert window.requests() == []
    labels = window.run("return pictures.get(document.getElementById('flame')).data.nodes.map(row => row.label)")
    shown = window.run("return document.querySelector('main').textContent")
    for name in HOSTILE:
        plain = " ".join("".join(c if c.isprintable() else " " for c in name).split()) or "(no name)"
        assert plain in labels or plain.replace("= 1", "= *") in labels, name
        assert f"k {plain}".strip() in shown or plain == "(no name)", name


@pytest.mark.large
def test_the_first_screen_of_two_million_kernels(window: Browser, tmp_path: Path) -> None:
    build_large(tmp_path / "large.sqlite", 2_000_000)
    page = written(tmp_path / "large.sqlite", tmp_path)
    assert page.stat().st_size < LIMIT
    window.size(1280, 800)
    window.open(page)
    (painted,) = window.run("return performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)")
    assert painted < 1000
    look(window, TIMELINE)
    assert window.console() == []
