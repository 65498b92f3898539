"""An open trace or run folder, with everything that it is joined with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.api.closing import Closing
from nsys_tools.api.folders import folder_of
from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.session.result import Result

if TYPE_CHECKING:
    from nsys_tools.api.analysis import Analysis
    from nsys_tools.api.findings import Findings
    from nsys_tools.api.joining import Opened
    from nsys_tools.stats.requests import Request
    from nsys_tools.stats.window import Window


@one_error
class Session(Closing):
    """An open trace with everything that it is joined with; use `nsys_tools.open`.

    Attributes
    ----------
    name
        What messages and reports call it: the name of the file, or of the run folder and its trace.
    stages
        The stages of the stages file; empty when the outermost ranges are the stages.
    run
        The run folder; None for a trace by itself.
    inputs
        The files and folders that are read; nothing is written there.
    """

    def __init__(self, parts: Opened) -> None:
        self.name = parts.name
        self._notes = parts.notes
        self.stages = parts.stages.stages if parts.stages else []
        self.run = parts.run
        self._database = parts.database
        self._joined = parts.joined
        self._is_own_stages = parts.is_own_stages
        self._reopen = parts.reopen
        self.inputs = parts.inputs
        self._others = ExitStack()

    @property
    def warnings(self) -> list[str]:
        """What of the trace could not be read, or holds values that do not fit, a sentence each; grows with queries."""
        return list(self._database.notes)

    @property
    def notes(self) -> list[str]:
        """What a reader must know of the trace and of what it was joined with, a sentence each; grows with queries."""
        return [*self._database.notes, *self._notes]

    def close(self) -> None:
        """Close the session and remove its temporary files. Results that were not kept cannot be read any more."""
        self._others.close()
        super().close()

    @property
    def report_folder(self) -> Path:
        """Where its report goes unless another place is named: into the run folder, or where you are."""
        return self.run.report if self.run else folder_of(self.name)

    @property
    def recorded_tables(self) -> list[str]:
        """Names of nsys's own tables in the trace."""
        return sorted(self._database.recorded)

    def query(self, name: str, /, *, top: int | None = None, **equals: Any) -> Result:
        """Run a documented query.

        Parameters
        ----------
        name
            Its name; `queries` lists them.
        top
            Only the first rows.
        **equals
            Column = value: only rows where they are equal.

        Raises
        ------
        NsysToolsError
            If there is no such query or column, `top` is negative, or the query needs a model, ncu or a call graph that
            was not given.
        """
        self._joined.check(self._database.query, name)
        return self._database.query(name, top=top, **equals)

    def efficiency(self) -> dict[str, float]:
        """Return which share of the roofline's speed each phase of the model reached: roofline time over span.

        It is what `AnalyticModel.evaluate` takes as its efficiency, to expect times of other workloads.

        Raises
        ------
        NsysToolsError
            If there is no model, or none of its phases was traced.
        """
        needed: dict[str, list[float]] = {}
        for row in self.query("roofline_stage"):
            sums = needed.setdefault(row["phase"], [0.0, 0.0])
            sums[0] += row["roofline_ns"]
            sums[1] += row["span_ns"]
        found = {phase: float(min(1.0, bound / span)) for phase, (bound, span) in needed.items() if span and bound}
        if not found:
            raise NsysToolsError(f"{self.name} has no phase of the model, so its efficiency is not known.")
        return found

    def sql(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, limit: int | None = None,
        max_seconds: float | None = None, max_memory: str = "",
    ) -> Result:  # fmt: skip
        """Run SQL over the documented queries and nsys's own tables, in DuckDB's dialect; it reads nothing else.

        Parameters
        ----------
        query
            One statement that only reads; parameters as ``$name``.
        parameters
            Their values.
        limit
            At most this many rows; `Result.truncated` says whether there are more.
        max_seconds
            At most this long, with what is loaded for it.
        max_memory
            At most this much memory, as in ``2GB``.

        Raises
        ------
        NsysToolsError
            If the statement does more than read, DuckDB refuses it, a query that it reads needs something that was
            not given, or it takes more time or memory. With a limit it is run at once, else when rows are read.
        """
        from nsys_tools.session.limits import Limits  # noqa: PLC0415

        limits = Limits(limit, max_seconds, max_memory)
        with limits.hold(self._database.connection):
            for name in self._database.named(query):
                self._joined.check(self._database.query, name)
            return limits.apply(self._database.sql(query, parameters))

    def stats(self, report: str, *, filter_time: str = "", filter_nvtx: str = "") -> Result:
        """Return a report of ``nsys stats``: its rows and headers, values as recorded, in ns and bytes.

        Parameters
        ----------
        report
            Name and arguments, such as ``cuda_gpu_kern_sum:base``; old names of nsys are understood.
        filter_time
            Only what touches this time, as in ``1s/1s500ms``.
        filter_nvtx
            Only what touches the time of this range: ``RANGE[@DOMAIN][/N]``.

        Raises
        ------
        NsysToolsError
            If there is no such report, or the session has no trace.
        """
        from nsys_tools.stats import window  # noqa: PLC0415
        from nsys_tools.stats.requests import parse_request  # noqa: PLC0415

        request = parse_request(report)
        chosen = window.chosen(lambda: self._database, filter_time, filter_nvtx)
        return self._answered(request, chosen)

    def rules(self, rule: str, *, filter_time: str = "", filter_nvtx: str = "") -> Result:
        """Return an expert rule of ``nsys analyze``: its rows and headers, values as recorded, in ns and bytes.

        Parameters
        ----------
        rule
            Name and arguments, such as ``gpu_gaps:gap=100:rows=-1``. Without ``rows`` there are 50 at most, as in nsys.
        filter_time
            Only what touches this time, as in ``1s/1s500ms``.
        filter_nvtx
            Only what touches the time of this range, in its process: ``RANGE[@DOMAIN][/N]``.

        Returns
        -------
        Result
            Without a row if nothing was found. If the trace lacks the data, `Result.summary` says so.

        Raises
        ------
        NsysToolsError
            If there is no such rule or range, it does not take an argument, or the session has no trace.

        Examples
        --------
        >>> import nsys_tools as nt
        >>> with nt.open(samples / "sample.sqlite") as session:
        ...     waits = session.rules("cuda_api_sync:rows=2").kept()
        >>> waits.columns
        ['Duration (ns)', 'Start (ns)', 'PID', 'TID', 'API Name']
        """
        from nsys_tools.stats.rules import parse_rule  # noqa: PLC0415

        request = parse_rule(rule, times=filter_time, nvtx=filter_nvtx)
        return self._answered(request)

    def _answered(self, request: Request, window: Window | None = None) -> Result:
        """Return a report, of another database if that must read something else."""
        from nsys_tools.stats.answers import answer, as_result, tell  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError(f"{request.report.name} needs a trace, and none was given.", "nt.open(TRACE, ncu=...)")
        database = self._database
        if request.instead or request.settings or window:
            database = self._others.enter_context(self._reopen(request.choice(window)))
            tell(database, request)
        return as_result(answer(database, request, window))

    def findings(self, *only: str) -> Findings:
        """Return what stands out, most nanoseconds at stake first.

        Parameters
        ----------
        *only
            Names of rules: only these; none for all.

        Raises
        ------
        NsysToolsError
            If there is no such rule, the session has no trace, or what was asked for is impossible.
        """
        from nsys_tools.api.findings import Findings  # noqa: PLC0415
        from nsys_tools.findings.rules import find, unmet  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("Findings need a trace, and only ncu was given.", "nt.open(TRACE, ncu=...)")
        read = cache(self._database.query)  # what several rules ask is asked once
        self._joined.check(read)
        has_model = "roofline_exclusive" in self._joined.queries()
        return Findings(
            self.name,
            read("trace_summary").one()["origin"] or "recorded",
            sum(row["span_ns"] for row in read("gpu_summary")),
            tuple(find(read, has_model=has_model, only=only)),
            unmet(read, has_model=has_model),
        )

    def questions(self, path: str = "TRACE") -> Result:
        """Return what can be asked, what the trace can answer first: by which command, else what that would need.

        Parameters
        ----------
        path
            How the commands name the trace.

        Raises
        ------
        NsysToolsError
            If the session has no trace.
        """
        from nsys_tools.report.questions import COLUMNS, questions  # noqa: PLC0415
        from nsys_tools.session.rows import ListRows  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("Questions need a trace, and only ncu was given.", "nt.open(TRACE, ncu=...)")
        self._joined.check(self._database.query)
        return Result(ListRows(COLUMNS, questions(self._database, path)), name="questions")

    def analyze(self) -> Analysis:
        """Compute every table of the report, its findings, and what was not recorded.

        Raises
        ------
        NsysToolsError
            If the session has no trace, attribution does not add up, or what was asked for is impossible.
        """
        from nsys_tools.api.analysis import Analysis  # noqa: PLC0415
        from nsys_tools.report.analysis import analyze  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("An analysis needs a trace, and only ncu was given.", "nt.open(TRACE, ncu=...)")
        found = analyze(
            self._database, self._joined, self._notes, source=self.name, stages=self.stages,
            is_own_stages=self._is_own_stages, run=self.run,
        )  # fmt: skip
        return Analysis.of(replace(found, inputs=self.inputs))

    def __repr__(self) -> str:
        """Return the name and what it is joined with."""
        with_ = [source.name for source in self._joined.sources]
        return f"<Session {self.name}{' with ' + ', '.join(with_) if with_ else ''}>"
