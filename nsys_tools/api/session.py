"""Sessions: an open trace or run folder, with all sources that are joined with it."""

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
    """An open trace with all sources that are joined with it. Use `nsys_tools.open` to open one.

    Attributes
    ----------
    name
        Name of the session in messages and reports: the file name, or the names of the run folder and its trace.
    stages
        The stages in the stages file; empty if the outermost ranges are the stages.
    run
        The run folder; None for a single trace.
    inputs
        The files and folders that are read. nsys-tools never writes to them.
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
        """Warnings about unreadable or invalid data in the trace, one sentence each. Queries can add to the list."""
        return list(self._database.notes)

    @property
    def notes(self) -> list[str]:
        """Caveats about the trace and the joined sources, one sentence each. Queries can add to the list."""
        return [*self._database.notes, *self._notes]

    def close(self) -> None:
        """Close the session and remove its temporary files. Only results saved with `Result.kept` can still be read."""
        self._others.close()
        super().close()

    @property
    def report_folder(self) -> Path:
        """Default report folder, which is in the run folder, or in the current directory for a single trace."""
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
            Name of the query. `queries` lists the names.
        top
            Maximum number of rows.
        **equals
            Columns and values: return only rows in which each of these columns has the given value.

        Raises
        ------
        NsysToolsError
            If the query or column does not exist, `top` is negative, or the query requires a model, ncu results or a
            call graph that was not given.
        """
        self._joined.check(self._database.query, name)
        return self._database.query(name, top=top, **equals)

    def efficiency(self) -> dict[str, float]:
        """Return the fraction of roofline speed (roofline time / span) that each phase of the model achieved.

        To estimate times for other workloads, pass the result to `AnalyticModel.evaluate` as `efficiency`.

        Raises
        ------
        NsysToolsError
            If there is no model, or the trace does not contain any of the model's phases.
        """
        needed: dict[str, list[float]] = {}
        for row in self.query("roofline_stage"):
            sums = needed.setdefault(row["phase"], [0.0, 0.0])
            sums[0] += row["roofline_ns"]
            sums[1] += row["span_ns"]
        found = {phase: float(min(1.0, bound / span)) for phase, (bound, span) in needed.items() if span and bound}
        if not found:
            raise NsysToolsError(f"{self.name} has none of the model's phases, so its efficiency is unknown.")
        return found

    def sql(
        self, query: str, parameters: Mapping[str, Any] | None = None, *, limit: int | None = None,
        max_seconds: float | None = None, max_memory: str = "",
    ) -> Result:  # fmt: skip
        """Run SQL (DuckDB dialect) on documented queries and nsys's own tables. Reading files requires `allow_files`.

        Parameters
        ----------
        query
            One read-only statement, with parameters as ``$name``.
        parameters
            The values of the parameters.
        limit
            Maximum number of rows. `Result.truncated` indicates whether there are more.
        max_seconds
            Time limit in seconds, including the time to load tables.
        max_memory
            Memory limit, such as ``2GB``.

        Raises
        ------
        NsysToolsError
            If the statement is not read-only, DuckDB rejects it, a query that it reads requires a source that was not
            given, or it exceeds a limit. With a limit, the statement runs immediately; otherwise, it runs when its
            rows are first read.
        """
        from nsys_tools.session.limits import Limits  # noqa: PLC0415

        limits = Limits(limit, max_seconds, max_memory)
        with limits.hold(self._database.connection):
            for name in self._database.named(query):
                self._joined.check(self._database.query, name)
            return limits.apply(self._database.sql(query, parameters))

    def stats(self, report: str, *, filter_time: str = "", filter_nvtx: str = "") -> Result:
        """Return an ``nsys stats`` report with nsys's headers and rows. Values are as recorded, in ns and bytes.

        Parameters
        ----------
        report
            Report name and arguments, such as ``cuda_gpu_kern_sum:base``. Old nsys names also work.
        filter_time
            Include only events that overlap this time window, for example ``1s/1s500ms``.
        filter_nvtx
            Include only events that overlap this range in time: ``RANGE[@DOMAIN][/N]``.

        Raises
        ------
        NsysToolsError
            If the report does not exist, or the session has no trace.
        """
        from nsys_tools.stats import window  # noqa: PLC0415
        from nsys_tools.stats.requests import parse_request  # noqa: PLC0415

        request = parse_request(report)
        chosen = window.chosen(lambda: self._database, filter_time, filter_nvtx)
        return self._answered(request, chosen)

    def rules(self, rule: str, *, filter_time: str = "", filter_nvtx: str = "") -> Result:
        """Return the output of an ``nsys analyze`` rule, with nsys's headers and rows, and values as recorded.

        Parameters
        ----------
        rule
            Rule name and arguments, such as ``gpu_gaps:gap=100:rows=-1``. The default for ``rows`` is 50, as in nsys.
        filter_time
            Include only events that overlap this time window, for example ``1s/1s500ms``.
        filter_nvtx
            Include only events of the range's process that overlap the range in time: ``RANGE[@DOMAIN][/N]``.

        Returns
        -------
        Result
            The rows; none if the rule found nothing. If the trace lacks the data for the rule, `Result.summary` states
            that.

        Raises
        ------
        NsysToolsError
            If the rule or range does not exist, the rule does not accept an argument, or the session has no trace.

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
        """Return a report. A report on a different selection of events is computed in a second database."""
        from nsys_tools.stats.answers import answer, as_result, tell  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError(f"{request.report.name} requires a trace.", "Open one with nt.open(TRACE, ncu=PATH).")
        database = self._database
        if request.instead or request.settings or window:
            database = self._others.enter_context(self._reopen(request.choice(window)))
            tell(database, request)
        return as_result(answer(database, request, window))

    def findings(self, *only: str) -> Findings:
        """Return the findings, ordered by time at stake, largest first.

        Parameters
        ----------
        *only
            Names of rules to check; by default all rules.

        Raises
        ------
        NsysToolsError
            If the rule does not exist, the session has no trace, or the roofline comparison gives an impossible result.
        """
        from nsys_tools.api.findings import Findings  # noqa: PLC0415
        from nsys_tools.findings.rules import find, unmet  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("Findings require a trace.", "Open one with nt.open(TRACE, ncu=PATH).")
        read = cache(self._database.query)  # run a query only once if several rules read it
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
        """Return the questions that this trace can answer, with commands, and the others, with the data they require.

        Parameters
        ----------
        path
            Path of the trace to show in the commands.

        Raises
        ------
        NsysToolsError
            If the session has no trace.
        """
        from nsys_tools.report.questions import COLUMNS, questions  # noqa: PLC0415
        from nsys_tools.session.rows import ListRows  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("Questions require a trace.", "Open one with nt.open(TRACE, ncu=PATH).")
        self._joined.check(self._database.query)
        return Result(ListRows(COLUMNS, questions(self._database, path)), name="questions")

    def analyze(self) -> Analysis:
        """Compute all of the report's tables, the findings, and the list of data that was not recorded.

        Raises
        ------
        NsysToolsError
            If the session has no trace, attributed times do not add up, or the roofline comparison gives an impossible
            result.
        """
        from nsys_tools.api.analysis import Analysis  # noqa: PLC0415
        from nsys_tools.report.analysis import analyze  # noqa: PLC0415

        if self._reopen is None:
            raise NsysToolsError("Analysis requires a trace.", "Open one with nt.open(TRACE, ncu=PATH).")
        found = analyze(
            self._database, self._joined, self._notes, source=self.name, stages=self.stages,
            is_own_stages=self._is_own_stages, run=self.run,
        )  # fmt: skip
        return Analysis.of(replace(found, inputs=self.inputs))

    def __repr__(self) -> str:
        """Return the name of the session and the joined sources."""
        with_ = [source.name for source in self._joined.sources]
        return f"<Session {self.name}{' with ' + ', '.join(with_) if with_ else ''}>"
