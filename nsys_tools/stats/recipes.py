"""The recipes of ``nsys recipe``: names, options, and tables.

A recipe is the documented query ``queries/recipe/<recipe>.sql``. Facts in its header contain NVIDIA's column headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nsys_tools.errors import UsageError
from nsys_tools.session.catalogue import find

if TYPE_CHECKING:
    import polars as pl

Ask = Callable[[str], "pl.DataFrame"]
"""Returns the rows of a query over all files."""

_TIME = ("start", "end")
_WINDOW = (*_TIME, "nvtx", "rows")
_PACES = ("start", "end", "duration", "delta", "duration_accum", "delta_accum")
_APPROXIMATE = ("Std", "Q1", "Median", "Q3")


@dataclass(frozen=True)
class Recipe:
    """One recipe.

    Attributes
    ----------
    name
        NVIDIA's name, which is also the name of the query in ``queries/recipe/``.
    title
        Title of the recipe's page.
    kind
        ``sum`` (statistics like those of ``nsys stats``), ``ranges`` (statistics of ranges by name), ``pace``,
        ``map``, ``trace`` or ``rule``.
    data
        The data that the recipe uses, for messages.
    options
        The options, with NVIDIA's spelling.
    """

    name: str
    title: str
    kind: str
    data: str
    options: tuple[str, ...] = _TIME

    @property
    def query(self) -> str:
        """The documented query that the recipe runs."""
        return f"recipe_{self.name}"

    @property
    def has_bins(self) -> bool:
        """Whether the recipe divides the time range of all files into bins."""
        return self.kind == "map"


RECIPES: tuple[Recipe, ...] = (
    Recipe("cuda_api_sum", "CUDA API Summary", "sum", "CUDA API calls"),
    Recipe("cuda_api_sync", "CUDA Synchronization APIs", "rule", "synchronization calls", _WINDOW),
    Recipe("cuda_gpu_kern_pace", "CUDA GPU Kernel Pacing", "pace", "kernels", ("name", *_TIME)),
    Recipe("cuda_gpu_kern_sum", "CUDA GPU Kernel Summary", "sum", "kernels", (*_TIME, "base", "mangled")),
    Recipe("cuda_gpu_mem_size_sum", "CUDA GPU MemOps Summary (by Size)", "sum", "copies and memsets"),
    Recipe("cuda_gpu_mem_time_sum", "CUDA GPU MemOps Summary (by Time)", "sum", "copies and memsets"),
    Recipe("cuda_gpu_time_util_map", "CUDA GPU Time Utilization Heatmap", "map", "kernels",
           (*_TIME, "bins", "cumulative")),
    Recipe("cuda_memcpy_async", "CUDA Async Memcpy with Pageable Memory", "rule",
           "asynchronous copies to or from pageable memory", _WINDOW),
    Recipe("cuda_memcpy_sync", "CUDA Synchronous Memcpy", "rule", "synchronous copies", _WINDOW),
    Recipe("cuda_memset_sync", "CUDA Synchronous Memset", "rule",
           "synchronous memsets of pinned or managed memory", _WINDOW),
    Recipe("gpu_gaps", "GPU Gaps", "rule", "gaps of this length", (*_WINDOW, "gap")),
    Recipe("gpu_time_util", "GPU Time Utilization", "rule", "parts below the threshold",
           (*_WINDOW, "threshold", "chunks")),
    Recipe("mpi_sum", "MPI Summary", "ranges", "MPI calls"),
    Recipe("nccl_gpu_proj_sum", "NCCL GPU Projection Summary", "ranges", "NCCL ranges with GPU operations"),
    Recipe("nccl_gpu_time_util_map", "NCCL GPU Time Utilization Heatmap", "map", "NCCL ranges with kernels",
           (*_TIME, "bins", "cumulative")),
    Recipe("nccl_sum", "NCCL Summary", "ranges", "NCCL ranges"),
    Recipe("nvtx_gpu_proj_pace", "NVTX GPU Projection Pacing", "pace", "NVTX ranges with GPU operations",
           ("name", *_TIME)),
    Recipe("nvtx_gpu_proj_sum", "NVTX GPU Projection Summary", "ranges", "NVTX ranges with GPU operations"),
    Recipe("nvtx_gpu_proj_trace", "NVTX GPU Projection Trace", "trace", "NVTX ranges with GPU operations", ()),
    Recipe("nvtx_pace", "NVTX Pacing", "pace", "NVTX ranges", ("name", *_TIME)),
    Recipe("nvtx_sum", "NVTX Range Summary", "ranges", "NVTX ranges"),
    Recipe("osrt_sum", "OS Runtime Summary", "sum", "OS runtime calls"),
)  # fmt: skip
"""Every recipe, by name."""


def named(name: str) -> Recipe:
    """Return the recipe with the given name.

    Raises
    ------
    UsageError
        If the recipe does not exist.
    """
    found = next((one for one in RECIPES if one.name == name), None)
    if found is None:
        from difflib import get_close_matches  # noqa: PLC0415

        near = get_close_matches(name, [one.name for one in RECIPES], n=3)
        hint = f"Did you mean: {', '.join(near)}?" if near else "Run `nsys-tools recipe --help-recipes` for a list."
        raise UsageError(f"There is no recipe {name!r}.", hint)
    return found


def settings(recipe: Recipe, options: Mapping[str, object]) -> dict[str, str]:
    """Return the options of a recipe as the settings that its queries read.

    Parameters
    ----------
    recipe
        The recipe.
    options
        The options by name. None, False and an empty string are treated as not given.

    Raises
    ------
    UsageError
        If the recipe does not accept an option, a required option is missing, or two options are mutually exclusive.
    """
    given = {name: value for name, value in options.items() if value is not None and value is not False and value != ""}
    for name in given:
        if name not in recipe.options:
            takes = ", ".join(f"--{one}" for one in recipe.options) or "none"
            raise UsageError(f"{recipe.name} does not take --{name}.", f"Valid options: {takes}.")
    if "name" in recipe.options and "name" not in given:
        raise UsageError(
            f"{recipe.name} requires --name.", "Specify the name of the kernel or range that marks an iteration."
        )
    if {"base", "mangled"} <= given.keys():
        raise UsageError("--base and --mangled are mutually exclusive.", "Use only one of them.")
    for name, least, most in (("bins", 1, 100_000), ("chunks", 1, 1000)):
        if name in given and not least <= int(str(given[name])) <= most:
            raise UsageError(f"--{name} is {given[name]}.", f"Use a value between {least:,} and {most:,}.")
    if "start" in given and "end" in given and int(str(given["start"])) > int(str(given["end"])):
        raise UsageError("--start is after --end.")
    names = {name: "kernel_name" if name in {"base", "mangled"} else name for name in given}
    return {names[name]: name if names[name] != name else str(value) for name, value in given.items()}


def tables(recipe: Recipe, found: pl.DataFrame, ask: Ask) -> dict[str, pl.DataFrame]:
    """Return the tables of a recipe, by NVIDIA's file names.

    Parameters
    ----------
    recipe
        The recipe.
    found
        The rows of the recipe's query. There must be at least one row.
    ask
        Function that returns the rows of a query.
    """
    if recipe.kind == "pace":
        return _of_pace(recipe, found, ask)
    if recipe.kind in {"sum", "ranges"}:
        return _of_sum(recipe, found)
    return {"trace" if recipe.kind == "trace" else "analysis": headed(recipe, found)}


def headed(recipe: Recipe, found: pl.DataFrame, *without: str) -> pl.DataFrame:
    """Return NVIDIA's columns with NVIDIA's headers. The file is the last column."""
    facts = [fact.split(" = ", 1) for fact in find(recipe.query).facts["nsys"]]
    heads = {name: head for name, head in facts if name in found.columns and head not in without}
    last: dict[str, str] = {name: heads.pop(name) for name in ("place", "file") if name in heads}
    return found.select(*heads, *last).rename({**heads, **last})


def _of_sum(recipe: Recipe, found: pl.DataFrame) -> dict[str, pl.DataFrame]:
    import polars as pl  # noqa: PLC0415

    over_all = found.filter(pl.col("file_number").is_null())
    by_file = found.filter(pl.col("file_number").is_not_null())
    whole = _rounded(headed(recipe, over_all, "File", "Rank"))
    if recipe.kind == "sum":
        ranks = headed(recipe, by_file, "Min File", "Max File")
        return {"all_stats": whole, "rank_stats": ranks if recipe.name == "cuda_gpu_mem_size_sum" else _rounded(ranks)}
    approximate = {name: f"{name} (approx)" for name in _APPROXIMATE}  # NVIDIA's names, but exact
    return {"files": _files(by_file), "all_stats": whole.rename(approximate), "rank_stats": headed(recipe, by_file)}


def _of_pace(recipe: Recipe, found: pl.DataFrame, ask: Ask) -> dict[str, pl.DataFrame]:
    import polars as pl  # noqa: PLC0415

    summed = ask(f"recipe__{recipe.name}_sum")
    statistics = named("nvtx_sum")
    head = "Shortname" if recipe.name == "cuda_gpu_kern_pace" else "Text"
    over_all = _rounded(headed(statistics, summed)).rename({name: f"{name} (approx)" for name in _APPROXIMATE})
    wide = {
        f"pace_{what}": found.pivot(on="place", index="iteration", values=f"{what}_ns", sort_columns=False)
        .sort("iteration")
        .drop("iteration")
        for what in _PACES
    }
    deltas = headed(statistics, ask(f"recipe__{recipe.name}_delta")).cast(pl.Float64)
    return {"files": _files(found), "stats": over_all.rename({"Text": head}), **wide, "pace_delta_stats": deltas}


def _files(found: pl.DataFrame) -> pl.DataFrame:
    return found.unique("file_number", maintain_order=True).select(File="file")


def _rounded(table: pl.DataFrame) -> pl.DataFrame:
    import polars.selectors as cs  # noqa: PLC0415

    return table.with_columns(cs.float().round(1))
