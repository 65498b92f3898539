"""The command: files, rejected input, exit codes; query headers; and results that only brute force can check."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import nsys_tools as nt
from nsys_tools.api.jobs import open_job
from nsys_tools.session import catalogue
from nsys_tools.stats.recipes import RECIPES
from nsys_tools.synthetic.builder import TraceBuilder, thread_key
from tests.commands import Done
from tests.commands import run as run_in
from tests.recipes.traces import build
from tests.report.test_report import assert_offline


def run(*arguments: object) -> Done:
    return run_in("recipe", *map(str, arguments), "--workers", "1", cwd=Path(__file__).parent)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the generated traces."""
    return build(tmp_path_factory.mktemp("traces"))


def test_headers_are_what_the_queries_return(traces: list[Path]) -> None:
    public = [query for query in catalogue.queries().values() if query.area == "recipe" and not query.private]
    assert {query.name for query in public} == {recipe.query for recipe in RECIPES}
    with open_job(traces[:1], by_process=False, cache=False, settings={"name": "step"}) as job:
        for query in public:
            assert query.summary.startswith("One row")
            described = job.sql(f"SELECT column_name, column_type FROM (DESCRIBE {query.name})").rows()
            assert described == [(column.name, column.type) for column in query.columns], query.name
            heads = {fact.split(" = ")[0] for fact in query.facts["nsys"]}
            assert heads <= {column.name for column in query.columns}


def _bins_by_hand(traces: list[Path], count: int, *, nccl: bool) -> dict[tuple[str, int, int], float]:
    """Return percentages by file, GPU and bin: the summed overlap of each kernel with each bin."""
    sessions, kernels = {}, {}
    for path in traces:
        with closing(sqlite3.connect(path)) as database:
            ((utc,),) = database.execute("SELECT utcEpochNs FROM TARGET_INFO_SESSION_START_TIME")
            ((duration,),) = database.execute("SELECT duration FROM ANALYSIS_DETAILS")
            sessions[path.stem] = (utc, duration)
            kernels[path.stem] = database.execute(
                'SELECT start, "end", deviceId FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN StringIds ON id = demangledName '
                f"WHERE (value LIKE 'nccl%') >= {int(nccl)}"
            ).fetchall()
    first = min(utc for utc, _ in sessions.values())
    width = -(-max(utc - first + duration for utc, duration in sessions.values()) // count)
    found = {}
    for name, (utc, duration) in sessions.items():
        begin, finish = utc - first, utc - first + duration
        for gpu in {kernel[2] for kernel in kernels[name]}:
            for n in range(count):
                low, high = max(n * width, begin), min((n + 1) * width, finish)
                if high > low:
                    running = sum(
                        max(min(end + begin, (n + 1) * width) - max(start + begin, n * width), 0)
                        for start, end, device in kernels[name] if device == gpu
                    )  # fmt: skip
                    found[name, gpu, n * width] = 100 * running / (high - low)
    return found


@pytest.mark.parametrize(
    ("recipe", "column"), [("cuda_gpu_time_util_map", "Kernel"), ("nccl_gpu_time_util_map", "NCCL")]
)
def test_cumulative_utilization_is_that_by_hand(
    recipe: str, column: str, traces: list[Path], tmp_path: Path
) -> None:  # fmt: skip
    found = nt.recipe(recipe, traces, tmp_path / "out", cache=False, bins=97, cumulative=True).tables["analysis"]
    ours = {
        (row["File"], row["Device ID"], row["Duration"]): row[column]
        for row in found.to_dicts() if row[column] is not None
    }  # fmt: skip
    by_hand = _bins_by_hand(traces, 97, nccl=column == "NCCL")
    files = set(found["File"])
    assert files == ({path.stem for path in traces} if column == "Kernel" else {"rank0", "rank1", "rank2"})
    for key, value in by_hand.items():
        assert ours[key] == pytest.approx(value, abs=0.051), key
    assert max(by_hand.values()) > 1


def test_files_are_numbered_as_people_count(traces: list[Path], tmp_path: Path) -> None:
    for number in (10, 2):
        (tmp_path / f"rank{number}.sqlite").write_bytes(traces[1].read_bytes())
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.sqlite").write_bytes(traces[1].read_bytes())
    inputs = [tmp_path, tmp_path / "a", tmp_path / "b"]
    found = nt.recipe("nvtx_sum", inputs, tmp_path / "out", cache=False, workers=1).tables
    assert found["files"]["File"].to_list() == ["same (0)", "same (1)", "rank2", "rank10"]
    assert found["rank_stats"].unique(["Rank", "File"], maintain_order=True)["Rank"].to_list() == [0, 1, 2, 3]


def test_the_folder(traces: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("cuda_gpu_kern_sum", *traces, "--output", out, "--base")
    assert (done.returncode, done.stdout) == (0, f"{out}/recipe.html\n")
    names = {f"{name}.{ending}" for name in ("all_stats", "rank_stats") for ending in ("csv", "parquet")}
    assert {path.name for path in out.iterdir()} == {*names, "recipe.html", "manifest.json"}
    assert pl.read_parquet(out / "all_stats.parquet").equals(pl.read_csv(out / "all_stats.csv"))
    page = (out / "recipe.html").read_text(encoding="utf-8")
    assert_offline(page)
    assert "http" not in page.replace("http-equiv", "").partition("<main>")[2].replace("https://", "")
    assert page.count("<img") == 1
    assert "--base" in page
    assert run("cuda_gpu_kern_sum", *traces, "--output", out).returncode == 1
    assert run("cuda_gpu_kern_sum", *traces, "--output", out, "--force-overwrite").returncode == 0


@pytest.mark.large
def test_every_recipe_has_a_page_with_a_picture(traces: list[Path], tmp_path: Path) -> None:
    for recipe in RECIPES:
        options: dict[str, Any] = (
            {"name": "gemm" if "kern" in recipe.name else "step"} if "name" in recipe.options else {}
        )
        found = nt.recipe(recipe.name, traces, tmp_path / recipe.name, cache=False, workers=1, **options)
        assert found.page is not None
        assert "data:image/svg+xml" in found.page.read_text(encoding="utf-8"), recipe.name
        for name, table in found.tables.items():
            assert len(table) > 0, (recipe.name, name)


def test_no_data_is_said_and_nothing_is_written(traces: list[Path], tmp_path: Path) -> None:
    done = run("cuda_gpu_kern_pace", *traces, "--output", tmp_path / "out", "--name", "nothing")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No output: the 4 traces have no kernels 'nothing'.")
    done = run("gpu_gaps", traces[0], "--output", tmp_path / "out", "--gap", "1000")
    assert done.stderr == "No output: idle.sqlite has no gaps of this length.\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cuda_gpu_kern_sums"], "There is no recipe 'cuda_gpu_kern_sums'"),
        (["cuda_api_sum", "--bins", "3"], "cuda_api_sum does not take --bins"),
        (["nvtx_pace"], "nvtx_pace requires --name"),
        (["cuda_gpu_kern_sum", "--base", "--mangled"], "are mutually exclusive"),
        (["cuda_gpu_time_util_map", "--bins", "0"], "--bins is 0"),
        (["gpu_time_util", "--chunks", "1001"], "--chunks is 1001"),
        (["osrt_sum", "--start", "5", "--end", "4"], "--start is after --end"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, traces: list[Path], tmp_path: Path) -> None:
    done = run(arguments[0], traces[0], "--output", tmp_path / "out", *arguments[1:])
    assert done.returncode == 2
    assert said in done.stderr


