"""What stands out in a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from nsys_tools.errors import one_error
from nsys_tools.findings.rules import AREA, Finding
from nsys_tools.session import catalogue

SCHEMA = "nsys-tools/findings"
SCHEMA_VERSION = 1


@one_error
@dataclass(frozen=True)
class Findings(Sequence[Finding]):
    """The findings of a trace, most nanoseconds at stake first; use `Session.findings`.

    Attributes
    ----------
    source
        Name of the trace.
    origin
        ``recorded``, ``synthetic`` or ``predicted``.
    span_ns
        Time in which the GPUs had work to do: from the first to the last operation, added over GPUs, in ns.
    found
        The findings.
    unchecked
        What a trace must have for the rules that could not be checked, by rule.
    """

    source: str
    origin: str
    span_ns: int
    found: tuple[Finding, ...]
    unchecked: Mapping[str, Sequence[str]]

    @overload
    def __getitem__(self, key: int) -> Finding: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Finding]: ...
    def __getitem__(self, key: int | slice) -> Finding | Sequence[Finding]:
        """Return a finding by its place, or some by a slice."""
        return self.found[key]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.found)

    def data(self) -> dict[str, Any]:
        """Return them for programs, with units; ``schema_version`` grows when a key changes its meaning or goes."""
        return {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "trace": {"file": self.source, "origin": self.origin},
            "span": {"value": self.span_ns, "unit": "ns"},
            "findings": [_data(one) for one in self.found],
            "unchecked": {rule: list(needs) for rule, needs in self.unchecked.items()},
        }

    def __repr__(self) -> str:
        """Return the source and the rules."""
        return f"<Findings of {self.source}: {', '.join(one.rule for one in self.found) or 'none'}>"


def _data(finding: Finding) -> dict[str, Any]:
    units = {column.name: column.unit for column in catalogue.find(f"{AREA}_{finding.rule}").columns}
    at_stake = finding.at_stake_ns
    return {
        "rule": finding.rule,
        "title": finding.kind,
        "is_caution": finding.is_caution,
        "certainty": finding.certainty,
        "at_stake": None if at_stake is None else {"value": at_stake, "unit": "ns"},
        "text": finding.text,
        "advice": finding.advice,
        "names": list(finding.names),
        "evidence": {name: {"value": value, "unit": units[name]} for name, value in finding.evidence.items()},
        "table": finding.table,
        "docs": finding.docs,
    }
