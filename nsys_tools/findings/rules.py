"""Findings about a trace: sentences with their numbers, ranked by the nanoseconds at stake.

A rule is a query, ``queries/findings/<rule>.sql``. Each row of its result is a finding. Its header has these facts:

``title``
    What was found, in a few words.
``sentence``, ``advice``, ``plain``
    The finding with its numbers, what to try, and (optionally) both in plain language for readers who do not work with
    traces. ``{column}`` is a value from the row in the unit of its column, and ``{column!s}`` is text from the query.
``certainty``
    ``certain``, ``likely`` or ``possible``: the confidence that the time at stake can be saved.
``stake``
    The total that includes the time at stake: ``kernel``, ``copy``, ``memset`` or ``idle`` time, or ``wall`` time of
    steps. ``none`` marks a caution, which means that the time cannot be saved, but other results for it must be
    interpreted with care.
``needs``
    Data that must be present: ``kernels``, ``copies``, ``memsets``, ``graphs``, ``calls``, ``ranges``, ``steps``,
    ``model``.
``unless``
    Rules whose findings replace the findings of this rule.
``within``
    Rules whose time includes the time of this rule, at least in part. A headline shows only one of them.
``docs``, ``table``
    Link to the documentation, and the query that has the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from nsys_tools.errors import UsageError, one_error, printable
from nsys_tools.findings.wording import worded
from nsys_tools.session import catalogue
from nsys_tools.session.header import Query
from nsys_tools.session.result import Result

AREA = "findings"
NOTICEABLE = 0.01
"""Findings below this share of the GPU span are omitted."""
Read = Callable[[str], Result]


@one_error
@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind
        The title of the rule.
    at_stake_ns
        The most time that could be saved (for a caution, the affected time), or None if unknown. Several findings can
        refer to the same time.
    sentence
        The finding, with its numbers. ``{0}``, ``{1}`` ... are placeholders for the names in `names`.
    advice
        What to try.
    table
        The query that has the evidence.
    evidence
        The numbers by name. The suffix of each name is the unit.
    names
        Names from the trace, which must be escaped when they are shown.
    rule
        Name of the rule, which is the name of its file in ``queries/findings/``.
    certainty
        ``certain``, ``likely`` or ``possible``.
    is_caution
        Whether the finding affects how other results must be interpreted.
    docs
        Link to the documentation.
    plain
        The finding and advice for readers who do not work with traces, or an empty string if the rule has none.
    within
        Rules whose time includes the time of this rule, at least in part.
    """

    kind: str
    at_stake_ns: int | None
    sentence: str
    advice: str
    table: str
    evidence: dict[str, float | int] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    rule: str = ""
    certainty: str = "likely"
    is_caution: bool = False
    docs: str = ""
    plain: str = ""
    within: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence with its names filled in, as plain text."""
        return self.sentence.format(*(printable(name) for name in self.names))


def rules() -> list[Query]:
    """Return all rules, including the user's own rules, ordered by name."""
    found = (query for query in catalogue.queries().values() if query.area == AREA and not query.private)
    return sorted(found, key=lambda query: query.name)


def words(query: Query, key: str) -> list[str]:
    """Return the comma-separated words in a rule's fact."""
    return [word.strip() for word in query.fact(key).split(",") if word.strip()]


def recorded(read: Read, *, has_model: bool) -> set[str]:
    """Return which data was recorded, in the words of the ``needs`` fact."""
    summary = read("trace_summary").one()
    counts = {
        "kernels": summary["kernel_count"], "copies": summary["copy_count"], "memsets": summary["memset_count"],
        "graphs": summary["graph_run_count"], "calls": summary["call_count"], "ranges": summary["range_count"],
        "model": has_model, "steps": summary["operation_count"] and any(read("step_found")["step_count"]),
    }  # fmt: skip
    return {word for word, count in counts.items() if count}


def find(read: Read, *, has_model: bool = False, only: Collection[str] = ()) -> list[Finding]:
    """Return the findings, with the most time at stake first. A predicted run has none, because no time can be saved.

    Parameters
    ----------
    read
        Function that returns the rows of a query.
    has_model
        Whether the stages were compared with a model.
    only
        Names of the rules to check. If empty, all rules are checked.
    """
    if read("trace_summary").one()["origin"] == "predicted":
        return []
    present = recorded(read, has_model=has_model)
    least = NOTICEABLE * sum(row["span_ns"] or 0 for row in read("gpu_summary").records())
    asked = [query for query in _wanted(only) if present.issuperset(words(query, "needs"))]
    found = {_name(query): list(_found(query, read(query.name), least)) for query in asked}
    firing = {name for name, some in found.items() if some}
    kept = [one for query in asked if firing.isdisjoint(words(query, "unless")) for one in found[_name(query)]]
    kept = [one for one in kept if not only or one.rule in only]
    return sorted(kept, key=lambda one: (one.at_stake_ns is None, -(one.at_stake_ns or 0), one.rule, one.names))


def _wanted(only: Collection[str]) -> list[Query]:
    """Return the rules to check, which are the requested rules and the rules that can replace their findings."""
    known = {_name(query): query for query in rules()}
    if unknown := [name for name in only if name not in known]:
        hint = "Run `nsys-tools queries --area findings` to list the rules."
        raise UsageError(f"There is no rule {unknown[0]!r}.", hint)
    names = {*only, *(other for name in only for other in words(known[name], "unless"))}
    return [query for name, query in known.items() if name in names or not only]


def _name(query: Query) -> str:
    return query.name.removeprefix(f"{AREA}_")


def _found(query: Query, rows: Result, least: float) -> Iterable[Finding]:
    for row in rows.records():
        at_stake = row["at_stake_ns"]
        if at_stake is None or at_stake > least:
            yield _finding(query, row)


def _finding(query: Query, row: dict[str, Any]) -> Finding:
    units = {column.name: column.unit for column in query.columns}
    sentence, names = worded(query.fact("sentence"), row, units)
    advice, in_advice = worded(query.fact("advice"), row, units)
    plain, _ = worded(query.fact("plain"), row, units, names)
    return Finding(
        kind=query.fact("title"),
        at_stake_ns=row["at_stake_ns"],
        sentence=sentence,
        advice=advice.format(*map(printable, in_advice)),
        table=query.fact("table"),
        evidence={name: row[name] for name, unit in units.items() if unit != "-" and row[name] is not None},
        names=tuple(names),
        rule=_name(query),
        certainty=query.fact("certainty"),
        is_caution=query.fact("stake") == "none",
        docs=query.fact("docs"),
        plain=plain,
        within=tuple(words(query, "within")),
    )


def unmet(read: Read, *, has_model: bool) -> dict[str, list[str]]:
    """Return, for each rule that cannot be checked, the missing data, in the words of the ``needs`` fact."""
    present = recorded(read, has_model=has_model)
    lacking = {_name(query): [word for word in words(query, "needs") if word not in present] for query in rules()}
    return {name: needs for name, needs in lacking.items() if needs}
