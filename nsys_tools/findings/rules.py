"""What stands out in a trace: sentences with their numbers, ranked by the nanoseconds at stake.

A rule is a query, ``queries/findings/<rule>.sql``. Each of its rows is a finding. Facts of its header word it:

``title``
    What was found, in a few words.
``sentence``, ``advice``, ``plain``
    The finding with its numbers, what to try, and both for readers who do not work with traces (without it they are not
    told). ``{column}`` stands for a value of the row in the unit of its column, ``{column!s}`` for words of the query.
``certainty``
    ``certain``, ``likely`` or ``possible``: how sure it is that the time at stake can be won.
``stake``
    What the time at stake is a part of: ``kernel``, ``copy``, ``memset`` or ``idle`` time, or ``wall`` time of steps.
    ``none`` marks a caution: that time cannot be won, but other figures of it are to be read with care.
``needs``
    What must have been recorded: ``kernels``, ``copies``, ``memsets``, ``graphs``, ``calls``, ``ranges``, ``steps``,
    ``model``.
``unless``
    Rules of which a finding takes the place of this one's.
``within``
    Rules of which the time holds that of this one, at least in part: a headline has one of them.
``docs``, ``table``
    Where to read on, and the query with the evidence.
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
"""A finding is left out below this share of the time in which the GPUs had work to do."""
Read = Callable[[str], Result]


@one_error
@dataclass(frozen=True)
class Finding:
    """One thing worth knowing.

    Attributes
    ----------
    kind
        The title of the rule.
    at_stake_ns
        Time that could at most be won; of a caution, the time whose reading it changes; None where that is not known.
        Several findings can be about the same time.
    sentence
        What was found, with its numbers; names of the trace are in `names`, and stand as ``{0}``, ``{1}`` ...
    advice
        What to try.
    table
        The query that holds the evidence.
    evidence
        The numbers, by name with their unit as suffix.
    names
        Names taken from the trace, to be shown as data.
    rule
        Name of the rule: its file below ``queries/findings/``.
    certainty
        ``certain``, ``likely`` or ``possible``.
    is_caution
        Whether it says how other figures are to be read.
    docs
        Where to read on.
    plain
        The same for readers who do not work with traces; empty where the rule has nothing for them.
    within
        Rules of which the time holds that of this one, at least in part.
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
        """The sentence with its names, as plain text."""
        return self.sentence.format(*(printable(name) for name in self.names))


def rules() -> list[Query]:
    """Return the rules, the user's own included, by name."""
    found = (query for query in catalogue.queries().values() if query.area == AREA and not query.private)
    return sorted(found, key=lambda query: query.name)


def words(query: Query, key: str) -> list[str]:
    """Return the words of a fact of a rule that lists some."""
    return [word.strip() for word in query.fact(key).split(",") if word.strip()]


def recorded(read: Read, *, has_model: bool) -> set[str]:
    """Return what was recorded, in the words of the fact ``needs``."""
    summary = read("trace_summary").one()
    counts = {
        "kernels": summary["kernel_count"], "copies": summary["copy_count"], "memsets": summary["memset_count"],
        "graphs": summary["graph_run_count"], "calls": summary["call_count"], "ranges": summary["range_count"],
        "model": has_model, "steps": summary["operation_count"] and any(read("step_found")["step_count"]),
    }  # fmt: skip
    return {word for word, count in counts.items() if count}


def find(read: Read, *, has_model: bool = False, only: Collection[str] = ()) -> list[Finding]:
    """Return the findings, most nanoseconds at stake first; none of a predicted run, in which nothing can be won.

    Parameters
    ----------
    read
        Gives the rows of a query.
    has_model
        Whether the stages are compared with a model.
    only
        Names of rules: only these; none for all.
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
    """Return the rules that are checked: those asked for, and those that take their place."""
    known = {_name(query): query for query in rules()}
    if unknown := [name for name in only if name not in known]:
        raise UsageError(f"There is no rule {unknown[0]!r}.", "nsys-tools queries --area findings lists them.")
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
    """Return, by rule, what a trace must have for it to be checked, in the words of the fact ``needs``."""
    present = recorded(read, has_model=has_model)
    lacking = {_name(query): [word for word in words(query, "needs") if word not in present] for query in rules()}
    return {name: needs for name, needs in lacking.items() if needs}
