"""The report: every trace, hostile names, secrets, complete or not written at all."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import sqlite3
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from markdown_it import MarkdownIt

from nsys_tools.errors import NsysToolsError
from nsys_tools.report.analysis import TABLES
from nsys_tools.report.templates import asset
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, analyzed, build, launch
from tests.conftest import REPOSITORY

STAGES = REPOSITORY / "capture" / "samples" / "stages.toml"
LIMIT = 3_000_000  # bytes of a page, for any trace
# From ../shared/traces/README.md: kernels, ns, kernels inside a range.
KNOWN = {
    "power_iteration": (3689, 1131742684, 3682),
    "transformer_fwd": (632, 43541000, 632),
    "two_gpu_after": (3587, 488835406, 3577),
    "saxpy_mpi": (5, 88573480, 5),
}


def write(path: Path, target: Path, *, stages: Path | None = None, force: bool = False) -> dict[str, Any]:
    """Write a report and return its metrics.json."""
    analyzed(path, stages=stages, cache=True).write(target, force=force)
    loaded: dict[str, Any] = json.loads((target / "metrics.json").read_text(encoding="utf-8"))
    return loaded


class Page(HTMLParser):
    """Collects everything that a page could load or run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.policy = ""
        self.handlers: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = str(dict(attrs)["content"])
        self.sources += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            attributes, text = self.scripts[-1]
            self.scripts[-1] = attributes, text + data


def assert_offline(page: str) -> None:
    """The page loads nothing; its only scripts are its own, the drawing bundle, and data."""
    found = Page(page)
    assert not found.tags & {"iframe", "object", "embed", "link", "form", "base", "svg"}
    assert not found.handlers
    assert all(source.startswith(("data:image/svg+xml;base64,", "#")) for source in found.sources)
    own = asset("report.js").read_text(encoding="utf-8")
    texts = {str(attributes["id"]): text for attributes, text in found.scripts}
    assert texts.pop("own") == own
    allowed = [own, *([texts.pop("bundle")] if "bundle" in texts else [])]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in allowed]
    assert found.policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src "
        + " ".join(f"'sha256-{digest}'" for digest in digests)
    )
    assert set(texts) <= {"timeline-data", "flame-data"}
    assert all(json.loads(text)["data"] and "<" not in text for text in texts.values())
    assert {attributes.get("type") for attributes, _ in found.scripts} <= {None, "text/plain", "application/json"}


def test_every_real_trace_has_a_report(shared_trace: Path, tmp_path: Path) -> None:
    metrics = write(shared_trace, tmp_path / "out")
    if shared_trace.stem in KNOWN:
        figures = metrics["figures"]
        names = ("kernel_count", "kernel_sum_ns", "kernel_in_range_count")
        assert tuple(figures[name]["value"] for name in names) == KNOWN[shared_trace.stem]
    everything = metrics["tables"]["trace_conservation"]["rows"][-1]
    assert everything["kind"] == "all"
    assert everything["difference_count"] == everything["difference_ns"] == 0
    assert everything["attributed_count"] + everything["unattributed_count"] == everything["operation_count"] > 0
    assert_offline((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))


