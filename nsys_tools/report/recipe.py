"""Write the result of a recipe to a folder: tables in Parquet and CSV, and an HTML page with a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from nsys_tools import __version__, charts
from nsys_tools.files import write_parquet
from nsys_tools.report import markdown, page
from nsys_tools.report.folder import whole_folder
from nsys_tools.report.templates import asset, filled
from nsys_tools.session.catalogue import find
from nsys_tools.session.result import Result
from nsys_tools.session.rows import FrameRows

if TYPE_CHECKING:
    from nsys_tools.stats.recipes import Recipe

PAGE = "recipe.html"
_TOP, _MOST = 30, 128
_UNNAMED = "(no name)"
_CHARTS = {
    "sum": "recipe_sum", "ranges": "recipe_sum", "pace": "recipe_pace", "map": "recipe_map", "trace": "recipe_span",
    "rule": "recipe_span",
}  # fmt: skip
_HIDDEN = {
    "file_number", "place", "bin_start_ns", "min_files", "max_files", "range_id", "parent_id", "stack", "number",
    "green_context_id", "context_id", "stream_id", "start_ns", "end_ns", "duration_accum_ns", "delta_accum_ns",
    "projected_ns",
}  # fmt: skip
_INSTANCE = r",\s*(seq|op_id|sizes|input_op_ids)\s*=.*$"
"""Suffixes that PyTorch adds to range names and that differ between instances; charts combine these instances."""


@dataclass(frozen=True)
class Told:
    """The result of a recipe.

    Attributes
    ----------
    recipe
        The recipe.
    found
        The rows of its query.
    tables
        The tables of the recipe, with NVIDIA's table and column names.
    given
        The options, as settings for the queries.
    notes
        Caveats, one sentence each.
    file_count
        Number of traces read.
    """

    recipe: Recipe
    found: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    given: Mapping[str, str]
    notes: Sequence[str]
    file_count: int


def write(told: Told, target: Path, *, force: bool) -> Path:
    """Write the folder atomically; return the path of the HTML page."""
    drawn = charts.draw_frames([_CHARTS[told.recipe.kind]], _frames(told))
    with whole_folder(target, force=force) as folder:
        for name, table in told.tables.items():
            write_parquet(table, folder / f"{name}.parquet")
            table.write_csv(folder / f"{name}.csv")
        title = f"{told.recipe.title} - nsys-tools recipe"
        text = page.render(_text(told, drawn), title, drawn, asset("report.css"))
        (folder / PAGE).write_text(text, encoding="utf-8")
    return target / PAGE


def _text(told: Told, drawn: Mapping[str, bytes]) -> str:
    recipe = told.recipe
    names = [
        column.name for column in find(recipe.query).columns
        if column.name not in _HIDDEN and column.name in told.found.columns
    ]  # fmt: skip
    over_all = told.found.filter(pl.col("file_number").is_null())
    parts = {}
    if len(over_all):
        parts["Across all files"] = _table(recipe, over_all, [name for name in names if name != "file"], "all_stats")
    elif recipe.kind == "pace":
        parts["By file"] = _paces(told)
    elif recipe.kind == "map":
        parts["By file and GPU"] = _means(told)
    else:
        listed = told.found.sort(_length(told), descending=recipe.name != "gpu_time_util", maintain_order=True)
        parts["Rows"] = _table(recipe, listed, names, next(iter(told.tables)))
    return filled(
        "recipe.md", recipe=recipe, told=told, parts=parts, charts=drawn, version=__version__,
        options={name: value for name, value in told.given.items() if name not in {"bin_ns", "first_utc_ns"}},
        chart=next(iter(drawn), ""), files=_table_files(told),
    )  # fmt: skip


def _table_files(told: Told) -> str:
    return ", ".join(f"`{name}` ({len(table):,})" for name, table in told.tables.items())


def _length(told: Told) -> str:
    """Return the column that rows are ordered by: the duration or, for rules about low utilization, the utilization."""
    named = {"gpu_time_util": "used_percent", "nvtx_gpu_proj_trace": "projected_span_ns"}
    return named.get(told.recipe.name, "duration_ns")


def _table(recipe: Recipe, rows: pl.DataFrame, names: Sequence[str], file: str) -> str:
    ranges = recipe.kind == "ranges" and "sum_ns" in rows.columns
    shown = (rows.sort("sum_ns", descending=True, maintain_order=True) if ranges else rows).head(_TOP)
    source = Result(FrameRows(shown), name=file, documented=find(recipe.query).columns)
    cut = (
        f"\n\nThe {len(shown):,} largest of {len(rows):,} rows are shown. All rows are in `{file}.csv`."
        if len(rows) > _TOP
        else ""
    )
    return markdown.table(source, names, each=True) + cut


def _paces(told: Told) -> str:
    by_file = told.found.group_by("file", maintain_order=True).agg(
        iteration_count=pl.len(), sum_ns=pl.col("duration_ns").sum(), median_ns=pl.col("duration_ns").median(),
        max_ns=pl.col("duration_ns").max(), gap_ns=pl.col("delta_ns").filter(pl.col("iteration") > 0).median(),
    )  # fmt: skip
    rows = [["file", "iterations", "sum", "median", "longest", "median gap before"]]
    for row in by_file.to_dicts():
        times = [markdown.quantity(row[name], "ns") for name in ("sum_ns", "median_ns", "max_ns", "gap_ns")]
        rows.append([markdown.code(row["file"]), f"{row['iteration_count']:,}", *times])
    return _plain(rows, 1)


def _means(told: Told) -> str:
    kinds = [name for name in told.found.columns if name.endswith("_percent")]
    means = told.found.group_by("file", "pid", "device_id", maintain_order=True).agg(pl.col(kinds).mean())
    rows = [["file", "process", "GPU", *(f"mean {name.removesuffix('_percent')} (%)" for name in kinds)]]
    for row in means.to_dicts():
        figures = ["" if row[name] is None else f"{row[name]:.1f}" for name in kinds]
        rows.append([markdown.code(row["file"]), str(row["pid"]), str(row["device_id"]), *figures])
    return _plain(rows, 1)


def _plain(rows: Sequence[Sequence[str]], names: int) -> str:
    from tabulate import tabulate  # noqa: PLC0415

    alignment = ["left"] * names + ["right"] * (len(rows[0]) - names)
    shown = rows[1 : _MOST + 1]
    cut = f"\n\nThe first {len(shown):,} of {len(rows) - 1:,} rows are shown." if len(rows) - 1 > len(shown) else ""
    return tabulate(shown, headers=rows[0], tablefmt="pipe", colalign=alignment, disable_numparse=True) + cut


def _frames(told: Told) -> dict[str, pl.DataFrame]:
    """Return the data of the chart as DataFrames."""
    found, kind = told.found, told.recipe.kind
    if kind in {"sum", "ranges"}:
        value = next(name for name in ("sum_ns", "sum_bytes") if name in found.columns)
        name = "operation" if "operation" in found.columns else "name"
        scale, unit = (1e6, "sum of durations (ms)") if value == "sum_ns" else (1e6, "sum of sizes (MB)")
        by_file = found.filter(pl.col("file_number").is_not_null())
        label = pl.col(name).fill_null(_UNNAMED).str.replace(_INSTANCE, "").alias("name")
        return {"recipe_sum": by_file.select("file", label, value=pl.col(value) / scale, unit=pl.lit(unit))}
    if kind in {"pace", "map"}:
        return {f"recipe_{kind}": found}
    if kind == "trace":
        outermost = found.filter(pl.col("level") == 0)
        return {
            "recipe_span": outermost.select(
                "file",
                pl.col("name").fill_null(_UNNAMED).str.replace(_INSTANCE, ""),
                start_ns="projected_ns",
                duration_ns="projected_span_ns",
            )
        }
    if "name" in found.columns:
        return {"recipe_span": found.select("file", pl.col("name").fill_null(_UNNAMED), "start_ns", "duration_ns")}
    row = pl.format("{}, GPU {}", "file", "device_id").alias("file")
    return {"recipe_span": found.select(row, "start_ns", "duration_ns", name=pl.lit(told.recipe.title))}
