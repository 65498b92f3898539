"""Sources that queries require but that were not given: a trace, a model, ncu results, a call graph, or ranks."""

from __future__ import annotations

from collections.abc import Callable, Set

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue

# Sources that queries read but do not require. Stages exist without a stages file, and shapes without known GPUs.
_SPARED = frozenset({"stages", "gpus", "command"})
# What queries can require, and how to provide it.
_GIVEN = {
    "trace": ("a trace", "Open a trace with nt.open(TRACE, ncu=PATH) or --trace TRACE."),
    "model": ("an analytic model", "Specify a model with nt.open(..., model=NAME) or --model NAME."),
    "ncu": ("ncu results", "Specify ncu results with nt.open(..., ncu=PATH) or --ncu PATH."),
    "ranks": (
        "the traces of several ranks",
        "Open the traces with nt.open([TRACE, TRACE]), or pass all of them to the command.",
    ),
    "callgraph": ("a call graph", "Specify a call graph with nt.open(..., callgraph=PATH) or --callgraph PATH."),
}


class Lacking:
    """The sources that queries require but that were not given.

    Parameters
    ----------
    session
        The session tables that the caller has defined.
    reads
        Function that returns the relations that a relation reads.
    has_trace
        Whether there are recorded tables.
    """

    def __init__(self, session: Set[str], reads: Callable[[str], Set[str]], *, has_trace: bool) -> None:
        self._session = session
        self._reads = reads
        self._has_trace = has_trace
        self._known: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Discard cached results because a session table was defined or removed."""
        self._known.clear()

    def of(self, name: str) -> frozenset[str]:
        """Return the sources that a relation lacks: ``trace``, ``model``, ``ncu``, ``callgraph``, ``ranks``."""
        if name in self._session:
            return frozenset()
        if name not in self._known:
            self._known[name] = frozenset()  # circular dependencies are refused elsewhere
            query = catalogue.queries().get(name)
            if query is None or query.area == "load":
                found = frozenset() if self._has_trace else frozenset({"trace"})
            elif query.is_over_ranks and "rank" not in self._session:
                found = frozenset({"ranks"})
            elif query.source:
                found = frozenset({query.source}) - _SPARED
            else:
                optional = query.facts.get("optional", ())
                found = frozenset().union(*map(self.of, self._reads(name))) - frozenset(optional)
            self._known[name] = found
        return self._known[name]


def given(what: str) -> tuple[str, str]:
    """Return the description of a source, and how to provide it."""
    return _GIVEN[what]


def refuse(name: str, what: str) -> NsysToolsError:
    """Return the error to raise for a query that lacks a source."""
    words, hint = _GIVEN[what]
    return NsysToolsError(f"{name} requires {words}.", hint)
