"""Names of files, folders and trace contents are data. No reader, terminal, spreadsheet or page interprets them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import nsys_tools as nt
from nsys_tools.errors import printable
from nsys_tools.formats import render, spreadsheet_safe
from nsys_tools.session.connection import connect
from nsys_tools.session.quoting import literal
from nsys_tools.sources.nsys.raw import extension
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import build, launch
from tests.commands import run

FOLDERS = ["a[bc]", "a*", "start=b'c?"]
HOSTILE = [
    "\x1b]0;title\x07", "\x1b[31mred", "a\x00b", "\x9b31m", "\u202egnp.exe", "\u2066x\u2069", "![i](http://h.example/p)",
    "[l](http://h.example)", "<img src=x onerror=alert(1)>", "<script>1</script>", "a|b", "a\nb", "a\rb", "`a|b`",
    "*a*", "**a**", "_a_", "~~a~~", "a_b_c", "\\|", "=1+1", "+1", "-1", "@x", "\t=1", "&lt;b&gt;", "<!-- a",
]  # fmt: skip


def trace_of(folder: Path, count: int) -> Path:
    def fill(b: TraceBuilder) -> None:
        for n in range(count):
            launch(b, 10 * n, start=10 * n + 1, end=10 * n + 3, name=f"k{n}")

    folder.mkdir(exist_ok=True)
    return build(folder, fill)


def exported(trace: Path) -> Path:
    """Write the kernels and names of a trace as a parquetdir next to it."""
    folder = trace.parent / "exported"
    folder.mkdir()
    with connect(trace.parent) as connection:
        connection.execute(f"LOAD {literal(extension())}")
        connection.execute(f"ATTACH {literal(trace)} AS raw (TYPE sqlite, READ_ONLY)")
        for table in ("CUPTI_ACTIVITY_KIND_KERNEL", "StringIds"):
            connection.execute(f"COPY raw.{table} TO {literal(folder / f'{table}.parquet')} (FORMAT parquet)")
    return folder


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_no_pattern(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Next to each folder is one that its name would match as a pattern. No file in that folder is read."""
    for number, folder in enumerate([tmp_path / "ab", tmp_path / "ab=bc", tmp_path / name], 1):
        exported(trace_of(folder, number))
    for trace in (tmp_path / name / "case.sqlite", tmp_path / name / "exported"):
        for cache in ("ab", "ab=bc", name, name):  # the last time from the cache
            monkeypatch.setenv("NSYS_TOOLS_CACHE", str(tmp_path / cache / "cache"))
            with nt.open(trace) as session:
                assert session.sql("FROM kernel SELECT count(*) AS n, max(name) AS last").one() == {
                    "n": 3, "last": "k2",
                }  # fmt: skip


def test_an_assets_folder_is_no_pattern(tmp_path: Path) -> None:
    assets = tmp_path / "a[b]=c"
    (assets / "analytic" / "kernels").mkdir(parents=True)
    (assets / "analytic" / "kernels" / "rules.csv").write_text("class,expression,example,note\nours,k.*,k0,\n")
    path = trace_of(tmp_path, 2)
    done = run(
        "--assets", str(assets), "sql", str(path), "SELECT class FROM kernel_class", "--format", "csv", cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "class\nours\nours\n"), done


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def cells_of(markdown: str) -> list[str]:
    """Return the first cell of each row as displayed; only table tags occur."""
    page = _Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td"}
    return [cell.strip() for cell in page.cells]


def test_markdown_shows_names_as_they_are() -> None:
    shown = cells_of(render(["name"], [[name] for name in HOSTILE], "md"))
    assert shown == [" ".join(nt.printable(name).split()) for name in HOSTILE]
    assert cells_of(render(HOSTILE, [["x"] * len(HOSTILE)], "md")) == ["x"] * len(HOSTILE)


