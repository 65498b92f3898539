"""Hostile names in every text column of a trace, through every output.

A name is a control sequence, markup or a formula, with a word in its middle that identifies where it reappears.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from nsys_tools.errors import printable
from tests.conftest import REPOSITORY
from tests.torture.frame import Case, Fault, Section, Verdict, command, faults_of

SAMPLE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
STAGES = REPOSITORY / "capture" / "samples" / "stages.toml"
NAMES = {
    "escape": "\x1b[2J{}\x1b]0;title\x07", "nul": "a{}\x01\x7f", "c1": "\x9b31m{}\x9d0;t\x9c",
    "bidi": "\u202e{}\u2066x",
    "image": "![{}](http://h.example/p.png)", "link": "[{}](javascript:alert(1))",
    "tag": "<img src=x onerror=alert(1)>{}",
    "script": "</code></title><script>{}</script>", "pipe": "a|{}|b`c|d`\nnext|line", "formula": "=cmd|' /C {}'!A0",
    "return": "a\r{},\"b\"", "comment": "<!-- {} *a* **b**",
}  # fmt: skip
# Text columns whose values nsys-tools interprets are unchanged: versions of the schema, numbers as text.
_INTERPRETED = re.compile(r"META_DATA|ENUM_|EXPORT_")
_ACTIVE = {"script", "img", "a", "iframe", "object", "svg", "style", "form", "input", "link", "meta", "base"}
STATS = ("column", "table", "csv", "tsv", "json", "htable")
SQL = ("table", "csv", "tsv", "json", "yaml", "md")
REPORTS = "nvtx_sum,cuda_gpu_kern_sum,cuda_api_sum,nvtx_kern_sum,cuda_gpu_trace,nvtx_pushpop_trace,osrt_sum"
QUERIES = ("kernel_summary", "range", "StringIds")
_OWN_SCRIPTS = {
    (("id", "own"),), (("type", "text/plain"), ("id", "bundle")),
    *((("type", "application/json"), ("id", f"{name}-data")) for name in ("timeline", "flame")),
}  # fmt: skip
Check = Callable[[str], str | None]


def _trace(name: str, path: Path) -> None:
    """Copy the sample with a hostile name in each text value; stage names only contain it, so that they are found."""
    shutil.copyfile(SAMPLE, path)
    with closing(sqlite3.connect(path)) as database:
        database.create_function("hostile", 1, lambda text: NAMES[name].format(text) if text else text)
        for table, column in database.execute(
            "SELECT m.name, i.name FROM sqlite_master AS m, pragma_table_info(m.name) AS i "
            "WHERE m.type = 'table' AND upper(i.type) LIKE '%TEXT%'"
        ).fetchall():
            if not _INTERPRETED.search(table):
                database.execute(f'UPDATE "{table}" SET "{column}" = hostile("{column}")')
        database.commit()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _raw(text: str) -> str | None:
    """Return the parts of a text that a terminal would interpret."""
    if printable(text) == text:
        return None
    place = next(n for n, sign in enumerate(text) if printable(sign) != sign)
    return f"a raw control character: {text[max(0, place - 30) : place + 30]!r}"


def _page(text: str) -> str | None:
    """Return the active content of a page that does not belong to the report itself."""
    tags = _Tags()
    tags.feed(text)
    for tag, attributes in tags.found:
        source = attributes.get("src") or attributes.get("href") or ""
        ours = (tag == "img" and source.startswith("data:image/svg+xml;base64,")) or tag in ("style", "meta")
        ours = ours or (tag == "script" and tuple(attributes.items()) in _OWN_SCRIPTS)
        if (tag in _ACTIVE and not ours) or any(name.startswith("on") for name in attributes):
            if tag == "a" and source.startswith(
                ("#", "tables/", "charts/", "stakeholder", "report", "https://github.com/")
            ):
                continue
            return f"an active element: <{tag} {attributes}>"
    return _raw(text)


def _markdown(text: str) -> str | None:
    """Return the active content of Markdown as displayed in a browser, except the pictures of the report."""
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    html = re.sub(r'<img src="charts/[\w.]+" alt="[^"<>]*" ?/?>', "", html)
    return _page(html)


def _csv(text: str, delimiter: str = ",") -> str | None:
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return "rows of different lengths" if len({len(row) for row in rows if row}) > 1 else None


def _json(text: str) -> str | None:
    json.loads(text)
    return None


def _lines(text: str) -> str | None:
    counts = {line.count("\t") for line in text.split("\n") if line}
    return "lines of different lengths" if len(counts) > 1 else None


CHECKS: dict[str, Check] = {
    "table": _raw, "column": _raw, "htable": _page, "md": _markdown, "csv": _csv, "json": _json, "html": _page,
    "tsv": lambda text: _csv(text, "\t"), "yaml": _raw, "svg": _raw, "txt": _raw,
}  # fmt: skip


def _checked(form: str, text: str, place: str) -> list[tuple[Fault, str]]:
    try:
        wrong = CHECKS[form](text)
    except ValueError as error:
        wrong = f"cannot be read back: {error}"
    return [(Fault.RAW_NAME, f"{place}: {wrong}")] if wrong else []


def _analyze(trace: Path, folder: Path) -> list[tuple[Fault, str]]:
    done = command("analyze", trace, "--stages", STAGES, "--out", "r", "--no-cache", cwd=folder, cache=folder / "cache")
    faults = faults_of(done, (0,)) + _checked("txt", done.stderr, "stderr")
    for file in sorted((folder / "r").rglob("*")):
        if file.suffix in (".html", ".md", ".json", ".csv", ".svg"):
            with file.open(encoding="utf-8", newline="") as text:
                faults += _checked(file.suffix[1:], text.read(), file.name)
    return faults


def _stats(form: str, trace: Path, folder: Path) -> list[tuple[Fault, str]]:
    done = command("stats", trace, "-r", REPORTS, "-f", form, "-o", "r", cwd=folder, cache=folder / "cache")
    faults = faults_of(done, (0,)) + _checked("txt", done.stderr, "stderr")
    files = sorted(folder.glob("r_*"))
    if not files:
        faults.append((Fault.SILENT_LOSS, f"no report was written: {done.stderr[:200]}"))
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            text, report = stream.read(), file.name
        faults += ([(Fault.RAW_NAME, f"{report}: {_lines(text)}")] if _lines(text) else []) if form == "tsv" else (
            _checked(form, text, report) if text else []
        )  # fmt: skip
    return faults


def _sql(form: str, trace: Path, folder: Path) -> list[tuple[Fault, str]]:
    faults = []
    for query in QUERIES:
        ask = ("sql", trace, f"FROM {query} LIMIT 20", "--format", form, "--stages", STAGES)
        done = command(*ask, cwd=folder, cache=folder / "cache")
        faults += faults_of(done, (0,)) + _checked("txt", done.stderr, "stderr") + _checked(form, done.stdout, query)
    return faults


def _messages(trace: Path, folder: Path) -> list[tuple[Fault, str]]:
    """Check errors that quote names from the trace, of a file, or of an option."""
    faults = []
    hostile = NAMES["escape"].format("x")
    for ask in (
        ("sql", trace, "SELECT error(name) FROM kernel"), ("sql", trace, "SELECT name::INTEGER FROM kernel"),
        ("sql", trace, f'SELECT "{hostile}"'), ("analyze", f"{hostile}.sqlite"), ("stats", trace, "-r", hostile),
        ("stats", trace, "--filter-nvtx", hostile), ("analyze", trace, "--stages", hostile), ("queries", hostile),
        ("analyze", trace, "--model", "llama-2-7b"), ("analyze", trace, f"--{hostile}"),
    ):  # fmt: skip
        done = command(*ask, cwd=folder, cache=folder / "cache")
        faults += faults_of(done, (1, 2)) + _checked("txt", done.stderr, f"stderr of {ask[2:]!r}"[:80])
    return faults


def _run(attempt: Callable[[Path, Path], list[tuple[Fault, str]]], trace: Path, folder: Path) -> Verdict:
    faults = attempt(trace, folder)
    return Verdict("names shown as data" if not faults else "names obeyed", tuple(faults))


def cases(_: int, folder: Path) -> Sequence[Case]:
    """Return a case per hostile name and output; the traces are written into ``folder``."""
    outputs = {"analyze": _analyze, "messages": _messages}
    outputs |= {f"stats {form}": partial(_stats, form) for form in STATS}
    outputs |= {f"sql {form}": partial(_sql, form) for form in SQL}
    found = []
    for name in NAMES:
        trace = folder / f"{name}.sqlite"
        _trace(name, trace)
        found += [Case(f"{name}, {output}", partial(_run, attempt, trace)) for output, attempt in outputs.items()]
    return found


SECTION = Section("names", "Hostile names in every text column, through every output", cases)
