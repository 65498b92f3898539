"""The report on many ranks: late ranks, times per rank, and activity over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools import __version__, charts
from nsys_tools.files import check_apart
from nsys_tools.report import markdown
from nsys_tools.report.folder import check_formats, check_target
from nsys_tools.report.metrics import table_data
from nsys_tools.report.report import Parts, write_folder
from nsys_tools.report.templates import filled
from nsys_tools.session.result import Result
from nsys_tools.units import duration

TABLES = (
    "rank", "rank_summary", "rank_activity", "straggler", "rank_group", "link", "overlap", "rank_kernel", "rank_clock",
)  # fmt: skip
"""The queries that the report shows."""
SCHEMA, SCHEMA_VERSION = "nsys-tools/ranks", 1
_FEW = 16
"""With more ranks than this, a table shows only those with the longest and the shortest steps."""


@dataclass
class Ranks:
    """Everything that a report on many ranks shows.

    Attributes
    ----------
    source
        Name used for the traces in the report.
    tables
        Results by query name (see `TABLES`).
    notes, broken
        Caveats, and the traces that could not be read, one sentence each.
    origin
        ``synthetic`` or ``predicted`` if a trace was generated; empty for recorded traces.
    inputs
        The files that were read.
    """

    source: str
    tables: Mapping[str, Result]
    notes: Sequence[str]
    broken: Sequence[str]
    origin: str
    inputs: tuple[Path, ...]

    @property
    def files(self) -> int:
        """Number of traces read."""
        return len(set(self.tables["rank"]["file_number"]))

    @property
    def headline(self) -> str:
        """The most important fact about the ranks."""
        return headline(self.tables)


def headline(tables: Mapping[str, Result]) -> str:
    """Return the first sentence of the report, which names the rank that the others wait for, if there is one."""
    late = tables["straggler"].records()
    if late and late[0]["sum_gain_ns"] > 0:
        return late_words(late[0])
    if not tables["rank_group"].records():
        return f"{len(tables['rank'])} ranks; no collectives could be matched"
    return "No rank is late: arrival times differ by no more than usual"


def late_words(row: Mapping[str, Any]) -> str:
    """Return the sentence about a late rank, without the period."""
    causes = {
        "own kernels": "its own kernels take longer", "launch gap": "its launches are late",
        "synchronization": "its CPU launches late after a blocking call", "other idle time": "its GPU is idle longer",
        "later start": "its first operation starts later",
    }  # fmt: skip
    number, all_of = row["late_count"], row["collective_count"]
    times = f"for all {all_of}" if number == all_of else f"for {number} of {all_of}"
    return (
        f"Rank {row['rank']} is late {times} {row['op']} collectives of {row['rank_count']} ranks, by "
        f"{duration(row['median_late_ns'])} (median), because {causes[row['cause']]}. "
        f"If this rank alone were on time, the collectives would save {duration(row['sum_gain_ns'])}"
    )


def sentences(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the sentences about late ranks: one per pinned rank, and one for all rotating ranks."""
    said = [late_words(row) + "." for row in rows if row["pattern"] == "pinned"][:5]
    rotating = [row for row in rows if row["pattern"] == "rotating" and row["sum_gain_ns"] > 0]
    if rotating:
        ranks = {row["rank"] for row in rotating}
        causes = sorted({row["cause"] for row in rotating})
        gain = sum(row["sum_gain_ns"] for row in rotating)
        times = sum(row["last_count"] for row in rotating)
        said.append(
            f"{len(ranks)} ranks take turns being late, {times} times in total. This costs {duration(gain)}. Causes: "
            f"{', '.join(causes)}."
            if len(ranks) > 1
            else late_words(rotating[0]) + "."
        )
    return said


def write(found: Ranks, target: Path, *, formats: Sequence[str], top: int, force: bool, csv_safe: bool = False) -> Path:
    """Write the report folder atomically (see `nsys_tools.JobAnalysis.write`)."""
    check_formats(formats)
    check_apart(target, found.inputs)
    check_target(target, force=force)
    drawn = charts.draw_frames(charts.OF_RANKS, {name: found.tables[name].pl() for name in charts.OF_RANKS})
    parts = Parts(found.source, as_data(found), found.tables, drawn, render(found, top, drawn))
    return write_folder(parts, target, formats=formats, force=force, csv_safe=csv_safe)


def as_data(found: Ranks) -> dict[str, Any]:
    """Return the report in machine-readable form, with times in ns and all rows except those of the heat map."""
    tables = {name: table_data(result) for name, result in found.tables.items() if name != "rank_activity"}
    return {
        "schema": SCHEMA, "schema_version": SCHEMA_VERSION, "nsys_tools_version": __version__, "source": found.source,
        "origin": found.origin or None, "headline": found.headline, "notes": list(found.notes),
        "broken": list(found.broken), "tables": tables,
    }  # fmt: skip


