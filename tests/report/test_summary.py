"""The page for readers who do not work with traces: every number comes from the tables, and names remain data."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from nsys_tools.findings.rules import Finding
from nsys_tools.model.request import Request
from nsys_tools.report import plain, report
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, analyzed, build, launch, text
from tests.report.test_report import HOSTILE, STAGES, Page
from tests.roofline import slow_run
from tests.roofline.test_comparison import PROMPT, prefill

MS = 1_000_000


def summary(path: Path, folder: Path, stages: Path | None = None, request: Request | None = None) -> tuple[str, Any]:
    """Return the page and ``metrics.json`` of a trace."""
    analyzed(path, request, stages=stages).write(folder / "out", formats=["md"], force=True)
    page = (folder / "out" / "stakeholder_summary.md").read_text(encoding="utf-8")
    return page, json.loads((folder / "out" / "metrics.json").read_text(encoding="utf-8"))


def small(b: TraceBuilder) -> None:
    """Two pages: 30 ms of work, 10 ms idle because of a launch gap, 40 ms of work; the GPU is idle in between."""
    b.gpu("Toy GPU", sm_count=1, clock_hz=1, memory=1, bandwidth=1)
    for start in (0, 100 * MS):
        b.range(THREAD, "page", start, start + 90 * MS)
        launch(b, start + 2 * MS, start + 5 * MS, start + 35 * MS)
        launch(b, start + 44 * MS, start + 45 * MS, start + 85 * MS)


def test_a_small_trace_on_one_page(tmp_path: Path) -> None:
    """Span 5 to 185 ms = 180; busy 2 x 70; idle 2 x 10 + 20: a launch at 102 ms came late for the gap 85 to 105."""
    page, _ = summary(build(tmp_path, small), tmp_path)
    assert page == text(
        """
        # `case.sqlite` on one page

        > **Generated data.** These results were not measured. nsys-tools generated them for demonstration.

        - The GPU was busy for 140 ms of the 180 ms between its first and its last operation (77.8 %), and idle for 40 ms.
        - This page is for readers who do not work with traces. All numbers are in the technical report, [report.md](report.md), and in the tables named on this page.

        ## What could be saved

        1. **The GPU waits for CPU work.** The GPU was idle for 40 ms in total (3 times) before work in `page` while the CPU was busy with other work. Read and prepare inputs ahead of time, or on another CPU thread. At stake: at most 40 ms. (`tables/stage_gap.csv`)

        ## Where the time goes

        A stage is a named part of the run. Its time on the GPU is the time from its first operation to its last. An operation is a computation (called a kernel) or a copy. Stages can be nested, so the rows do not add up.

        | stage | runs | time on the GPU | busy | idle | busy (%) |
        |:--|--:|--:|--:|--:|--:|
        | `page` | 2 | 160 ms | 140 ms | 20 ms | 87.5 |

        - The largest part of the GPU's work, 100.0 %, is in the stage `page`. (`tables/stage_summary.csv`)
        - 100.0 % of the idle time: the CPU launched the next work late. (`tables/gap_summary.csv`)

        ## How close the run is to the limits of the GPU

        The run was not compared with a model. `nsys-tools analyze TRACE --model MODEL` compares it with a model of the computation. `nsys-tools model list` prints the available models.

        ## Recorded data

        | | |
        |---|---|
        | GPUs | 1: `Toy GPU` |
        | Recorded | 190 ms, with Nsight Systems 2024.1.0.0 |
        """  # noqa: E501
    ) + "\n"  # fmt: skip


def test_the_model_in_words(tmp_path: Path) -> None:
    """Llama 2 7B on 2048 tokens: 29.26 TFLOP in 500 ms wall (drained) at 312 TFLOP/s are 18.8 %; span 300 ms."""
    page, metrics = summary(build(tmp_path, prefill), tmp_path, request=PROMPT)
    (row,) = metrics["tables"]["roofline_stage"]["rows"]
    least = row["roofline_ns"] / MS
    assert "can compute 312 TFLOP/s (trillion" in page
    assert "and access its memory at 2,039 GB/s." in page
    assert "- `prefill` achieves **18.8 %** of the peak compute rate, which is its limit (MFU)." in page
    assert f"At the limit, it would take {least:.3g} ms instead of 300 ms." in page
    page, _ = summary(build(tmp_path, lambda b: prefill(b, end=200 * MS)), tmp_path, request=PROMPT)
    assert "achieves **31.3 %** of the peak compute rate, which is its limit (over its time on the GPU)." in page


def test_the_memory_is_the_limit_of_decoding(tmp_path: Path) -> None:
    slow_run.write(tmp_path / "slow.sqlite", "llama-2-7b", "l4", "seq_len=64", "decode_steps=3")
    request = Request("llama-2-7b", assignments=("seq_len=64", "decode_steps=3"))
    page, metrics = summary(tmp_path / "slow.sqlite", tmp_path, request=request)
    row = next(row for row in metrics["tables"]["roofline_stage"]["rows"] if row["stage"] == "decode")
    assert f"- `decode` achieves **{100 * row['mbu_ratio']:.1f} %** of the peak memory rate, which is its limit" in page
    assert "`step` achieves" not in page, "all steps are the decoding, which is said once"
    assert (
        "**Slower than the hardware allows.** In `decode`" in page
        or "**Slower than the hardware allows.** In `step`" in page
    )


SCALE = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "%": 0.01, "": 1, "TFLOP/s": 1e12, "GB/s": 1e9, "MB": 1e6, "GB": 1e9}
NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?: ?(ns|µs|ms|s|%|TFLOP/s|GB/s|MB|GB)(?!\w))?(?!\w)")


def numbers(page: str) -> Iterator[tuple[str, str]]:
    """Yield each number with its unit, except those in names, versions and step numbers."""
    plain_text = re.sub(r"`[^`]*`|Nsight Systems \S+|^\d\. | on NVIDIA .*", "", page, flags=re.M)
    for line in plain_text.splitlines():
        unit_of_cells = "%" if line.startswith("|") else ""
        for match in NUMBER.finditer(line):
            is_share = unit_of_cells and line[match.end() :].strip(" |") == "" and "." in match[1]
            yield match[1], "%" if is_share else match[2] or ""


def pool(metrics: dict[str, Any]) -> dict[str, list[float]]:
    """Return the table values that the page names, by kind of unit."""
    found: dict[str, list[float]] = {"ns": [], "ratio": [], "rate": [], "bytes": [], "count": []}

    def add(name: str, unit: str, value: Any) -> None:
        kind = {"bytes/s": "rate", "flops/s": "rate"}.get(unit, unit)
        if isinstance(value, int | float) and kind in found:
            found[kind].append(value)

    for name in ("stage_summary", "gap_summary", "gpu_summary", "roofline_stage", "llm_latency"):
        table = metrics["tables"].get(name, {"rows": [], "units": {}})
        for row in table["rows"]:
            for column, value in row.items():
                add(column, table["units"].get(column, ""), value)
    stages = [row for row in metrics["tables"]["stage_summary"]["rows"] if row["instance_count"]]
    found["count"] += [len(stages), min(len(stages), 8)]
    for name, figure in metrics["figures"].items():
        add(name, figure["unit"], figure["value"])
    for finding in metrics["findings"]:
        add("at_stake_ns", "ns", finding["at_stake_ns"])
        for name, one in finding["evidence"].items():
            suffix = re.search("_(ns|count|bytes_per_s|bytes|ratio)$", name)
            assert suffix is not None, name
            assert suffix[1].replace("_per_", "/") == one["unit"]
            add(name, one["unit"], one["value"])
    for ceiling in ("peak", "bandwidth"):
        if metrics["roofline"]:
            found["rate"].append(metrics["roofline"][ceiling]["value"])
    return found


def strange(page: str, metrics: dict[str, Any]) -> list[str]:
    """Return the numbers on the page that do not match a rounded table value."""
    values = pool(metrics)
    kinds = {"%": "ratio", "": "count", "TFLOP/s": "rate", "GB/s": "rate", "MB": "bytes", "GB": "bytes"}
    found = []
    for shown, unit in numbers(page):
        value, digits = float(shown.replace(",", "")), len(shown.partition(".")[2])
        # Times are rounded to three digits, regardless of the decimals.
        error = max(10.0**-digits, 10.0 ** (len(shown.partition(".")[0]) - 3)) if unit[-1:] == "s" else 10.0**-digits
        near = [v for v in values[kinds.get(unit, "ns")] if abs(v / SCALE[unit] - value) <= 0.5001 * error]
        if not near:
            found.append(f"{shown} {unit}".strip())
    return found


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    folder = tmp_path_factory.mktemp("slow")
    slow_run.write(folder / "slow.sqlite", "deepseek-ocr", "h200-sxm", "new_tokens=4")
    return summary(folder / "slow.sqlite", folder, request=Request("deepseek-ocr", assignments=("new_tokens=4",)))


def test_every_number_is_one_of_the_tables(
    slow: tuple[str, Any], sample: tuple[Path, Timeline], tmp_path: Path
) -> None:
    assert strange(*slow) == []
    assert len(list(numbers(slow[0]))) > 50
    assert strange(*summary(sample[0], tmp_path, STAGES)) == []


def test_a_wrong_number_is_found(tmp_path: Path) -> None:
    page, metrics = summary(build(tmp_path, small), tmp_path)
    places = [match for match in NUMBER.finditer(page) if match[1] in {"160", "20", "87.5", "77.8", "3", "40", "190"}]
    assert len(places) >= 7
    for match in places:
        wrong = page[: match.start(1)] + str(round(float(match[1]) * 1.7, 1)) + page[match.end(1) :]
        assert len(strange(wrong, metrics)) == 1, match


def test_each_step_says_the_numbers_of_its_finding(slow: tuple[str, Any]) -> None:
    page, metrics = slow
    steps = re.findall(r"^\d\. \*\*.*$", page, flags=re.M)
    first: dict[str, dict[str, Any]] = {}
    for finding in metrics["findings"]:
        if not finding["is_caution"]:
            first.setdefault(finding["title"], finding)
    chosen = list(first.values())[:3]
    assert len(steps) == len(chosen) == 3
    for step, finding in zip(steps, chosen, strict=True):
        alone = {
            "tables": {"stage_summary": {"rows": [], "units": {}}},
            "figures": {},
            "findings": [finding],
            "roofline": None,
        }
        assert strange(step, alone) == []
        assert f"(`tables/{finding['table']}.csv`)" in step
        placed = [name for n, name in enumerate(finding["names"]) if f"{{{n}}}" in finding["plain"]]
        assert all(f"`{name}`" in step for name in placed)


def test_tokens_in_words(tmp_path: Path) -> None:
    """The first token at 50 ms, 10 ms more for the second, 12, 14 and 16 for the others: the median is 13."""
    stages = tmp_path / "stages.toml"
    stages.write_text(
        '[[stage]]\nname = "request"\nmatch = "page"\nrole = "request"\n'
        '[[stage]]\nname = "step"\nmatch = "step *"\nrole = "step"\n'
    )

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "page", 0, 110 * MS)
        launch(b, 1 * MS, 2 * MS, 50 * MS)
        for n, (start, end) in enumerate(((50, 60), (60, 72), (72, 86), (86, 102))):
            b.range(THREAD, f"step {n}", start * MS, end * MS)
            launch(b, start * MS + 1, start * MS + 10, end * MS)

    page, metrics = summary(build(tmp_path, fill), tmp_path, stages)
    assert (
        "These are the median times. The first token of a request took 50 ms. Each later token took 13 ms, but one in "
        "ten took more than 15.4 ms. The whole request took 102 ms. (`tables/llm_latency.csv`)\n- This page" in page
    )
    assert strange(page, metrics) == []


def test_a_finding_without_plain_words_keeps_its_own() -> None:
    (step,) = plain.steps([Finding("Odd thing", 7, "It is {0}.", "Look.", "gap_list", {}, ("a`b",))])
    assert (step.title, step.what, step.at_stake_ns, step.table) == ("Odd thing", "It is ``a`b``. Look.", 7, "gap_list")


def test_steps_are_of_distinct_rules_and_at_most_three() -> None:
    found = [Finding(kind, 9, "", "", "t") for kind in ("a", "a", "b", "c", "d")]
    assert [step.title for step in plain.steps(found)] == ["a", "b", "c"]
    found = [Finding("b", 99, "", "", "t", is_caution=True), Finding("c", None, "", "", "t"), found[0]]
    assert [step.title for step in plain.steps(found)] == ["a"], "a caution can save nothing"


@pytest.mark.parametrize(("origin", "mark"), [("synthetic", "Generated"), ("predicted", "Predicted"), ("", "")])
def test_what_was_not_measured_says_so(tmp_path: Path, origin: str, mark: str) -> None:
    path = build(tmp_path, small)
    with sqlite3.connect(path) as database:
        changed = database.execute(
            "UPDATE META_DATA_EXPORT SET value = ? WHERE name = 'NSYS_TOOLS_ORIGIN'"
            if origin
            else "DELETE FROM META_DATA_EXPORT WHERE value <> ? AND name = 'NSYS_TOOLS_ORIGIN'",
            (origin,),
        )
        assert changed.rowcount == 1
    database.close()
    page, metrics = summary(path, tmp_path)
    assert metrics["trace"]["origin"] == (origin or "recorded")
    assert re.findall(r"^> \*\*(\w+) data\.\*\*", page, flags=re.M) == ([mark] if mark else [])
    if origin == "predicted":
        assert "## What could be saved\n\nNothing. A predicted run is as fast as the GPU allows.\n" in page


def test_without_gpu_work_or_without_stages(tmp_path: Path) -> None:
    cases = {
        "ranges": lambda b: b.range(THREAD, "load", 0, 3 * MS),
        "kernels": lambda b: launch(b, 10, 20, 50_000),
        "nothing": lambda b: None,
    }
    said = {}
    for name, fill in cases.items():
        (tmp_path / name).mkdir()
        said[name], _ = summary(build(tmp_path / name, fill), tmp_path / name)
    assert "| GPUs | none was used |" in said["ranges"]
    assert "| `load` | 1 | 3 ms | 3 ms |" in said["ranges"]
    assert "record GPU work with `nsys profile --trace=cuda,nvtx`.\n" in said["ranges"]
    assert "there are no times per stage" in said["kernels"]
    assert "is outside all stages" in said["kernels"]
    assert "No finding affects more than a hundredth of the time." in said["kernels"]
    assert "there are no times per stage" in said["nothing"]
    assert "| Recorded | nothing, with" in said["nothing"]
    for name, page in said.items():
        assert "None" not in page, name
        assert "unknown" not in page, name


def test_hostile_names_stay_data_on_one_page(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for number, name in enumerate(HOSTILE):
            at = number * MS
            b.range(THREAD, name, at, at + 900_000)
            for n in range(20):
                launch(b, at + 10 + 40_000 * n, at + 20 + 40_000 * n, at + 5_000 + 40_000 * n, name=name or "")

    page, metrics = summary(build(tmp_path, fill), tmp_path)
    html = Page(MarkdownIt("commonmark").enable("table").render(page))  # a viewer that lets HTML through
    assert not html.tags & {"script", "img"}
    assert not html.handlers
    assert html.sources == ["report.md"]
    assert len(page.splitlines()) <= 60
    assert max(map(len, page.splitlines())) < 1000
    count = len(metrics["tables"]["stage_summary"]["rows"])
    assert count > 8
    assert f"These are the 8 longest of {count} stages. All stages are in `tables/stage_summary.csv`." in page


def test_it_is_written_with_the_markdown(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    analysis = analyzed(sample[0], stages=STAGES)
    for formats, there in ((["md"], True), (["html"], False)):
        report.write(analysis, tmp_path / "out", formats=formats, top=20, force=True)
        assert (tmp_path / "out" / "stakeholder_summary.md").is_file() is there
    assert "stakeholder_summary.md" not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    report.write(analysis, tmp_path / "out", formats=["md"], top=20, force=True)
    assert "`stakeholder_summary.md`" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
