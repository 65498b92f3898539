"""Cases of rules: a trace in which a rule fires, and the nanoseconds that are at stake there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.findings.rules import Finding
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, build, opened

US, MS = 1_000, 1_000_000
FP32_PRODUCT = "ampere_sgemm_128x64_tn"
BF16_PRODUCT = "ampere_bf16_s16816gemm_bf16_128x64_ldg8_f2f_tn"
Fill = Callable[[TraceBuilder], None]


@dataclass(frozen=True)
class Case:
    """A rule, a trace in which it fires, the time at stake, and a trace in which it just does not fire.

    Without the latter, the trace is made longer until the time at stake is 1 % of it.
    """

    rule: str
    fill: Fill
    at_stake_ns: int | None
    below: Fill | None = None
    steps: str = "auto"


CASES: dict[str, Case] = {}


def case(
    rule: str, at_stake_ns: int | None, below: Fill | None = None, *, steps: str = "auto"
) -> Callable[[Fill], Fill]:
    """Register the case of a rule; `steps` is how steps are found."""

    def register(fill: Fill) -> Fill:
        assert rule not in CASES
        CASES[rule] = Case(rule, fill, at_stake_ns, below, steps)
        return fill

    return register


def described(b: TraceBuilder, **other: Any) -> None:
    """Describe an A100 with the limits of an SM."""
    values = {
        "id": 0, "name": "NVIDIA A100-SXM4-80GB", "smCount": 108, "cuDevice": 0, "computeMajor": 8, "computeMinor": 0,
        "maxWarpsPerSm": 64, "maxBlocksPerSm": 32, "maxRegistersPerSm": 65536, "maxShmemPerSm": 167936,
    }  # fmt: skip
    b.add("TARGET_INFO_GPU", **{**values, **other})


def kernel(b: TraceBuilder, name: str, start: int, end: int, **shape: Any) -> None:
    """Add a kernel whose launch was not recorded; by default, its grid fills any GPU."""
    b.kernel(PROCESS, name, start, end, 0, **{"grid": (10**6, 1, 1), **shape})


def found(folder: Path, rule: str, fill: Fill, **given: Any) -> list[Finding]:
    """Return the findings of a rule."""
    with opened(build(folder, fill), **given) as session:
        return list(session.findings(rule))


def span(folder: Path, fill: Fill) -> tuple[int, int]:
    """Return the total time from first to last operation of the GPUs, and the end of the last operation of GPU 0."""
    with opened(build(folder, fill)) as session:
        row = session.sql("SELECT max(end_ns) AS last FROM gpu_operation WHERE device_id = 0").one()
        return sum(session.query("gpu_summary")["span_ns"]), row["last"]


def lengthened(fill: Fill, last: int, longer: int) -> Fill:
    """Return the events plus one more kernel at the end, after which nothing is idle."""

    def whole(b: TraceBuilder) -> None:
        fill(b)
        kernel(b, "the rest", last, last + longer)

    return whole
