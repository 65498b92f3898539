"""Run documented queries on the traces of many ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from nsys_tools.errors import NsysToolsError
from nsys_tools.ranks.clock import Clock, Ends, aligned
from nsys_tools.ranks.gathering import Gathering
from nsys_tools.ranks.numbering import Numbers, numbered
from nsys_tools.ranks.work import TOLD
from nsys_tools.session import catalogue
from nsys_tools.session.database import Database
from nsys_tools.session.header import Column
from nsys_tools.session.quoting import literal
from nsys_tools.session.result import Result

RANK = Column("rank", "BIGINT", "-", "the rank")
_FARTHEST_NS = 50_000
"""The ends of a collective are microseconds apart. Files with a larger residual were matched wrongly."""


class RankDatabase:
    """Queries on many ranks: single-trace queries with results per rank, and queries across all ranks.

    Parameters
    ----------
    database
        An empty database, in which the results of all ranks are combined.
    gathering
        The traces.
    expression
        The ``--rank-regex`` expression; empty for none.
    notes
        List to which caveats are appended, one sentence each.

    Notes
    -----
    A query with ``over: ranks`` in its header is computed here, across all ranks. Any other query is computed for each
    rank separately, and this database has a view of all these results, with the rank as the first column.
    """

    def __init__(self, database: Database, gathering: Gathering, expression: str, notes: list[str]) -> None:
        self._database = database
        self._gathering = gathering
        self._expression = expression
        self._notes = notes
        self._numbers: Numbers | None = None
        self._asked: set[str] = set()
        self._over_each = {
            name
            for name, query in catalogue.queries().items()
            if query.area != "load" and query.source != "command" and not query.is_over_ranks
        }
        for name in self._over_each:
            database.define_view(name, partial(self._united, name))
        database.define("setting", gathering.given.settings)
        database.define_later("rank", self._ranks)
        database.define_later("rank_clock", self._clocks)

    def prepare(self, names: Iterable[str]) -> None:
        """Compute all per-rank queries that the given queries depend on, in one pass over the traces."""
        behind: set[str] = set()
        for name in names:
            behind |= self._database.behind(name) & self._over_each
        self._gathering.ask(sorted(behind))
        self._count()

    def query(self, name: str, /, *, top: int | None = None, **equals: Any) -> Result:
        """Run a documented query (see `Database.query`)."""
        self.prepare([name])
        result = self._database.query(name, top=top, **equals)
        if name in self._over_each:
            result.documented = (RANK, *result.documented)
        return result

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """Run SQL on the documented queries, each of which has a ``rank`` column."""
        named = self._database.tables(query)
        for table in named - catalogue.queries().keys():
            self._recorded(table)
        self.prepare(named & catalogue.queries().keys())
        return self._database.sql(query, parameters)

    def _recorded(self, table: str) -> None:
        """Make one of nsys's tables available under its own name, with the rows of all ranks that have it."""
        if table not in self._asked:
            self._gathering.ask([table])
            self._asked.add(table)
            if any(self._gathering.files(table)):
                self._database.define_view(table, partial(self._united, table))

    @property
    def ranks(self) -> Sequence[int]:
        """The rank of each source in `Gathering.sources`."""
        return self._count().ranks

    def _count(self) -> Numbers:
        """Return the rank numbers. They are determined on first use."""
        if self._numbers is None:
            self._gathering.ask([])
            told = [self._read(file) for file in self._gathering.files(TOLD)]
            rows = [
                next((row for row in rows if one.process_id in (None, row["process_id"])), rows[0])
                for one, rows in zip(self._gathering.sources, told, strict=True)
            ]
            sources = self._gathering.sources
            by_file = None if self._gathering.by_process else Numbers(range(len(sources)), "file")
            self._numbers = by_file or numbered(sources, rows, self._expression)
            self._told = rows
            self._notes.extend(self._numbers.notes)
        return self._numbers

    def _read(self, file: Path | None) -> list[dict[str, Any]]:
        result = self._database.connection.sql(f"FROM read_parquet({literal(file or '')})")
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]

    def _ranks(self) -> list[tuple[Any, ...]]:
        numbers = self._count()
        rows = [
            (
                rank, one.path.name, one.file_number, row["process_id"], row["pid"], numbers.told_by,
                row["session_start_utc_ns"], row["origin"],
            )
            for rank, one, row in zip(numbers.ranks, self._gathering.sources, self._told, strict=True)
        ]  # fmt: skip
        return sorted(rows)

    def _united(self, name: str) -> str:
        """Return a SELECT that combines the results of a query for all ranks."""
        self._gathering.ask([name])
        ranks = self._count().ranks
        found = sorted((rank, file) for rank, file in zip(ranks, self._gathering.files(name), strict=True) if file)
        paths = [self._linked(rank, name, file) for rank, file in found]
        if not paths:
            raise NsysToolsError(f"No trace contains {name}.")
        # The rank is in the path, because neither a join nor many unions preserve the order of the rows.
        options = "hive_partitioning = true, hive_types = {'rank': BIGINT}"
        return f"SELECT rank, * EXCLUDE (rank) FROM read_parquet([{', '.join(map(literal, paths))}], {options})"

    def _linked(self, rank: int, name: str, file: Path) -> Path:
        """Return another path to a result file. This path contains the rank."""
        link = self._gathering.scratch / f"rank={rank}" / f"{name}.parquet"
        link.parent.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            link.symlink_to(file)
        return link

    def _clocks(self) -> list[tuple[Any, ...]]:
        """Return the rows of ``rank_clock``."""
        ranks = self._ranks()
        utc = {row[2]: row[6] for row in ranks}
        clocks = self._fitted() if len(utc) > 1 else {}
        rows = []
        for rank, file, number, *_ in ranks:
            clock, start = clocks.get(number), utc[number]
            first = utc[min(utc)]
            by_utc = start - first if start is not None and first is not None else None
            method = "one file" if len(utc) == 1 else "collectives" if clock else "none"
            known = clock or (Clock(0, 0, 0.0, 0.0, 0) if len(utc) == 1 else None)
            rows.append((rank, file, known is not None, method, *(astuple(known) if known else (None,) * 5), by_utc))
        self._tell(ranks, clocks, len(utc))
        return rows

    def _fitted(self) -> dict[int, Clock]:
        """Return the clocks of the files that can be aligned by collectives, relative to the first of these files."""
        ends = self._database.sql(
            "SELECT r.file_number, m.collective_id, max(m.end_ns) AS end_ns FROM rank__matched AS m JOIN rank AS r "
            "USING (rank) GROUP BY ALL ORDER BY ALL"
        ).pl()
        numbers, first = np.unique(ends["file_number"].to_numpy(), return_index=True)
        keys, times = ends["collective_id"].to_numpy(), ends["end_ns"].to_numpy().astype(np.int64)
        parts = zip(np.split(keys, first[1:]), np.split(times, first[1:]), strict=True)
        files = [Ends(*part) for part in parts] if len(numbers) else []
        return {
            number: clock
            for number, clock in zip(numbers.tolist(), aligned(files), strict=True)
            if clock is not None and clock.residual_ns is not None and clock.residual_ns <= _FARTHEST_NS
        }

    def _tell(self, ranks: Sequence[tuple[Any, ...]], clocks: Mapping[int, Clock], count: int) -> None:
        """Add a note about files whose clock is unknown."""
        lost = sorted({row[1] for row in ranks if row[2] not in clocks})
        if count > 1 and lost:
            names = ", ".join(lost[:3]) + (" ..." if len(lost) > 3 else "")
            self._notes.append(
                f"Not aligned: {names}. No collective recorded by all its ranks links these files to the clock of the "
                "first file. Metrics that need a common clock exclude these files."
            )
