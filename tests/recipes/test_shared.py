"""Recipes on real traces compared with NVIDIA's results, and exact figures compared with the rows of the traces."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import nsys_tools as nt
from tests.conftest import SHARED
from tests.recipes.answers import APPROXIMATE, Row, as_rows, differing, read, same

TRACES = [SHARED / "traces" / f"{name}.sqlite" for name in (
    "power_iteration", "transformer_fwd", "two_gpu_after", "two_gpu_before")]  # fmt: skip
ANSWERS = SHARED / "traces" / "nsys-recipes"
# NVIDIA's results leave out files that lack one of the GPU operation tables, or that the run had not exported yet.
LEFT_OUT = {
    "nvtx_gpu_proj_sum": {"power_iteration", "transformer_fwd"},
    "cuda_api_sync": {"two_gpu_after", "two_gpu_before"},
    "cuda_memcpy_async": {"two_gpu_after", "two_gpu_before"},
}
RECIPES = (
    "cuda_api_sum", "cuda_api_sync", "cuda_gpu_kern_pace", "cuda_gpu_kern_sum", "cuda_gpu_mem_size_sum",
    "cuda_gpu_mem_time_sum", "cuda_gpu_time_util_map", "cuda_memcpy_async", "nvtx_gpu_proj_sum",
    "nvtx_gpu_proj_trace", "nvtx_sum", "osrt_sum",
)  # fmt: skip
pytestmark = [
    pytest.mark.large,
    pytest.mark.skipif(not ANSWERS.is_dir(), reason="../shared/traces/nsys-recipes is not here"),
]


@pytest.fixture(scope="module", params=RECIPES)
def answered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> nt.RecipeRun:
    """Return each recipe over the files in NVIDIA's result."""
    options: dict[str, Any] = {"name": "flash_fwd_kernel"} if request.param.endswith("pace") else {}
    files = [path for path in TRACES if path.stem not in LEFT_OUT.get(request.param, set())]
    return nt.recipe(request.param, files, tmp_path_factory.mktemp("out") / "out", cache=False, **options)


def test_as_nvidias(answered: nt.RecipeRun) -> None:
    goldens = sorted((ANSWERS / answered.name).glob("*.csv.gz"))
    assert goldens
    for golden in goldens:
        columns, rows = read(golden)
        name = golden.name.removesuffix(".csv.gz")
        without = APPROXIMATE if name in {"all_stats", "stats"} else set()
        assert not differing(answered.tables[name], columns, rows, without=without)


def _memory(what: str) -> list[str]:
    return [
        f"SELECT '[CUDA memset]', {what} FROM CUPTI_ACTIVITY_KIND_MEMSET",
        f"SELECT '[CUDA memcpy ' || k.label || ']', {what} FROM CUPTI_ACTIVITY_KIND_MEMCPY "
        "JOIN ENUM_CUDA_MEMCPY_OPER k ON k.id = copyKind",
    ]


def _values(recipe: str) -> dict[str, list[int]]:
    """Return all durations or sizes by name, from the rows of the traces."""
    found: dict[str, list[int]] = defaultdict(list)
    runtime, kernel = "CUPTI_ACTIVITY_KIND_RUNTIME", "CUPTI_ACTIVITY_KIND_KERNEL"
    queries = {
        "cuda_api_sum": [f'SELECT s.value, "end" - start FROM {runtime} JOIN StringIds s ON s.id = nameId'],
        "osrt_sum": ['SELECT s.value, "end" - start FROM OSRT_API JOIN StringIds s ON s.id = nameId '
                     "WHERE eventClass = 27"],
        "cuda_gpu_kern_sum": [f'SELECT s.value, "end" - start FROM {kernel} JOIN StringIds s ON s.id = demangledName'],
        "nvtx_sum": ["""SELECT coalesce(s.value, text), "end" - start FROM NVTX_EVENTS LEFT JOIN StringIds s ON
                     s.id = textId WHERE "end" > start AND coalesce(s.value, text) IS NOT NULL"""],
        "cuda_gpu_mem_time_sum": _memory('"end" - start'),
        "cuda_gpu_mem_size_sum": _memory("bytes"),
    }  # fmt: skip
    for path in TRACES:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
            for query in queries[recipe]:
                if re.search(r"FROM (\w+)", query)[1] not in tables:  # type: ignore[index]
                    continue
                for name, value in database.execute(query):
                    found[re.sub(r"_v\d{4}$", "", name) if recipe == "cuda_api_sum" else name].append(value)
    return found


