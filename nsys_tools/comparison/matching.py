"""Match the rows of two captures by name and, if the name changed, by class and position."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from nsys_tools.comparison.snapshot import Launch, Row

_UNNAMED = ("<unnamed>", "(anonymous namespace)")
_LAMBDA = re.compile(r"\{lambda.*|\[lambda.*")


Launched = tuple[str, str]


@dataclass(frozen=True)
class Match:
    """Rows of both sides that belong together. One side is empty for rows that are new or gone.

    Attributes
    ----------
    matched_by
        ``name``, ``name, other launch``, ``base name``, ``class and position``, ``position``, or empty without a match.
    """

    base: tuple[Row, ...]
    new: tuple[Row, ...]
    matched_by: str


def match(base: Sequence[Row], new: Sequence[Row], sequences: tuple[Sequence[Launch], Sequence[Launch]]) -> list[Match]:
    """Match the rows of two captures. Each row is in exactly one match.

    Parameters
    ----------
    base, new
        The rows.
    sequences
        The kernels of a typical step of each side, in order, or empty sequences for rows that are not kernels.

    Notes
    -----
    Rows are matched by name and launch, then by name, then by base name, which is the name without template arguments.
    The remaining rows are matched by their position in a typical step. Rows between the same two matched kernels are
    matched with each other, first within a class and then across classes. For example, this matches a matrix product
    for which autotuning chose another kernel, and two kernels that were fused.
    """
    left = list(base), list(new)
    found: list[Match] = []
    matched, left = _by("name", lambda row: (row.name, row.detail), *left)
    found += matched
    matched, left = _by("name, other launch", lambda row: row.name, *left)
    found += matched
    # Many PyTorch kernels share a base name, so kernels in the same position are matched first.
    matched, left = _by_place(left, sequences, _known(found), lambda row: base_name(row.name), "base name")
    found += matched
    matched, left = _by("base name", lambda row: base_name(row.name), *left)
    found += matched
    matched, left = _by_place(left, sequences, _known(found), lambda row: row.kind, "class and position", "position")
    found += matched
    return found + [Match((row,), (), "") for row in left[0]] + [Match((), (row,), "") for row in left[1]]


def _known(found: Sequence[Match]) -> dict[Launched, int]:
    """Return the matched launches, each with the number of its match."""
    return {_launch(row): n for n, one in enumerate(found) for row in (*one.base, *one.new)}


def base_name(name: str) -> str:
    """Return a kernel's name without return type, template arguments, parameters and lambdas."""
    plain = _LAMBDA.sub("", name)
    for n, unnamed in enumerate(_UNNAMED):
        plain = plain.replace(unnamed, chr(n))  # these brackets do not belong to templates or parameters
    kept: list[str] = []
    depth = 0
    for character in plain:
        depth -= character == ">"
        if depth == 0 and character == "(" and kept:
            break
        if depth <= 0 and character not in "<>":
            kept.append(character)
        depth += character == "<"
    found = "".join(kept).strip().rsplit(" ", 1)[-1]  # without the return type
    for n, unnamed in enumerate(_UNNAMED):
        found = found.replace(chr(n), unnamed)
    return found or name


def _by(
    how: str, key: Callable[[Row], Hashable], base: Sequence[Row], new: Sequence[Row]
) -> tuple[list[Match], tuple[list[Row], list[Row]]]:
    """Return the groups that exist on both sides, and the rows of all other groups."""
    groups: dict[Hashable, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((base, new)):
        for row in rows:
            groups[key(row)][side].append(row)
    matched = [Match(tuple(b), tuple(n), how) for b, n in groups.values() if b and n]
    alone = [(b, n) for b, n in groups.values() if not (b and n)]
    return matched, ([row for b, _ in alone for row in b], [row for _, n in alone for row in n])


def _launch(row: Row | Launch) -> Launched:
    return row.name, row.detail


Gap = tuple[int | None, int | None]


def _gaps(sequence: Sequence[Launch], known: dict[Launched, int], unmatched: set[Launched]) -> dict[Gap, set[Launched]]:
    """Return the unmatched launches between each pair of successive matched launches."""
    gaps: dict[Gap, set[Launched]] = defaultdict(set)
    before: int | None = None
    inside: set[Launched] = set()
    for one in [*map(_launch, sequence), None]:
        anchor = None if one is None else known.get(one)
        if one is not None and anchor is None:
            inside |= {one} & unmatched
            continue
        if inside:
            gaps[before, anchor] |= inside
        before, inside = anchor, set()
    return gaps


def _by_place(
    left: tuple[list[Row], list[Row]],
    sequences: tuple[Sequence[Launch], Sequence[Launch]],
    known: dict[Launched, int],
    key: Callable[[Row], str],
    how: str,
    how_without: str = "",
) -> tuple[list[Match], tuple[list[Row], list[Row]]]:
    """Match rows between the same two matched launches by equal keys. If `how_without` is set, also match the rest."""
    kinds = [{_launch(row): key(row) for row in side} for side in left]
    gaps = [_gaps(sequence, known, set(side)) for sequence, side in zip(sequences, kinds, strict=True)]
    groups = _Groups()
    for gap in gaps[0].keys() & gaps[1].keys():
        inside = [gaps[side][gap] for side in (0, 1)]
        for kind in {kinds[0][one] for one in inside[0]} & {kinds[1][one] for one in inside[1]}:
            alike = [{one for one in inside[side] if kinds[side][one] == kind} for side in (0, 1)]
            groups.link(how, *alike)
            inside = [inside[side] - alike[side] for side in (0, 1)]
        if how_without and inside[0] and inside[1]:
            groups.link(how_without, *inside)
    return groups.matches(left)


Member = tuple[int, Launched]


class _Groups:
    """Launches of both sides that are linked by at least one position."""

    def __init__(self) -> None:
        self._leader: dict[Member, Member] = {}
        self._how: dict[Member, str] = {}

    def _find(self, one: Member) -> Member:
        while self._leader.setdefault(one, one) != one:
            one = self._leader[one]
        return one

    def link(self, how: str, base: Iterable[Launched], new: Iterable[Launched]) -> None:
        leaders = {self._find((side, one)) for side, ones in enumerate((base, new)) for one in ones}
        first = min(leaders)
        # If a group was matched in two ways, record the weaker one, which is equal position only.
        self._how[first] = max(how, *(self._how.get(leader, how) for leader in leaders))
        self._leader |= dict.fromkeys(leaders, first)

    def matches(self, left: tuple[list[Row], list[Row]]) -> tuple[list[Match], tuple[list[Row], list[Row]]]:
        groups: dict[Member, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
        alone: tuple[list[Row], list[Row]] = [], []
        for side, rows in enumerate(left):
            for row in rows:
                member = side, _launch(row)
                (groups[self._find(member)] if member in self._leader else alone)[side].append(row)
        return [Match(tuple(b), tuple(n), self._how[leader]) for leader, (b, n) in groups.items()], alone
