"""Step times equal a brute force computation over intervals, to the nanosecond."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools import assets
from nsys_tools.session import catalogue
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.large import Shape, build_large
from tests.case import LAUNCH, PROCESS, SYNC, THREAD, answer, build, launch, text
from tests.conftest import SHARED
from tests.queries.steps_by_hand import StepsByHand, differences
from tests.torture import random_traces
from tests.torture.brute.trace import Trace


@pytest.mark.parametrize("seed", [3, 5, 36, 41])
def test_random_edges_equal_brute_force(tmp_path: Path, seed: int) -> None:
    """Times from 0 to 40, so that starts and ends coincide; ranges `step 0` and `step 1` nest, cross and stay open."""
    path = tmp_path / "t.sqlite"
    random_traces.write(path, seed)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE StringIds SET value = 'ncclDevKernel_g' WHERE value = 'g'")
        database.commit()
    assert differences(path, by_range=True) == []


def add_job(builder: TraceBuilder, dice: random.Random) -> None:
    """Add processes that share GPUs; each thread runs iterations of layers, some in an epoch, some around others."""
    for pid in range(1, dice.choice((1, 2, 3)) + 1):
        for tid in range(1, dice.choice((1, 2)) + 1):
            thread, at = thread_key(pid, tid), dice.randint(0, 300)
            for epoch in range(2):
                begin = at
                for number in range(dice.randint(1, 5)):
                    opened, at = at, at + 5
                    for layer in range(3):
                        is_step = layer == 2 and dice.random() < 0.3
                        builder.range(thread, f"step {layer}" if is_step else "layer", at, at + 60)
                        for _ in range(dice.randint(0, 3)):
                            add_work(builder, dice, pid, tid, at + dice.randint(0, 60))
                        at += 60 + dice.randint(0, 30)
                    is_cut = epoch == 1 and dice.random() < 0.1
                    builder.range(thread, f"iteration {number}", opened, None if is_cut else at)
                    at += dice.randint(0, 200)
                if dice.random() < 0.7:
                    builder.range(thread, f"epoch {epoch}", begin, at)


def add_work(builder: TraceBuilder, dice: random.Random, pid: int, tid: int, at: int) -> None:
    """Add an operation of any kind on one of two GPUs, with or without its call, and sometimes a synchronization."""
    process, thread = process_key(pid), thread_key(pid, tid)
    correlation = builder.correlation(process)
    if dice.random() < 0.9:
        builder.call(thread, LAUNCH, at, at + dice.randint(1, 40), correlation)
    start = at + dice.randint(0, 150)
    end, place = start + dice.randint(0, 80), {"device": dice.randint(0, 1), "stream": dice.randint(7, 9)}
    kind = dice.choice(("gemm", "gemm", "ncclDevKernel_AllReduce_Sum", "copy", "memset", "graph"))
    if kind == "copy":
        builder.copy(process, dice.choice((1, 2)), 8, start, end, correlation, **place)
    elif kind == "memset":
        builder.memset(process, 8, start, end, correlation, **place)
    elif kind == "graph":
        builder.graph_run(process, 3, start, end, correlation, **place)
    else:
        builder.kernel(process, kind, start, end, correlation, **place)
    if dice.random() < 0.3:
        builder.call(thread, SYNC, at, end + dice.randint(0, 20), builder.correlation(process))


@pytest.mark.parametrize("seed", range(4))
def test_random_jobs_equal_brute_force(tmp_path: Path, seed: int) -> None:
    path = build(tmp_path, lambda builder: add_job(builder, random.Random(seed)))
    assert differences(path, by_range=True) == []
    assert len(StepsByHand(Trace(path)).from_ranges()) > 2


@pytest.mark.parametrize("name", ["two_gpu_before", "two_gpu_after"])
def test_a_recorded_job_equals_brute_force(name: str) -> None:
    path = SHARED / "traces" / f"{name}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    assert differences(path, by_range=False) == []


def steps(builder: TraceBuilder) -> None:
    """Two iterations: compute that hides part of a collective, a synchronization, and a late second kernel."""
    for number, at in enumerate((0, 1000)):
        builder.range(THREAD, f"train_step_{number}", at, at + 900)
        launch(builder, at + 10, at + 100, at + 300)
        launch(builder, at + 20, at + 250, at + 400, name="ncclDevKernel_AllReduce_Sum")
        builder.call(THREAD, SYNC, at + 30, at + 410, builder.correlation(PROCESS))
        launch(builder, at + 420, at + 450, at + 500)
        launch(builder, at + 510, at + 530, at + 600 + number)


def test_budget(tmp_path: Path) -> None:
    columns = ("phase", "term", "part_of", "blocking_call", "step_count", "median_ns", "min_ns", "max_ns")
    assert answer(build(tmp_path, steps), "step_budget", *columns) == text(
        """
        phase,term,part_of,blocking_call,step_count,median_ns,min_ns,max_ns
        train,wall,,,2,750.5,501,1000
        train,busy,wall,,2,420.5,420,421
        train,compute_busy,busy,,2,320.5,320,321
        train,communication_busy,busy,,2,150.0,150,150
        train,exposed_communication,communication_busy,,2,100.0,100,100
        train,idle,wall,,2,330.0,80,580
        train,launch_bound,idle,,2,280.0,30,530
        train,synchronization,idle,,2,50.0,50,50
        train,synchronization,synchronization,cudaStreamSynchronize,2,50.0,50,50
        train,dependency,idle,,2,0.0,0,0
        train,rest,idle,,2,0.0,0,0
        """
    )


def test_edited_rules_of_kernels_change_what_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same file and other rules, the dependent results are recomputed."""
    path, rules = build(tmp_path, steps), tmp_path / "own" / "analytic" / "kernels" / "rules.csv"
    rules.parent.mkdir(parents=True)
    monkeypatch.setattr(assets, "_own_folders", [tmp_path / "own"])
    found = []
    for pattern in ("nccl", "nothing"):
        rules.write_text(f"class,expression,example,note\ncommunication,{pattern},,\n", encoding="utf-8")
        catalogue._queries.cache_clear()
        with open_trace(path) as trace:
            found.append(trace.sql("SELECT sum(communication_ns)::BIGINT FROM step").rows())
    assert found == [[(300,)], [(0,)]]


