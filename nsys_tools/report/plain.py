"""Findings in plain words, for readers who do not work with traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nsys_tools.findings.rules import Finding
from nsys_tools.report.markdown import code, number, quantity
from nsys_tools.units import duration

_UNITS = {"_bytes": "bytes", "_bytes_per_s": "bytes/s"}


@dataclass(frozen=True)
class _Words:
    """How a kind of finding is said: ``{0}`` is its first name, ``{idle_ns}`` its evidence of that name."""

    title: str
    what: str
    how: str


_KINDS = {
    "launch-bound stage": _Words(
        "Hand work to the GPU in larger portions",
        "In {0} the GPU stood still for {idle_ns}, in short breaks ({gap_count} x, the middle one of "
        "{median_gap_ns}): the CPU starts every small job (a kernel) by itself and was too slow for that.",
        "Start many jobs at once (CUDA graphs), merge small ones (`torch.compile`), or process more inputs together.",
    ),
    "GPU waits for CPU work": _Words(
        "Prepare the next input while the GPU works",
        "Before work of {0} the GPU stood still for {idle_ns} ({gap_count} x), while the CPU was busy with "
        "something else.",
        "Load, prepare and read inputs ahead of time, or on another thread of the CPU.",
    ),
    "idle after a wait": _Words(
        "Let the CPU run ahead of the GPU",
        "For {idle_ns} in all ({gap_count} x) the GPU had no work, because the program waited in {0} for earlier "
        "results before it handed over more.",
        "Ask for results later, or hand over the next work before waiting for them.",
    ),
    "idle with work queued": _Words(
        "Find out what queued work waits for",
        "The GPU stood still for {idle_ns} ({gap_count} x), although its next work had been handed over.",
        "Such work waits for other work; the list of breaks says which came before and after.",
    ),
    "blocking call": _Words(
        "Use the time in which the CPU waits",
        "The CPU spent {cpu_ns} waiting in {0} ({call_count} x), which lets it go on when the GPU is done.",
        "Harmless while the GPU has work; else hand over the next work before waiting.",
    ),
    "pageable copies": _Words(
        "Copy data faster",
        "Copies between the GPU and ordinary memory of the computer ({copy_count} x) took {sum_ns} for {moved_bytes}: "
        "{bandwidth_bytes_per_s}.",
        "Use pinned memory (which the system promises not to move): copies are several times faster and run beside "
        "other work.",
    ),
    "tiny kernels": _Words(
        "Merge tiny jobs",
        "Of the {all_kernel_count} jobs (kernels) that the GPU ran, {kernel_count} are so short that starting one "
        "takes the CPU about as long as the GPU needs to run it; they took {sum_ns}.",
        "Merge them (`torch.compile`), or start them together (CUDA graphs).",
    ),
    "unattributed operations": _Words(
        "Name the rest of the program",
        "Operations of the GPU that took {sum_ns} ({operation_count} of them) belong to no named part of the program: "
        "nobody can say what they were for.",
        "Mark the parts that start them (NVTX ranges), and start recording before the program starts.",
    ),
    "opaque CUDA graphs": _Words(
        "Record what is inside CUDA graphs",
        "CUDA graphs (sequences of jobs, started as one) ran {graph_run_count} x and took {sum_ns}; which job took how "
        "long is not in this recording.",
        "Record again with `--cuda-graph-trace=node`.",
    ),
    "slower than the hardware allows": _Words(
        "Make the work itself faster",
        "In {0} the GPU worked for {busy_ns}; at the full speed of the card {roofline_ns} would do. Most is lost in "
        "{1}: {worst_inefficiency_ns}.",
        "Look at that part with Nsight Compute (ncu), which says what its kernels wait for.",
    ),
}
_HARMLESS = {"blocking call"}


@dataclass(frozen=True)
class Step:
    """A thing to do: a title, what was found, how to go about it, what is at stake, and the table that holds it."""

    title: str
    what: str
    how: str
    at_stake_ns: int
    table: str


def steps(findings: Sequence[Finding], count: int = 3) -> list[Step]:
    """Return what to do about the first findings of distinct kinds, most time at stake first.

    What is harmless as long as the GPU has work comes last, however long it takes.

    Parameters
    ----------
    findings
        From `nsys_tools.findings.rules.find`.
    count
        At most so many.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.kind, finding)
    ranked = sorted(first.values(), key=lambda finding: finding.kind in _HARMLESS)
    return [_step(finding) for finding in ranked[:count]]


def _step(finding: Finding) -> Step:
    names = [code(name) for name in finding.names]
    words = _KINDS.get(finding.kind)
    if words is None:  # a rule that has no plain words yet
        title = finding.kind[0].upper() + finding.kind[1:]
        said = title, finding.sentence.format(*names), finding.advice
    else:
        values = {name: _shown(name, value) for name, value in finding.evidence.items()}
        said = words.title, words.what.format(*names, **values), words.how
    return Step(*said, finding.at_stake_ns, finding.table)


def _shown(name: str, value: float) -> str:
    if name.endswith("_ns"):
        return duration(value)
    unit = next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), "")
    return quantity(value, unit) if unit else number(value)