def test_sample_against_its_truth(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    path, truth = sample
    metrics = write(path, tmp_path / "out", stages=STAGES)
    figures = {name: figure["value"] for name, figure in metrics["figures"].items()}
    assert figures["operation_count"] == truth.exclusive.total()
    assert figures["operation_sum_ns"] == truth.exclusive_ns.total()
    assert figures["operation_unattributed_ns"] == truth.exclusive_ns[""]
    rows = {row["stage"]: row for row in metrics["tables"]["stage_summary"]["rows"]}
    for stage in ("preprocess", "sam", "clip", "projector", "prefill", "step"):
        paths = [p for p in truth.exclusive if stage in p.replace("step ", "step/").split("/")]
        assert rows[stage]["exclusive_count"] == sum(truth.exclusive[p] for p in paths), stage
        assert rows[stage]["exclusive_ns"] == sum(truth.exclusive_ns[p] for p in paths), stage
        assert rows[stage]["instance_count"] == (24 if stage == "step" else 2)
    # All launches of decode are in its steps, and all others in a request.
    assert (rows["decode"]["exclusive_ns"], rows["decode"]["sum_ns"]) == (0, rows["step"]["sum_ns"])
    assert rows["request"]["sum_ns"] == truth.exclusive_ns.total() - truth.exclusive_ns[""]
    assert metrics["trace"]["origin"] == "synthetic"
    assert "**Generated data.**" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_tokens_of_the_sample(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    """The last steps replay a graph of 610 us, then sample (9 us) and copy (1.6 us), with a gap before each."""
    metrics = write(sample[0], tmp_path / "out", stages=STAGES)
    rows = metrics["tables"]["llm_token"]["rows"]
    graphs = [row["itl_ns"] for row in rows if row["token_index"] > 9]
    assert len(graphs) == 2 * 3
    assert all(610_000 + 9_000 + 1_600 < itl < 640_000 for itl in graphs)
    first, second = metrics["tables"]["llm_request"]["rows"]
    assert (first["token_count"], second["token_count"]) == (13, 13)
    assert first["ttft_ns"] + first["decode_ns"] == first["latency_ns"]
    assert metrics["tables"]["llm_throughput"]["units"]["mean_tokens_per_s"] == "tokens/s"
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert text.count("\n## ") == 13
    section = text.partition("## Tokens")[2].partition("\n## ")[0]
    assert "time to first token" in section
    assert "(charts/llm_token.svg)" in section


@pytest.mark.parametrize(
    ("role", "said"),
    [("step", "there is no time to first token"), ("request", "cannot be distinguished from its last"), ("", None)],
)
def test_without_one_of_the_roles(tmp_path: Path, role: str, said: str | None) -> None:
    stages = tmp_path / "stages.toml"
    stages.write_text(
        "".join(
            f'[[stage]]\nname = "{name}"\nmatch = "{match}"\n' + (f'role = "{name}"\n' if name == role else "")
            for name, match in (("request", "image"), ("step", "step *"))
        )
    )

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 100)
        for n in range(3):
            b.range(THREAD, f"step {n}", 10 + 20 * n, 20 + 20 * n)
            launch(b, 12 + 20 * n, 14 + 20 * n, 30 + 20 * n)

    write(build(tmp_path, fill), tmp_path / "out", stages=stages)
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert ("## Tokens" in text) is bool(role)
    assert said is None or said in text


def test_folder_holds_what_it_promises(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    metrics = write(sample[0], tmp_path / "out")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "report.md",
        "stakeholder_summary.md",
        "report.html",
        "metrics.json",
        "manifest.json",
        "tables",
        "charts",
    }
    assert {p.stem for p in (tmp_path / "out" / "charts").iterdir()} == {
        "stage_summary", "stage_activity", "kernel_summary", "kernel_duration", "gap_summary",
    }  # fmt: skip
    for name in TABLES:
        frame = pl.read_parquet(tmp_path / "out" / "tables" / f"{name}.parquet")
        with (tmp_path / "out" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0] == frame.columns
        assert len(rows) - 1 == len(frame) == min(metrics["tables"][name]["total_row_count"], TABLES[name] or 10**9)


def test_every_figure_has_a_unit(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    metrics = write(sample[0], tmp_path / "out")
    assert metrics["schema"] == "nsys-tools/metrics"
    assert metrics["schema_version"] == 4
    assert all(figure["unit"] in {"ns", "count"} for figure in metrics["figures"].values())
    identifiers = {"depth", "level"}
    for name, table in metrics["tables"].items():
        for row in table["rows"][:1]:
            for column, value in row.items():
                numeric = isinstance(value, int | float) and not isinstance(value, bool)
                if numeric and not column.endswith(("_id", "pid")) and column not in identifiers:
                    assert column in table["units"], (name, column)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b|c",
    "line\nbreak\r\nand\ttab",
    "`code` ``twice``",
    "[link](javascript:alert(1))",
    "![image](http://example.com/x.png)",
    "quote \" ' and = +cmd",
    "]]> --> </table></code>",
    "{{ 7 * 7 }} {0} {finding} %s",
    "$name'; DROP TABLE kernel; --",
    "\x00\x07bell",
    "",
    None,
    "x" * 100_000,
]


def test_hostile_names_stay_data(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for number, name in enumerate(HOSTILE):
            at = number * 1_000_000
            b.range(THREAD, name, at, at + 900_000, registered=number % 2 == 0)
            for n in range(20):
                launch(b, at + 10 + 40_000 * n, at + 20 + 40_000 * n, at + 5_000 + 40_000 * n, name=name or "")

    metrics = write(build(tmp_path, fill), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert_offline(page)
    assert "49" not in {row["stage"] for row in metrics["tables"]["stage_summary"]["rows"]}
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    html = MarkdownIt("commonmark").enable("table").render(text)  # a viewer that lets HTML through
    assert not Page(html).tags & {"script"}
    assert not Page(html).handlers
    assert not [source for source in Page(html).sources if "example.com" in source or "javascript" in source]
    assert max(map(len, text.splitlines())) < 20_000
    with (tmp_path / "out" / "tables" / "kernel_summary.csv").open(encoding="utf-8", newline="") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    assert {name for name in HOSTILE if name} - names <= {"line\nbreak\r\nand\ttab"}  # csv replaces its line ends
    assert len(names) == len({name or "" for name in HOSTILE})
    sums = [row["operation_count"] for row in metrics["tables"]["stage_summary"]["rows"]]
    assert sum(sums) == 20 * len(HOSTILE)


SECRET = "hunter2-TOKEN-7c1f"
PLANTS = {
    "StringIds": ("id INTEGER, value TEXT", (900001, f"HOME=/root\0AWS_SECRET={SECRET}\0PATH=/bin")),
    "META_DATA_EXPORT": ("name TEXT, value TEXT", ("EXPORT_HOST", SECRET)),
    "META_DATA_CAPTURE": ("name TEXT, value TEXT", ("PROCESS_0:ENVIRONMENT_VARIABLE", f"TOKEN={SECRET}")),
    "EXPORT_META_DATA": ("name TEXT, value TEXT", ("EXPORT_USER", SECRET)),
    "TARGET_INFO_SYSTEM_ENV": ("globalVid INTEGER, devStateName TEXT, name TEXT, nameEnum INTEGER, value TEXT",
                               (0, SECRET, "Hostname", 0, SECRET)),
    "PROCESSES": ("globalPid INTEGER, pid INTEGER, name TEXT", (1 << 24, 1, f"/home/{SECRET}/python")),
    "ThreadNames": ("nameId INTEGER, priority INTEGER, globalTid INTEGER", (900001, 0, THREAD)),
}  # fmt: skip


def test_secrets_stay_in_the_trace(tmp_path: Path, sample: tuple[Path, Timeline], cache_folder: Path) -> None:
    path = tmp_path / "secret.sqlite"
    path.write_bytes(sample[0].read_bytes())
    with sqlite3.connect(path) as database:
        for table, (columns, row) in PLANTS.items():
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
            if table == "PROCESSES":
                assert "name" in columns
            names = [column.split()[0] for column in columns.split(", ")]
            places = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", row)
        for version in ("EXPORT_PRODUCT_VERSION", "EXPORT_SCHEMA_VERSION"):
            database.execute("UPDATE META_DATA_EXPORT SET value = value || ? WHERE name = ?", (SECRET, version))
    database.close()
    assert SECRET.encode() in path.read_bytes()
    write(path, tmp_path / "out")
    searched = [p for folder in (tmp_path / "out", cache_folder) for p in folder.rglob("*") if p.is_file()]
    assert len(searched) > 60
    for file in searched:
        assert SECRET.encode() not in file.read_bytes(), file
        if file.suffix == ".parquet":
            frame = pl.read_parquet(file)
            for column in frame.select(pl.col(pl.String)).columns:
                assert not frame[column].str.contains(SECRET, literal=True).any(), (file, column)


def test_an_existing_folder_is_refused_and_only_reports_are_replaced(
    sample: tuple[Path, Timeline], tmp_path: Path
) -> None:
    target = tmp_path / "out"
    write(sample[0], target)
    with pytest.raises(NsysToolsError, match="already exists"):
        write(sample[0], target)
    write(sample[0], target, force=True)
    (target / "tables" / "kernel_summary.csv").write_text("edited")
    with pytest.raises(NsysToolsError, match=r"kernel_summary\.csv was modified"):
        write(sample[0], target, force=True)
    assert (target / "tables" / "kernel_summary.csv").read_text() == "edited"
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").touch()
    with pytest.raises(NsysToolsError, match=r"contains thesis\.tex"):
        write(sample[0], mine, force=True)
    assert (mine / "thesis.tex").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"out", "mine"}


@pytest.mark.parametrize("limit", [2_000, 20_000, 100_000])
def test_a_full_disk_leaves_nothing_behind(sample: tuple[Path, Timeline], tmp_path: Path, limit: int) -> None:
    """A limit on the file size stops writing like a full disk, wherever it happens."""
    target = tmp_path / "out"
    # Set in the new process: a fork of this one would need as much memory as chart drawing reserves.
    limited = (
        "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
    )
    command = ["-m", "nsys_tools", "analyze", str(sample[0]), "--no-cache", "--out", str(target)]
    done = subprocess.run(
        [sys.executable, "-c", limited, str(limit), *command], cwd=REPOSITORY, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_traces_that_lack_something(tmp_path: Path) -> None:
    """No ranges, no GPU, nothing at all: a report shows what exists."""
    cases = {
        "kernels": lambda b: launch(b, 10, 20, 30),
        "ranges": lambda b: b.range(THREAD, "r", 0, 10),
        "nothing": lambda b: None,
    }
    said = {}
    for name, fill in cases.items():
        (tmp_path / name).mkdir()
        write(build(tmp_path / name, fill), tmp_path / name / "out")
        said[name] = (tmp_path / name / "out" / "report.md").read_text(encoding="utf-8")
    assert "nvtx.annotate()" in said["kernels"]
    assert "torch.autograd.profiler.emit_nvtx()" in said["kernels"]
    assert "no GPU operations to attribute" in said["ranges"]
    assert "`r`" in said["ranges"]
    assert "--trace=cuda,nvtx" in said["nothing"]


def test_a_cut_list_says_so_and_where_the_rest_is(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n in range(1100):  # a gap before each kernel except the first
            launch(b, 100 * n, 100 * n + 10, 100 * n + 20, name=f"k{n % 30}")

    metrics = write(build(tmp_path, fill), tmp_path / "out")
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "The first 20 of 30 rows are shown. All rows are in `tables/kernel_summary.csv`." in text
    assert "The first 10 of 1,099 rows are shown. The first 1,000 are in `tables/gap_list.csv`. For all" in text
    assert "For all rows: `nsys-tools sql TRACE" in text
    assert len(pl.read_parquet(tmp_path / "out" / "tables" / "gap_list.parquet")) == 1000
    assert metrics["tables"]["gap_list"]["cut"] is True
    assert metrics["tables"]["kernel_summary"]["cut"] is False


def test_no_page_is_above_3_mb(tmp_path: Path) -> None:
    """10,000 names of nested ranges, and kernel names of 300 characters."""

    def fill(b: TraceBuilder) -> None:
        for n in range(10_000):
            at, word = 10_000 * n, "".join(chr(97 + n // 26**k % 26) for k in range(3))
            if n % 10 == 0:
                b.range(THREAD, f"outer {word} {'o' * 200}", at, at + 99_990)
            b.range(THREAD, f"{word} {'r' * 280}", at + 10, at + 9_000)
            launch(b, at + 20, at + 40, at + 4_000 + n % 17, name=f"{word}{'<int, float>' * 24}{'k' * 9}")

    write(build(tmp_path, fill), tmp_path / "out")
    assert (tmp_path / "out" / "report.html").stat().st_size < LIMIT
