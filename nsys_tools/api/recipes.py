"""List the recipes of ``nsys recipe``, and run them on the traces of many ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    import polars as pl

    from nsys_tools.stats.recipes import Recipe


@dataclass(frozen=True)
class RecipeRun:
    """The output of a recipe. Use `nsys_tools.recipe` to run one.

    Attributes
    ----------
    name
        The recipe.
    page
        The HTML page that was written; None if the traces had no data, in which case nothing was written.
    tables
        The written tables by name.
    notes
        Caveats, one sentence each.
    """

    name: str
    page: Path | None
    tables: dict[str, pl.DataFrame] = field(repr=False)
    notes: list[str]


@one_error
def recipes() -> Result:
    """Return the recipes, each with its name, its title and the options that it accepts."""
    from nsys_tools.stats.recipes import RECIPES  # noqa: PLC0415

    rows = [(one.name, one.title, " ".join(f"--{name}" for name in one.options)) for one in RECIPES]
    return Result(ListRows(("recipe", "title", "options"), rows), name="recipes")


@one_error
def recipe(
    recipe: str, inputs: str | Path | Sequence[str | Path], output: str | Path, *, workers: int = 0,
    scheduler: str = "", cache: bool = True, skip_broken: bool = False, force: bool = False,
    progress: Progress = silent, **options: Any,
) -> RecipeRun:  # fmt: skip
    """Run a recipe of ``nsys recipe`` on traces, one per rank, and write its tables and an HTML page.

    Parameters
    ----------
    recipe
        Name of the recipe. `recipes` lists the names.
    inputs
        Traces, folders of traces, or patterns. Each file is treated as a rank. Ranks are numbered in
        natural order of the file names.
    output
        The folder to create. It contains ``recipe.html`` and each table as Parquet and CSV.
    workers
        Number of processes that read traces; 0 for one process per core.
    scheduler
        Address of a Dask scheduler whose workers read the traces instead.
    cache
        Cache loaded tables in the user's cache folder.
    skip_broken
        Skip traces that cannot be read, instead of failing.
    force
        Replace an earlier folder.
    progress
        Called with a short description of the current step.
    **options
        Recipe options with NVIDIA's names: ``start``, ``end`` (ns), ``nvtx`` (``RANGE[@DOMAIN][/N]``), ``name``,
        ``base``, ``mangled``, ``bins``, ``cumulative``, ``rows``, ``gap`` (ms), ``threshold`` (%), ``chunks``.

    Returns
    -------
    RecipeRun
        Its ``page`` is None if the traces have no data for the recipe. Nothing is written in that case.

    Raises
    ------
    NsysToolsError
        If the recipe does not exist or does not accept an option, a trace cannot be read, or the folder exists.

    Notes
    -----
    Tables have the same columns as NVIDIA's recipes. Quartiles and standard deviations across several files are exact,
    whereas NVIDIA's recipes approximate them.
    """
    from nsys_tools.files import check_apart  # noqa: PLC0415
    from nsys_tools.ranks.files import traces  # noqa: PLC0415
    from nsys_tools.report.folder import check_target  # noqa: PLC0415
    from nsys_tools.report.recipe import Told, write  # noqa: PLC0415
    from nsys_tools.stats.recipes import named, settings  # noqa: PLC0415

    asked = named(recipe)
    given = settings(asked, options)
    paths = traces([inputs] if isinstance(inputs, str | Path) else inputs)
    target = Path(output)
    check_apart(target, paths)
    check_target(target, force=force)
    opening: dict[str, Any] = {
        "workers": workers, "scheduler": scheduler, "cache": cache, "progress": progress,
    }  # fmt: skip
    broken: list[str] = []
    if asked.has_bins:
        given |= _bins(paths, given, opening, broken, skip_broken=skip_broken)
    found, tables, notes = _tables(asked, paths, given, opening, broken, skip_broken=skip_broken)
    notes += [f"Skipped: {line}" for line in dict.fromkeys(broken)]
    if not tables:
        name = f" {given['name']!r}" if "name" in given else ""
        of = f"the {len(paths)} traces have" if len(paths) > 1 else f"{paths[0].name} has"
        return RecipeRun(asked.name, None, {}, [f"No output: {of} no {asked.data}{name}{_when(given)}.", *notes])
    page = write(Told(asked, found, tables, given, notes, len(paths)), target, force=force)
    return RecipeRun(asked.name, page, tables, notes)


def _when(given: dict[str, str]) -> str:
    return " in the selected time" if {"start", "end", "nvtx"} & given.keys() else ""


def _tables(
    asked: Recipe, paths: list[Path], given: dict[str, str], opening: dict[str, Any], broken: list[str],
    *, skip_broken: bool,
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame], list[str]]:  # fmt: skip
    """Return the rows of the recipe's query, its tables, and its notes."""
    from nsys_tools.api.jobs import open_job  # noqa: PLC0415
    from nsys_tools.stats.recipes import tables  # noqa: PLC0415

    with open_job(paths, by_process=False, settings=given, **opening) as job:
        found = job.query(asked.query).pl()
        _check(job.broken, broken, skip_broken=skip_broken)
        made = {} if found.is_empty() else tables(asked, found, lambda query: job.query(query).pl())
        told = [note for note in job.notes if "--rank-regex" not in note]  # files are numbered here
        return found, made, told


def _bins(
    paths: list[Path], given: dict[str, str], opening: dict[str, Any], broken: list[str], *, skip_broken: bool
) -> dict[str, str]:
    """Return the bin settings that all files share: the width of a bin, and the start of the first session."""
    from nsys_tools.api.jobs import open_job  # noqa: PLC0415

    with open_job(paths, by_process=False, **opening) as job:
        rows = job.query("recipe__session").records()
        _check(job.broken, broken, skip_broken=skip_broken)
    first = min((row["utc_ns"] for row in rows if row["utc_ns"] is not None), default=None)
    lasts = [row["duration_ns"] + (0 if row["utc_ns"] is None else row["utc_ns"] - first) for row in rows]
    width = math.ceil(max(lasts) / int(given.get("bins", 30)))
    return {"bin_ns": str(max(width, 1)), **({} if first is None else {"first_utc_ns": str(first)})}


def _check(broken: Sequence[str], told: list[str], *, skip_broken: bool) -> None:
    if broken and not skip_broken:
        raise NsysToolsError(broken[0].partition("\n")[0], "To skip traces that cannot be read, use --skip-broken.")
    told += [line.partition("\n")[0] for line in broken]