@pytest.mark.parametrize("form", ["table", "md"])
def test_tables_for_people_hold_no_control_characters(form: str) -> None:
    text = render(HOSTILE, [HOSTILE], form)
    assert text.replace("\n", "").replace("\t", "") == nt.printable(text).replace("\n", "").replace("\t", "")
    assert r"\x1b]0;title\x07" in text.replace("\\\\", "\\").replace("\\]", "]")


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_separated_values_are_read_back(form: str) -> None:
    rows = [[name, 1.5] for name in HOSTILE]
    text = render(["name", "x"], rows, form)
    back = list(csv.reader(io.StringIO(text, newline=""), delimiter={"csv": ",", "tsv": "\t"}[form]))
    assert back == [["name", "x"], *([name, "1.5"] for name in HOSTILE)]


def test_json_is_read_back() -> None:
    rows: Sequence[Sequence[object]] = [["\x1b\x9b\u202e", float("nan"), {1: float("inf"), (1, 2): [2.5]}]]
    assert json.loads(render(["a", "b", "c"], rows, "json")) == [
        {"a": "\x1b\x9b\u202e", "b": "nan", "c": {"1": "inf", "(1, 2)": [2.5]}}
    ]


@pytest.mark.parametrize("text", ["=1", "+a", "-a", "@a", "\ta", "\ra", "=", "-1-1", "+1;", "-"])
def test_a_formula_is_quoted(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "", "-1", "+1.5e-3", "-.5", -1, 2.5, None, True])
def test_a_number_stays_a_number(value: object) -> None:
    assert spreadsheet_safe(value) is value


def test_csv_safe_of_every_command(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        launch(b, 0, start=1, end=3, name="=cmd|' /C calc'!A0")
        launch(b, 10, start=11, end=13, name="plain")

    path, safe = str(build(tmp_path, fill)), "'=cmd|' /C calc'!A0"
    ask = "SELECT name, -1 AS n, '-2' AS t FROM kernel_summary ORDER BY name"
    sql = run("sql", path, ask, "--format", "csv", "--csv-safe", "--no-cache", cwd=tmp_path)
    assert sql.stdout == f"name,n,t\n{safe},-1,-2\nplain,-1,-2\n"
    for form in ("csv", "tsv"):
        plain, quoted = (
            run("stats", path, "-r", "cuda_gpu_kern_sum", "-f", form, "--no-cache", *more, cwd=tmp_path).stdout
            for more in ([], ["--csv-safe"])
        )
        assert quoted == plain.replace("=cmd", "'=cmd") != plain
    done = run("analyze", path, "--out", "r", "--format", "json", "--csv-safe", "--no-cache", cwd=tmp_path)
    assert done.returncode == 0, done
    with (tmp_path / "r" / "tables" / "kernel_summary.csv").open() as file:
        assert {row["name"] for row in csv.DictReader(file)} == {safe, "plain"}
    for arguments in (("sql", path, "SELECT 1"), ("stats", path, "-f", "json")):
        done = run(*arguments, "--csv-safe", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--csv-safe has no effect on" in done.stderr


def test_columns_of_one_name_are_kept(tmp_path: Path) -> None:
    path = trace_of(tmp_path, 1)
    done = run("sql", str(path), "SELECT 1 AS a, 2 AS a", "--format", "json", "--no-cache", cwd=tmp_path)
    assert sorted(json.loads(done.stdout)["rows"][0].values()) == [1, 2]


def test_reports_of_stats_for_people_hold_no_control_characters(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: launch(b, 0, start=1, end=3, name="k\x1b]0;t\x07\u202e"))
    for form in ("column", "table", "htable"):
        said = run("stats", str(path), "-r", "cuda_gpu_kern_sum", "-f", form, "--no-cache", cwd=tmp_path).stdout
        assert r"k\x1b]0;t\x07\u202e" in said
        assert nt.printable(said) == said
    said = run("stats", str(path), "-r", "cuda_gpu_kern_sum", "-f", "csv", "--no-cache", cwd=tmp_path).stdout
    assert "k\x1b]0;t\x07\u202e" in said


def test_yaml_escapes_what_reorders_text() -> None:
    import yaml

    text = render(["name"], [[name] for name in [*HOSTILE, "å文"]], "yaml")
    assert [row["name"] for row in yaml.safe_load(text)] == [*HOSTILE, "å文"]
    assert text == printable(text)
    assert render(["name"], [["å文"]], "yaml") == "- name: å文", "what is harmless stays readable"
