"""Determine the rank of each trace from the user's expression, from the trace, or from the file order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.ranks.gathering import Source

UNTOLD = (
    "The ranks are numbered in file order, because neither the traces nor --rank-regex identifies them. The order has "
    "no meaning."
)


@dataclass(frozen=True)
class Numbers:
    """The rank numbers, and where they come from.

    Attributes
    ----------
    ranks
        One distinct number per trace, in the order of the traces.
    told_by
        Source of the numbers: ``regex``, ``communicator`` or ``environment``; ``order`` if there is no source, or
        ``file`` if each file is treated as one rank.
    notes
        Caveats about the numbers.
    """

    ranks: Sequence[int]
    told_by: str
    notes: tuple[str, ...] = ()


def numbered(sources: Sequence[Source], told: Sequence[Mapping[str, Any]], expression: str = "") -> Numbers:
    """Determine the rank numbers.

    Parameters
    ----------
    sources
        The traces of the ranks.
    told
        For each trace, the row of ``rank__told``.
    expression
        Regular expression for the file path. Its group is the rank. Empty for none.

    Raises
    ------
    NsysToolsError
        If the expression is invalid or does not produce distinct ranks.
    """
    if expression:
        return Numbers(_matched(sources, expression), "regex")
    ranks = [row["told_rank"] for row in told]
    if None in ranks:
        return Numbers(range(len(sources)), "order", () if len(sources) == 1 else (UNTOLD,))
    if twice := [rank for rank, count in Counter(ranks).items() if count > 1]:
        names = [one.path.name for one, rank in zip(sources, ranks, strict=True) if rank == twice[0]]
        note = f"Several traces identify themselves as rank {twice[0]}: {', '.join(names[:3])}. {UNTOLD}"
        return Numbers(range(len(sources)), "order", (note,))
    count = max((row["told_count"] or 0 for row in told), default=0)
    missing = (f"The job has {count} ranks, but only {len(ranks)} were specified.",) if count > len(ranks) else ()
    return Numbers(ranks, " and ".join(sorted({str(row["told_by"]) for row in told})), missing)


def _matched(sources: Sequence[Source], expression: str) -> list[int]:
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise UsageError(f"--rank-regex {expression} is not a valid regular expression: {error}.") from None
    if compiled.groups != 1:
        raise UsageError(
            f"--rank-regex {expression} must have exactly one group, for the number.", r"Example: 'rank(\d+)'."
        )
    ranks = []
    for one in sources:
        match = compiled.search(str(one.path))
        if match is None or not (match[1] or "").isdecimal():
            raise NsysToolsError(f"--rank-regex {expression} does not match a number in {one.path}.")
        ranks.append(int(match[1]))
    if twice := [rank for rank, count in Counter(ranks).items() if count > 1]:
        names = [one.path.name for one, rank in zip(sources, ranks, strict=True) if rank == twice[0]]
        raise NsysToolsError(
            f"--rank-regex {expression} extracts rank {twice[0]} twice: {', '.join(names[:3])}.",
            "A file with several processes has several ranks. Omit --rank-regex.",
        )
    return ranks