def render(found: Ranks, top: int, drawn: Mapping[str, bytes]) -> str:
    """Return the report as Markdown."""

    def table(name: str, *columns: str, **options: Any) -> str:
        return markdown.table(found.tables[name], columns, **options)

    clocks = found.tables["rank_clock"].records()
    aligned = sum(row["is_aligned"] for row in clocks)
    return filled(
        "ranks.md", found=found, charts=drawn, top=top, table=table, version=__version__, ranks=_ranks(found.tables),
        basis=_basis(found.tables), sentences=sentences(found.tables["straggler"].records()), nobody=_nobody(clocks),
        overlap=_overlap(found.tables), clock_table=_clocks(found.tables), clocks=_aligned(aligned, clocks),
        clock_words=_clock_words(clocks),
    )  # fmt: skip


def _ranks(tables: Mapping[str, Result]) -> str:
    rows = tables["rank_summary"].records()
    whole, each = rows[-1:], rows[:-1]
    by_time = sorted(each, key=lambda row: -(row["median_step_ns"] or row["wall_ns"]))
    shown = each if len(each) <= _FEW else _ends(by_time)
    words = "" if len(each) <= _FEW else (
        f"\n\nThe {_FEW // 2} slowest and the {_FEW // 2} fastest of {len(each)} ranks are shown. All ranks "
        "are in `tables/rank_summary.csv`. The row without a rank combines all ranks."
    )  # fmt: skip
    columns = ["rank", "step_count", "median_step_ns", "wall_ns", "busy_ratio", "exposed_ratio", "idle_ns",
               "launch_bound_ns", "synchronization_ns", "dependency_ns"]  # fmt: skip
    return markdown.table(tables["rank_summary"], columns, rows=[*shown, *whole]) + words


def _ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all rows if there are few, or only the first and last rows otherwise."""
    return rows if len(rows) <= _FEW else [*rows[: _FEW // 2], *rows[-_FEW // 2 :]]


def _basis(tables: Mapping[str, Result]) -> str:
    bases = set(tables["rank_summary"]["basis"]) - {None}
    words = {
        frozenset({"steps"}): "Times are summed over the steps of each rank.",
        frozenset({"trace"}): "No rank has steps, so times cover whole traces.",
    }
    return words.get(
        frozenset(bases), "Times are summed over steps; for ranks without steps, they cover the whole trace."
    )


def _overlap(tables: Mapping[str, Result]) -> str:
    rows = sorted(tables["overlap"].records(), key=lambda row: row["hidden_ratio"])
    if not rows:
        return ""
    shown = _ends(rows)
    columns = ["rank", "gpu_id", "communication_ns", "hidden_ns", "exposed_ns", "hidden_ratio"]
    return markdown.table(tables["overlap"], columns, rows=shown)


def _clocks(tables: Mapping[str, Result]) -> str:
    """Return the table of clocks, with one row per file. All ranks in a file share its clock."""
    files = {row["file"]: row for row in reversed(tables["rank_clock"].records())}
    rows = sorted(files.values(), key=lambda row: row["rank"])
    columns = ["file", "method", "offset_ns", "drift_ppm", "residual_ns", "matched_count", "utc_offset_ns"]
    return markdown.table(tables["rank_clock"], columns, rows=rows[:_FEW], exact=True)


def _aligned(aligned: int, clocks: Sequence[Mapping[str, Any]]) -> str:
    if aligned == len(clocks):
        residuals = [row["residual_ns"] for row in clocks if row["residual_ns"]]
        within = f", to within {duration(max(residuals))}" if residuals else ""
        return f"All ranks share one clock{within}."
    return f"Not aligned: {len(clocks) - aligned} of {len(clocks)} ranks are not on the common clock."


def _clock_words(clocks: Sequence[Mapping[str, Any]]) -> str:
    if all(row["method"] == "one file" for row in clocks):
        return "All ranks come from one file and share its clock."
    return (
        "Collectives end on all ranks at the same time. Their end times therefore give each file's clock offset and "
        "drift relative to the first file. 95 % of the end times agree to within the residual."
    )


def _nobody(clocks: Sequence[Mapping[str, Any]]) -> str:
    if not all(row["is_aligned"] for row in clocks):
        return (
            "Late ranks are unknown. They can be found only if the traces share collectives, which align their clocks."
        )
    return "No rank is late: arrival times differ by no more than usual, or no collectives were matched."