def test_no_output_in_an_input(traces: list[Path]) -> None:
    done = run("cuda_api_sum", *traces, "--output", traces[0])
    assert done.returncode == 1
    assert "contains it or is inside it" in done.stderr


def test_a_broken_trace(traces: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "rank9.sqlite"
    broken.write_bytes(traces[1].read_bytes()[:5_000])
    done = run("cuda_gpu_time_util_map", *traces, broken, "--output", tmp_path / "out")
    assert done.returncode == 1
    assert "--skip-broken" in done.stderr
    done = run("cuda_gpu_time_util_map", *traces, broken, "--output", tmp_path / "out", "--skip-broken")
    assert done.returncode == 0
    assert "Skipped: " in done.stderr
    assert "rank9" in done.stderr


def test_recipes_are_listed() -> None:
    done = run_in("recipe", "--help-recipes", cwd=Path(__file__).parent)
    assert done.returncode == 0
    assert [line.split(" -- ")[0] for line in done.stdout.splitlines() if " -- " in line] == [r.name for r in RECIPES]
    assert len(nt.recipes()) == len(RECIPES) == 22


@pytest.mark.parametrize("name", ["recipe_sum", "recipe_pace", "recipe_map", "recipe_span"])
def test_charts_are_valid_for_few_and_many_files(name: str) -> None:
    for count in (1, 90):
        files = [f"rank{n}" for n in range(count) for _ in range(3)]
        numbers = list(range(3)) * count
        frames: dict[str, dict[str, Any]] = {
            "recipe_sum": {"name": [f"k{n}" for n in numbers], "value": numbers, "unit": "ms"},
            "recipe_pace": {"iteration": numbers, "duration_ns": numbers, "delta_ns": numbers},
            "recipe_map": {
                "pid": 1, "device_id": 0, "bin_start_ns": numbers, "kernel_percent": [None, 0.0, 120.0] * count
            },
            "recipe_span": {"name": [f"k{n}" for n in numbers], "start_ns": numbers, "duration_ns": 2},
        }  # fmt: skip
        frame = pl.DataFrame({"file": files, **frames[name]})
        module = import_module(f"nsys_tools.charts.{name}")
        assert module.chart({name: frame}).to_dict()  # altair validates it against its schema
        assert module.chart({name: frame.clear()}) is None


def test_names_of_a_trace_are_data(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>|`*\x1b[31m\u202e"
    with TraceBuilder(tmp_path / "<b>.sqlite") as builder:
        builder.range(thread_key(1, 1), name, 10, 20)
        builder.range(thread_key(1, 1), None, 30, 40)
    found = nt.recipe("nvtx_sum", tmp_path / "<b>.sqlite", tmp_path / "out", cache=False, workers=1)
    assert found.tables["all_stats"]["Text"].to_list() == [name]
    assert found.page is not None
    page = found.page.read_text(encoding="utf-8")
    assert_offline(page)
    assert "<b>" not in page.partition("<main>")[2]
    assert "\x1b" not in page
