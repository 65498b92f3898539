"""What a query needs that nobody has given: a trace, a model, what ncu measured, a call graph, other ranks."""

from __future__ import annotations

from collections.abc import Callable, Set

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue

# Sources that a query reads and can do without: there are stages without a stages file, shapes without known GPUs.
_SPARED = frozenset({"stages", "gpus", "command"})
# What a query can need, and how it is given.
_GIVEN = {
    "trace": ("a trace", "Open one: nt.open(TRACE, ncu=...), on the command line --trace TRACE."),
    "model": ("an analytic model", "Name one: nt.open(..., model=NAME), on the command line --model NAME."),
    "ncu": ("what ncu measured", "Give it: nt.open(..., ncu=PATH), on the command line --ncu PATH."),
    "ranks": ("the traces of several ranks", "Open them together: nt.open([TRACE, TRACE]), or name them all."),
    "callgraph": ("a call graph", "Give one: nt.open(..., callgraph=PATH), on the command line --callgraph PATH."),
}


class Lacking:
    """The sources that queries need and nobody has given.

    Parameters
    ----------
    session
        The tables that the caller has defined.
    reads
        Returns the relations that a relation reads.
    has_trace
        Whether there are recorded tables.
    """

    def __init__(self, session: Set[str], reads: Callable[[str], Set[str]], *, has_trace: bool) -> None:
        self._session = session
        self._reads = reads
        self._has_trace = has_trace
        self._known: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Look anew from now on: a table of the caller's was defined or taken back."""
        self._known.clear()

    def of(self, name: str) -> frozenset[str]:
        """Return what a relation lacks: ``trace``, ``model``, ``ncu``, ``callgraph``, ``ranks``."""
        if name in self._session:
            return frozenset()
        if name not in self._known:
            self._known[name] = frozenset()  # queries that need each other in a circle are refused elsewhere
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
    """Return what a source is, in words, and how it is given."""
    return _GIVEN[what]


def refuse(name: str, what: str) -> NsysToolsError:
    """Return the error of a query that lacks a source."""
    words, hint = _GIVEN[what]
    return NsysToolsError(f"{name} needs {words}, and none was given.", hint)
