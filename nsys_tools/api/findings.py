"""The findings about a trace."""

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
    """The findings about a trace, ordered by time at stake, largest first. Use `Session.findings` to get them.

    Attributes
    ----------
    source
        Name of the trace.
    origin
        ``recorded``, ``synthetic`` or ``predicted``.
    span_ns
        Time from each GPU's first operation to its last one, summed over GPUs, in ns.
    found
        The findings.
    unchecked
        For each rule that could not be checked, the data that the trace would have to contain.
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
        """Return the finding at an index, or the findings in a slice."""
        return self.found[key]

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.found)

    def data(self, top: int | None = None) -> dict[str, Any]:
        """Return the findings as ``nsys-tools findings --format json`` prints them (see `nsys_tools.envelope`).

        Parameters
        ----------
        top
            Maximum number of findings. ``truncated`` indicates whether there are more.
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
        """Return the name of the trace and the names of the rules."""
        return f"<Findings of {self.source}: {', '.join(one.rule for one in self.found) or 'none'}>"
