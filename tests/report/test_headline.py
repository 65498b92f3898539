"""The beginning of a report: facts from the tables, the same on the page and in Markdown."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from nsys_tools.findings.rules import Finding
from nsys_tools.model.request import Request
from nsys_tools.report.headline import Headline, headline
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, analyzed, build, launch
from tests.report.test_report import STAGES
from tests.report.test_steps import serving

MS = 1_000_000


def of(path: Path, tmp_path: Path, **given: object) -> tuple[Headline, str, str]:
    """Return the headline of a trace, and its report as Markdown and as page text without tags."""
    analysis = analyzed(path, **given)  # type: ignore[arg-type]
    analysis.write(tmp_path / "out")
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8").partition("<main")[2]
    page = re.sub("<script.*?</script>|<[^>]*>", " ", page.replace("<wbr>", ""), flags=re.S)
    return headline(analysis), text, re.sub(r"\s+", " ", page)


def test_the_first_facts_of_the_sample(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    head, text, page = of(sample[0], tmp_path, stages=STAGES)
    truth = sample[1]
    assert head.operation_count == truth.exclusive.total()
    assert head.unattributed_count == truth.exclusive[""]
    assert sum(part.ns for part in head.parts) <= truth.exclusive_ns.total()
    assert sum(part.ratio for part in head.parts) + head.rest == pytest.approx(1)
    assert [part.ns for part in head.parts] == sorted((part.ns for part in head.parts), reverse=True)
    (step,) = head.steps
    assert (step.phase, step.step_count) == ("decode", 24)
    assert len(head.findings) == len({finding.kind for finding in head.findings}) == 3
    places = [text.index(f"\n## {title}\n") for title in ("Summary", "Findings", "Steps", "Recorded data")]
    assert places == sorted(places)
    assert f"| Steps | decode: 777 µs (median of 24, busy {100 * (step.busy_ratio or 0):.1f} %) |" in text
    for said in (text, page):
        assert all(finding.kind[1:] in said for finding in head.findings)
        assert f"all {head.operation_count:,} GPU operations are accounted for, 1 of them outside all ranges" in said
        assert f"{100 * (head.busy_ratio or 0):.1f} %" in said
    assert "Step, decode 777 µs median of 24" in page
    assert "## Summary" not in page


def test_steps_of_several_phases_and_their_tokens(tmp_path: Path) -> None:
    head, text, page = of(build(tmp_path, serving), tmp_path)
    assert {step.phase: step.median_ns for step in head.steps} == {"prefill": 8 * MS, "decode": 2 * MS}
    assert "decode: 2 ms (median of 4, busy 64.3 %, 1,143 tokens/s)" in text
    assert "Step, decode 2 ms median of 4, busy 64.3 %, 1,143 tokens/s" in page


def test_what_a_model_says(tmp_path: Path) -> None:
    """A stage that makes up the whole of another one is mentioned only once."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 500 * MS)
        launch(b, MS, 2 * MS, 302 * MS, name="gemm")

    request = Request("llama-2-7b", assignments=("seq_len=2048",), gpu="a100-80gb-sxm")
    head, text, page = of(build(tmp_path, fill), tmp_path, request=request)
    assert head.model == "llama-2-7b"
    (one,) = head.reached
    assert one.mfu_ratio is not None
    assert f"| Roofline | `prefill` MFU {100 * one.mfu_ratio:.1f} %, MBU" in text
    assert f"prefill MFU {100 * one.mfu_ratio:.1f} % MBU" in page


def test_without_a_gpu_it_is_wall_time(tmp_path: Path) -> None:
    """There is no GPU column or section; wall times are exclusive and inclusive, and the page also draws them."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "load", 0, 10 * MS)
        b.range(THREAD, "read", 2 * MS, 9 * MS)

    head, text, page = of(build(tmp_path, fill), tmp_path)
    assert (head.parts_base, head.busy_ratio, head.operation_count) == ("wall", None, 0)
    assert [(part.name, part.ns) for part in head.parts] == [("load/read", 7 * MS), ("load", 3 * MS)]
    assert "| Wall time by range | `load/read` 70.0 %, `load` 30.0 % |" in text
    assert "| Ran on | the CPU (no GPU operation was recorded), 1 process |" in text
    table = text.partition("\n## Ranges\n")[2].partition("\n## ")[0]
    assert re.search(r"\| `load` +\| +1 \| +3 \| +10 \| +10 \|", table)
    sections = text.partition("\n## Recorded data\n")[0]
    rows = [line for line in sections.splitlines() if line.startswith("|")]
    assert not [row for row in rows if re.search(r"span|busy|idle|kernel|operations +\||devices|exclusive \(", row)]
    for title in ("Kernels", "Copies and memsets", "GPU idle time"):
        assert f"\n## {title}\n" not in text
    assert "Ranges by wall time" in page
    assert ">Timeline<" not in page


def test_a_trace_of_nothing_has_a_page(tmp_path: Path) -> None:
    head, _, page = of(build(tmp_path, lambda b: None), tmp_path)
    assert (head.duration_ns, head.parts, head.findings) == (None, (), ())
    assert "no GPU operation was recorded" in page


def test_findings_that_matter_are_of_distinct_kinds(sample: tuple[Path, Timeline]) -> None:
    found = [Finding(kind, 9 - n, "", "", "t") for n, kind in enumerate(("a", "a", "b", "c", "d"))]
    head = headline(replace(analyzed(sample[0]), findings=found))
    assert [finding.kind for finding in head.findings] == ["a", "b", "c"]
    assert head.finding_count == 5
