"""``metrics.json``: all values in a report, with units, in machine-readable form with a versioned schema."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from nsys_tools import __version__
from nsys_tools.findings.records import record
from nsys_tools.model.request import Request
from nsys_tools.report.analysis import PICTURES, Analyzed
from nsys_tools.session.result import Result

SCHEMA = "nsys-tools/metrics"
SCHEMA_VERSION = 4
_ROWS = 1000


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def table_data(table: Result) -> dict[str, Any]:
    """Return a table in machine-readable form: column units, the first rows, and whether there are more rows."""
    rows = table[:_ROWS]
    return {
        "summary": table.summary,
        "units": table.units,
        "total_row_count": table.total_count,
        "cut": len(rows) < (table.total_count or 0),
        "rows": [{key: _plain(value) for key, value in row.items()} for row in rows],
    }


def _figures(analysis: Analyzed) -> dict[str, dict[str, Any]]:
    """Return the headline metrics, each with value and unit, by name."""
    units = {column.name: column.unit for column in analysis.tables["trace_summary"].documented}
    figures = {
        name: {"value": value, "unit": units[name]} for name, value in analysis.summary.items() if units[name] != "-"
    }
    for row in analysis.tables["trace_conservation"].records():
        if row["kind"] in {"kernel", "all"}:
            prefix = "kernel" if row["kind"] == "kernel" else "operation"
            figures[f"{prefix}_in_range_count"] = {"value": row["attributed_count"], "unit": "count"}
            figures[f"{prefix}_in_range_ns"] = {"value": row["attributed_ns"], "unit": "ns"}
            figures[f"{prefix}_unattributed_count"] = {"value": row["unattributed_count"], "unit": "count"}
            figures[f"{prefix}_unattributed_ns"] = {"value": row["unattributed_ns"], "unit": "ns"}
    return figures


def _roofline(analysis: Analyzed) -> dict[str, Any] | None:
    """Return the model and GPU that the stages were compared with, and the conventions."""
    found = analysis.comparison
    if found is None:
        return None
    peak = found.peak
    return {
        "model": found.model.name,
        "gpu": peak.gpu,
        "dtype": peak.dtype,
        "accumulator": peak.accumulator,
        "peak": {"value": peak.flops_per_s, "unit": "flops/s", "source": peak.source},
        "bandwidth": {"value": peak.bytes_per_s, "unit": "bytes/s", "source": peak.bandwidth_source},
        "conventions": list(found.conventions),
        "notes": list(found.notes),
        **_inputs(analysis.request),
    }


def _inputs(request: Request | None) -> dict[str, Any]:
    """Return the workload inputs of the model."""
    if request is None:
        return {}
    return {
        "workload": request.workload,
        "attention": request.attention,
        "assignments": list(request.assignments),
        "batches": [list(batch) for batch in request.batches],
    }


def _run(analysis: Analyzed) -> dict[str, Any] | None:
    """Return facts from the run folder, or None if the trace is not in a run folder."""
    run = analysis.run
    if run is None:
        return None
    plain: dict[str, Any] = {}
    if run.recorded:
        plain = {key: value for key, value in run.recorded.data.items() if not isinstance(value, dict | list)}
        plain["weights"] = run.recorded.weights
    return {
        "folder": run.name,
        "state": run.status.get("state"),
        "workload": plain,
        "item_count": len(run.recorded.items) if run.recorded else 0,
    }


def metrics(analysis: Analyzed) -> dict[str, Any]:
    """Return the content of ``metrics.json``.

    Parameters
    ----------
    analysis
        The analyzed trace.

    Notes
    -----
    ``figures`` contains the headline metrics, each with its unit. ``tables`` contains the results of the report's
    queries, with column units and at most 1000 rows each. ``cut`` is true if there are more rows. The files in
    ``tables/`` contain up to 100,000 rows each. The data for the pictures is only in ``tables/``.
    ``schema_version`` increases when a key changes its meaning or is removed.
    """
    summary = analysis.summary
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "nsys_tools_version": __version__,
        "trace": {
            "file": analysis.source,
            "origin": summary["origin"] or "recorded",
            "is_partial": analysis.is_partial,
            "nsys_version": summary["nsys_version"],
            "schema_version": summary["schema_version"],
        },
        "figures": _figures(analysis),
        "findings": [record(finding) for finding in analysis.findings],
        "missing": [asdict(missing) for missing in analysis.missing],
        "notes": analysis.notes,
        "run": _run(analysis),
        "sources": analysis.files,
        "roofline": _roofline(analysis),
        "tables": {name: table_data(table) for name, table in analysis.tables.items() if name not in PICTURES},
    }  # fmt: skip