def _quarters(values: list[int], *, interpolated: bool) -> list[float]:
    ordered, found = sorted(values), []
    for quarter in (1, 2, 3):
        if interpolated:
            low, rest = divmod((len(ordered) - 1) * quarter, 4)
            above = ordered[min(low + 1, len(ordered) - 1)]
            found.append(ordered[low] + (above - ordered[low]) * rest / 4)
        else:
            low, rest = divmod(len(ordered) * quarter, 4)
            found.append(ordered[low] if rest else (ordered[low - 1] + ordered[low]) / 2)
    return found


def _deviation(values: list[int]) -> float | None:
    mean = sum(values) / len(values)
    return (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5 if len(values) > 1 else None


@pytest.mark.parametrize(
    "recipe", ["cuda_api_sum", "cuda_gpu_kern_sum", "cuda_gpu_mem_size_sum", "cuda_gpu_mem_time_sum", "nvtx_sum",
               "osrt_sum"])  # fmt: skip
def test_figures_over_all_files_are_exact(recipe: str, tmp_path: Path) -> None:
    ours = nt.recipe(recipe, TRACES, tmp_path / "out", cache=False).tables["all_stats"]
    values = _values(recipe)
    ranges = recipe == "nvtx_sum"
    heads = ("Q1 (approx)", "Median (approx)", "Q3 (approx)") if ranges else ("Q1", "Med", "Q3")
    rows = as_rows(ours)
    assert {row[ours.columns[0]] for row in rows} == values.keys()
    for row in rows:
        mine = values[row[ours.columns[0]]]
        for head, exact in zip(heads, _quarters(mine, interpolated=ranges), strict=True):
            assert same(row[head], str(round(exact, 1))), (row, head, exact)
        deviation = _deviation(mine)
        shown = row["Std (approx)" if ranges else "StdDev"]
        if deviation is not None:
            assert float(shown) == pytest.approx(deviation, abs=0.06, rel=1e-9)
        else:
            assert shown in {"", "0.0"}


@pytest.mark.parametrize("rule", ["cuda_api_sync", "cuda_memcpy_async", "cuda_memcpy_sync", "cuda_memset_sync",
                                  "gpu_gaps", "gpu_time_util"])  # fmt: skip
def test_rules_as_nsys_analyze(rule: str, shared_trace: Path, tmp_path: Path) -> None:
    """``nsys analyze`` prints at most 50 rows; if it refuses an old export, any answer is accepted."""
    folder = SHARED / "traces" / "nsys-rules" / shared_trace.stem
    found = nt.recipe(rule, shared_trace, tmp_path / "out", cache=False, rows=50)
    golden = folder / f"{rule}.csv"
    if golden.is_file():
        columns, rows = read(golden)
        plain = [name for name in columns if not name.startswith("_")]
        heads = {name: name.partition(":")[0] for name in plain}
        theirs: list[Row] = [{heads[name]: row[name] for name in plain} for row in rows]
        assert not differing(found.tables["analysis"].drop("File"), list(heads.values()), theirs)
    elif "no problems" in (folder / f"{rule}.none").read_text(encoding="utf-8").lower():
        assert found.page is None


def test_projection_counts_files_that_nvidias_leaves_out(tmp_path: Path) -> None:
    found = nt.recipe("nvtx_gpu_proj_sum", TRACES, tmp_path / "out", cache=False)
    files = found.tables["rank_stats"].group_by("File", maintain_order=True).agg(pl.len())
    assert files["File"].to_list() == [path.stem for path in TRACES]
