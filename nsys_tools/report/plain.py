"""Findings in plain language, for readers who do not work with traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nsys_tools.findings.rules import Finding
from nsys_tools.report.markdown import code


@dataclass(frozen=True)
class Step:
    """A recommended step: title, finding and advice, time at stake, and the table with the evidence."""

    title: str
    what: str
    at_stake_ns: int
    table: str


def steps(findings: Sequence[Finding], count: int = 3) -> list[Step]:
    """Return steps for the first finding of each rule, excluding cautions, in descending order of time at stake.

    Parameters
    ----------
    findings
        From `nsys_tools.findings.rules.find`.
    count
        Maximum number of steps.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        if finding.at_stake_ns is not None and not finding.is_caution:
            first.setdefault(finding.kind, finding)
    return [_step(finding, finding.at_stake_ns or 0) for finding in list(first.values())[:count]]


def _step(finding: Finding, at_stake_ns: int) -> Step:
    names = [code(name) for name in finding.names]
    # A user's own rule may not have plain wording.
    said = finding.plain or f"{finding.sentence} {finding.advice}"
    return Step(finding.kind, said.format(*names), at_stake_ns, finding.table)
