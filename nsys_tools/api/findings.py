"""The findings of a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from nsys_tools.errors import one_error
from nsys_tools.findings.records import UNITS, record
from nsys_tools.findings.rules import Finding
from nsys_tools.formats import envelope


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
        Time in which the GPUs had work to do: from first to last operation, summed over GPUs, in ns.
    found
        The findings.
    unchecked
        For each rule that could not be checked, what the trace would have to contain.
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
        """Return a finding by index, or several by slice."""
        return self.found[key]

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.found)

    def data(self, top: int | None = None) -> dict[str, Any]:
        """Return the findings as ``nsys-tools findings --format json`` prints them; see `nsys_tools.envelope`.

        Parameters
        ----------
        top
            Maximum number of findings; ``truncated`` tells whether there are more.
        """
        about = {
            "origin": self.origin,
            "span_ns": self.span_ns,
            "unchecked": {rule: list(needs) for rule, needs in self.unchecked.items()},
        }
        rows = [record(one) for one in self.found[:top]]
        is_cut = len(rows) < len(self.found)
        return envelope("findings", rows, trace=self.source, units=UNITS, data=about, truncated=is_cut)

    def __repr__(self) -> str:
        """Return the source and the names of the rules."""
        return f"<Findings of {self.source}: {', '.join(one.rule for one in self.found) or 'none'}>"
