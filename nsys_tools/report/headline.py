"""The most important facts about a trace, in order, for every page that begins with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nsys_tools.errors import printable
from nsys_tools.findings.rules import Finding
from nsys_tools.units import figure_text

if TYPE_CHECKING:
    from nsys_tools.report.analysis import Analyzed
    from nsys_tools.session.result import Result

_PARTS, _STEPS, _FINDINGS, _REACHED = 6, 3, 3, 4


@dataclass(frozen=True)
class Part:
    """A stage's exclusive GPU time, or a range path's exclusive wall time. `ratio` is its share of the total."""

    name: str
    ns: int
    ratio: float


@dataclass(frozen=True)
class StepTime:
    """Step time of a phase on a GPU: a row of ``step_summary``, with tokens per second if known."""

    phase: str
    gpu_id: int
    step_count: int
    median_ns: float
    busy_ratio: float | None
    tokens_per_s: float | None


@dataclass(frozen=True)
class Reached:
    """A row of ``roofline_stage``; `slowdown` is measured time divided by roofline time."""

    stage: str
    mfu_ratio: float | None
    mbu_ratio: float | None
    slowdown: float | None


@dataclass(frozen=True)
class Headline:
    """The headline facts about an analyzed trace.

    Attributes
    ----------
    gpus
        Distinct names of the GPUs that ran operations; empty if the trace does not contain names.
    gpu_count, process_count, operation_count, range_count
        Numbers of GPUs, processes, GPU operations and ranges.
    duration_ns
        Time from the first to the last event; None if there are no events.
    busy_ns, span_ns, busy_ratio
        Busy time, time from first start to last end (both summed over GPUs), and their ratio. None if nothing ran.
    steps
        Step times, with the phases that take the most time first. Empty if there are no steps.
    parts, part_count
        The stages with the most exclusive GPU time, and the number of stages that have any. Without GPU operations,
        these are range paths and exclusive wall time.
    parts_base
        ``gpu`` or ``wall``.
    findings, finding_count
        The top findings (the first of each kind, cautions last), and the total number of findings.
    model, reached
        The model that stages were compared with, and the compared stages with the most time. None and empty if there
        is no model.
    unattributed_count
        GPU operations outside all ranges.
    failed_count
        Failed consistency checks of steps. If any other check fails, no report is written.
    note_count
        Number of notes about the trace.
    """

    gpus: tuple[str, ...]
    gpu_count: int
    process_count: int
    operation_count: int
    range_count: int
    duration_ns: int | None
    busy_ns: int | None
    span_ns: int | None
    busy_ratio: float | None
    steps: tuple[StepTime, ...]
    parts: tuple[Part, ...]
    part_count: int
    parts_base: str
    findings: tuple[Finding, ...]
    finding_count: int
    model: str | None
    reached: tuple[Reached, ...]
    unattributed_count: int
    failed_count: int
    note_count: int

    @property
    def rest(self) -> float:
        """The share of the total that is not in `parts`."""
        return max(0.0, 1 - sum(part.ratio for part in self.parts))


def headline(analysis: Analyzed) -> Headline:
    """Return the headline of an analyzed trace."""
    summary, tables = analysis.summary, analysis.tables
    gpus = tables["gpu_summary"].records()
    busy, span = (sum(row[name] or 0 for row in gpus) if gpus else None for name in ("busy_ns", "span_ns"))
    parts, part_count = _parts(tables, has_gpu=bool(summary["operation_count"]))
    return Headline(
        gpus=tuple(dict.fromkeys(row["name"] for row in gpus if row["name"])),
        gpu_count=summary["gpu_count"],
        process_count=summary["process_count"],
        operation_count=summary["operation_count"],
        range_count=summary["range_count"],
        duration_ns=summary["duration_ns"],
        busy_ns=busy,
        span_ns=span,
        busy_ratio=busy / span if busy is not None and span else None,
        steps=_steps(tables["step_summary"].records()),
        parts=parts,
        part_count=part_count,
        parts_base="gpu" if summary["operation_count"] else "wall",
        findings=_first(analysis.findings),
        finding_count=len(analysis.findings),
        model=analysis.comparison.model.name if analysis.comparison else None,
        reached=_reached(tables) if analysis.comparison else (),
        unattributed_count=next(
            (row["unattributed_count"] for row in tables["trace_conservation"] if row["kind"] == "all"), 0
        ),
        failed_count=sum(tables["step_check"]["failed_count"]),
        note_count=len(analysis.notes),
    )


def _steps(rows: Sequence[Mapping[str, Any]]) -> tuple[StepTime, ...]:
    """Return the step time of each phase on the first GPU in the table."""
    first: dict[str, StepTime] = {}
    for row in rows:
        tokens = row["generation_tokens_per_s"] or row["context_tokens_per_s"] or None
        found = StepTime(
            row["phase"], row["gpu_id"], row["step_count"], row["median_ns"], row["busy_ratio"], tokens
        )  # fmt: skip
        first.setdefault(row["phase"], found)
    return tuple(first.values())[:_STEPS]


def _parts(tables: Mapping[str, Result], *, has_gpu: bool) -> tuple[tuple[Part, ...], int]:
    """Return the first parts whose time is not zero, and the number of such parts."""
    frame = tables["stage_summary" if has_gpu else "range_wall"].pl()
    name, column = ("stage", "exclusive_ns") if has_gpu else ("rolled_path", "exclusive_wall_ns")
    whole = frame[column].sum()
    parts = frame.filter(frame[column] > 0)
    return tuple(Part(text, ns, ns / whole) for text, ns in parts[[name, column]].head(_PARTS).iter_rows()), len(parts)


def _first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    kinds: dict[str, Finding] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, finding)
    first: list[Finding] = []
    for finding in kinds.values():
        if not finding.is_caution and not any(one.rule in finding.within for one in first):
            first.append(finding)
    rest = sorted((one for one in kinds.values() if one not in first), key=lambda one: one.is_caution)
    return tuple([*first, *rest][:_FINDINGS])


def lines(head: Headline) -> list[str]:
    """Return the headline as lines of plain text: what ran, and the top findings."""
    gpus = f"{head.gpu_count} {'GPU' if head.gpu_count == 1 else 'GPUs'}"
    facts = [f"{gpus} ({', '.join(map(printable, head.gpus))})" if head.gpus else gpus if head.gpu_count else "no GPU"]
    if head.duration_ns is not None:
        facts.append(figure_text(head.duration_ns, "ns"))
    if head.busy_ratio is not None:
        facts.append(f"busy {figure_text(head.busy_ratio, 'ratio')}")
    for step in head.steps:
        phase = step.phase if step.phase != "other" else "step"
        facts.append(f"{phase} {figure_text(step.median_ns, 'ns')} (median of {step.step_count:,})")
    for one in head.reached:
        if one.mfu_ratio is not None:
            facts.append(f"{printable(one.stage)} MFU {figure_text(one.mfu_ratio, 'ratio')}")
    return [", ".join(facts), *(_line(number, one) for number, one in enumerate(head.findings, 1))]


def _line(number: int, finding: Finding) -> str:
    about = "".join(f" ({printable(name)})" for name in finding.names[:1] if name != "other")
    if finding.at_stake_ns is None:
        return f"{number}. {finding.kind}{about}"
    most = "caution, " if finding.is_caution else "at most "
    return f"{number}. {most}{figure_text(finding.at_stake_ns, 'ns')}: {finding.kind}{about}"


def _reached(tables: Mapping[str, Result]) -> tuple[Reached, ...]:
    """Return the stages with the most time. If several stages cover the same work, only one is returned."""
    rows = sorted(tables["roofline_stage"].records(), key=lambda row: -(row["span_ns"] or 0))
    different = {(row["phase"], row["roofline_ns"]): row for row in reversed(rows)}.values()
    found = [Reached(row["stage"], row["mfu_ratio"], row["mbu_ratio"], row["slowdown"]) for row in reversed(different)]
    return tuple(one for one in found if one.mfu_ratio is not None or one.mbu_ratio is not None)[:_REACHED]