def test_kernels_that_do_not_run_in_each_step(tmp_path: Path) -> None:
    """A step without the kernel counts as 0, and the median of an even number of steps is between two of them."""

    def fill(builder: TraceBuilder) -> None:
        for number, runs in enumerate([["a", "b", "b"], ["a"], ["a", "b"], ["a"]]):
            at = 1000 * number
            builder.range(THREAD, f"step {number}", at, at + 900)
            for place, name in enumerate(runs):
                begin = at + 100 * place
                launch(builder, begin + 10, begin + 20, begin + 30 + number, name=name)

    columns = ("name", "step_count", "median_count", "median_ns", "min_ns", "max_ns", "sum_ns")
    assert answer(build(tmp_path, fill), "step_kernel", *columns) == text(
        """
        name,step_count,median_count,median_ns,min_ns,max_ns,sum_ns
        a,4,1.0,11.5,10,13,46
        b,4,0.5,6.0,0,20,32
        """
    )


def test_instances_of_a_stage_are_not_compared_in_pairs(tmp_path: Path) -> None:
    """2,000 instances in a trace with 20,000 ranges take 0.02 s of CPU time; comparing all pairs would take 1 s."""
    path = tmp_path / "t.sqlite"
    build_large(path, 100_000, Shape(ranks=8))
    with open_trace(path) as trace:
        trace.define("stage_pattern", [(0, "all", "[^/]*")])
        trace.query("range_summary").rows()
        trace.sql("SELECT count(*) FROM stage__named").rows()
        begin = time.process_time()
        assert trace.sql("SELECT count(*) FROM stage__range").rows() == [(2_000,)]
        assert time.process_time() - begin < 0.4


def test_a_step_in_which_nothing_lasts_is_none(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        for number, duration in enumerate((50, 0)):
            builder.range(THREAD, f"step {number}", 100 * number, 100 * number + 90)
            launch(builder, 100 * number + 10, 100 * number + 20, 100 * number + 20 + duration)

    assert answer(build(tmp_path, fill), "step_found", "found_by", "step_count", "cut_count") == text(
        """
        found_by,step_count,cut_count
        name: numbered,1,0
        """
    )
