"""Reading several traces: files and patterns, workers, a cluster, caching, failures."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.ranks.files import traces
from nsys_tools.ranks.gathering import Gathering
from nsys_tools.ranks.scheduling import Schedule
from nsys_tools.ranks.work import Given, Reader
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.job import Job, JobPlan, build_job
from tests.case import launch
from tests.conftest import REPOSITORY
from tests.ranks import readers


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Four files of one rank each."""
    return build_job(tmp_path_factory.mktemp("four"), JobPlan(files=4, processes=1, steps=4))


@pytest.fixture
def gathering(four: Job, tmp_path: Path) -> Callable[..., Gathering]:
    def make(reader: Reader, workers: int = 2, cache: bool = False) -> Gathering:
        return Gathering(
            four.paths, reader, Given(cache=cache), Schedule(workers), True, tmp_path, progress=lambda _: None
        )

    return make


def test_paths_folders_and_patterns(tmp_path: Path) -> None:
    for name in ("rank10.sqlite", "rank2.sqlite", "rank[1].sqlite", "rank3.nsys-rep", "rank2.nsys-rep", "notes.txt"):
        (tmp_path / name).touch()
    names = ["rank2.sqlite", "rank3.nsys-rep", "rank10.sqlite", "rank[1].sqlite"]
    assert [path.name for path in traces([tmp_path])] == names
    assert [path.name for path in traces([str(tmp_path / "rank*.sqlite")])] == [names[0], names[2], names[3]]
    assert [path.name for path in traces([tmp_path / "rank[1].sqlite"])] == ["rank[1].sqlite"]  # a path, not a pattern
    with pytest.raises(NsysToolsError, match="is specified twice"):
        traces([tmp_path, tmp_path / "rank2.sqlite"])
    with pytest.raises(NsysToolsError, match="No trace was found"):
        traces([str(tmp_path / "gpu*.sqlite")])
    with pytest.raises(NsysToolsError, match="does not exist") as missing:
        traces([tmp_path / "gone.sqlite"])
    assert missing.value.hint == ""
    with pytest.raises(NsysToolsError) as missing:
        traces([tmp_path / "rank10.sqlit"])
    assert missing.value.hint.startswith(f"Did you mean {tmp_path / 'rank10.sqlite'}")
    with pytest.raises(NsysToolsError) as missing:
        traces([tmp_path / "gone" / "rank10.sqlite"])
    assert missing.value.hint == f"The folder {tmp_path / 'gone'} does not exist."
    with pytest.raises(NsysToolsError, match="No trace was specified"):
        nt.open([])


def test_workers_give_what_one_process_gives(four: Job) -> None:
    tables = []
    for workers in (1, 3):
        with nt.open([four.paths[0].parent], cache=False, workers=workers) as job:
            tables.append({name: table.rows() for name, table in job.analyze().tables.items()})
    assert tables[0] == tables[1]
    assert len(tables[0]["collective" if "collective" in tables[0] else "rank"]) == 4


def test_a_worker_that_is_killed_is_named_and_the_rest_is_right(gathering: Callable[..., Gathering], four: Job) -> None:
    found = gathering(readers.dying)
    found.ask(["kernel_summary"])
    assert [str(error) for error in found.broken.values()] == [
        f"{four.paths[1]}: the worker process reading this trace died (SIGKILL).\n"
        "  hint: Run the command again. Traces that were already read are cached. With fewer --workers, each worker "
        "has more memory."
    ]
    assert [one.path for one in found.sources] == [four.paths[0], *four.paths[2:]]
    assert [one.file_number for one in found.sources] == [0, 2, 3]
    assert all(file and file.stat().st_size for file in found.files("kernel_summary"))


def test_answers_are_kept(gathering: Callable[..., Gathering]) -> None:
    first = gathering(readers.read, cache=True)
    first.ask(["kernel_summary", "step"])
    again = gathering(readers.absent, workers=1, cache=True)
    again.ask(["step", "kernel_summary"])
    assert again.files("step") == first.files("step")
    assert again.broken == {}
    more = gathering(readers.absent, workers=1, cache=True)
    with pytest.raises(AssertionError, match="is read again"):
        more.ask(["gap_summary"])


def test_what_is_kept_belongs_to_the_steps_that_were_asked_for(four: Job) -> None:
    counts = []
    for steps in ("auto", "none"):
        with nt.open(list(four.paths), steps=steps, workers=1) as job:
            counts.append(len(job.query("step")))
    assert counts == [16, 0]


def test_a_broken_trace_is_named_and_left_out(four: Job, tmp_path: Path) -> None:
    for path in four.paths[:3]:
        shutil.copyfile(path, tmp_path / path.name)
    cut = tmp_path / four.paths[1].name
    cut.write_bytes(cut.read_bytes()[:5000])
    with nt.open([tmp_path], cache=False, workers=1) as job:
        assert job.ranks == [0, 2]
        assert len(job.broken) == 1
        assert "node_001.sqlite is truncated" in job.broken[0]
        analysis = job.analyze()
        assert analysis.broken == job.broken
        assert "**Not read:**" in analysis.write(tmp_path / "report", formats=["md"]).read_text(encoding="utf-8")
    cut.unlink()
    (tmp_path / four.paths[0].name).write_bytes(b"no trace")
    (tmp_path / four.paths[2].name).write_bytes(b"no trace")
    with nt.open([tmp_path], cache=False, workers=1) as job, pytest.raises(NsysToolsError, match=r"node_000\.sqlite"):
        job.query("kernel")


def test_what_needs_one_trace_says_so(four: Job) -> None:
    with pytest.raises(UsageError, match="model cannot be used with several traces"):
        nt.open(list(four.paths), model="deepseek-ocr")
    with nt.open(list(four.paths), cache=False, workers=1) as job:
        told = "roofline_stage requires model, which cannot be used with several traces"
        with pytest.raises(UsageError, match=told):
            job.query("roofline_stage")
        with pytest.raises(NsysToolsError, match="There is no query 'nothing'"):
            job.query("nothing")
    with nt.open(four.paths[0], cache=False) as one:
        for name in ("rank", "collective", "straggler", "link", "rank_summary", "rank_kernel"):
            with pytest.raises(NsysToolsError, match="requires the traces of several ranks"):
                one.query(name)


def test_sql_reads_queries_and_recorded_tables_of_all_ranks(four: Job) -> None:
    with nt.open(list(four.paths), cache=False, workers=1) as job:
        kernels = job.sql("SELECT rank, count(*) AS n FROM kernel GROUP BY rank ORDER BY rank").records()
        assert kernels == [{"rank": rank, "n": 4 * 8} for rank in range(4)]
        recorded = job.sql("SELECT rank, count(*) AS n FROM CUPTI_ACTIVITY_KIND_KERNEL GROUP BY rank ORDER BY rank")
        assert recorded.records() == kernels
        assert job.sql("SELECT count(*) AS n FROM kernel JOIN rank USING (rank) WHERE told_by = 'order'").one() == {
            "n": 0
        }
        with pytest.raises(NsysToolsError, match="There is no query or table 'nothing'"):
            job.sql("FROM nothing")
        assert job.query("kernel_summary", rank=2, top=1).one()["rank"] == 2
        assert job.query("kernel_summary").documented[0].name == "rank"


def test_processes_of_one_file_have_their_own_events_only(tmp_path: Path) -> None:
    job = build_job(tmp_path, JobPlan(files=1, processes=3, steps=4))
    with nt.open(list(job.paths), cache=False, workers=1) as found:
        recorded = found.sql("SELECT rank, count(*) AS n FROM CUPTI_ACTIVITY_KIND_KERNEL GROUP BY rank ORDER BY rank")
        assert recorded.records() == [{"rank": rank, "n": 32} for rank in range(3)]
        assert [row["operation_count"] for row in found.query("trace_summary")] == [32] * 3
        assert [row["pid"] for row in found.query("process")] == [4000, 4001, 4002]
        assert {row["method"] for row in found.query("rank_clock")} == {"one file"}


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (r"node_(\d+)(x)?", "must have exactly one group"), (r"(node", "missing \\)"),
        (r"gpu(\d+)", "does not match a number"),
        (r"node_(0)", "extracts rank 0 twice"),
    ],
)  # fmt: skip
def test_expressions_of_ranks(four: Job, expression: str, told: str) -> None:
    job = nt.open(list(four.paths), cache=False, workers=1, rank_regex=expression)
    with job, pytest.raises(NsysToolsError, match=told):
        _ = job.ranks


def test_a_script_without_a_guard_is_not_run_again_by_workers(four: Job, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nimport nsys_tools as nt\nprint('begin', flush=True)\n"
        "print(len(nt.open(sys.argv[1:], workers=2, cache=False).query('rank')))\n"
    )
    done = subprocess.run(
        [sys.executable, script, *four.paths], capture_output=True, text=True, check=True, cwd=REPOSITORY, timeout=120
    )
    assert done.stdout == "begin\n4\n"


def test_workers_end_with_the_one_who_asked(gathering: Callable[..., Gathering]) -> None:
    from nsys_tools.ranks.scheduling import running
    from nsys_tools.ranks.work import Task
    from nsys_tools.ranks.worker import Worker

    found = gathering(readers.slow)
    tasks = [Task(path, (), True, found.given) for path in found.paths]
    begin = time.monotonic()
    with suppress(KeyboardInterrupt), running(found.schedule, readers.slow, tasks):
        time.sleep(1.5)  # workers have started
        raise KeyboardInterrupt
    assert time.monotonic() - begin < 20
    worker = Worker(readers.slow)
    worker.stop()
    with pytest.raises(NsysToolsError, match="The worker was stopped"):
        worker.read(tasks[0])


@pytest.mark.large
def test_a_cluster_gives_the_same_bytes(four: Job, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    written = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        for number, scheduler in enumerate(("", cluster.scheduler_address)):
            with nt.open(list(four.paths), cache=False, workers=1, scheduler=scheduler) as job:
                target = tmp_path / str(number)
                job.analyze().write(target)
                assert job.broken == []
                written.append(
                    {path.relative_to(target): path.read_bytes() for path in target.rglob("*") if path.is_file()}
                )
    assert written[0].keys() == written[1].keys()
    assert written[0] == written[1]
    with (
        pytest.raises(NsysToolsError, match="cannot be reached"),
        nt.open(list(four.paths), cache=False, scheduler="tcp://127.0.0.1:1") as job,
    ):
        job.query("rank")


def test_the_environment_tells_the_rank_and_nothing_else_of_it_is_kept(tmp_path: Path, cache_folder: Path) -> None:
    for name, rank in (("a", 5), ("b", 2)):
        with TraceBuilder(tmp_path / f"{name}.sqlite") as builder:
            launch(builder, 10, 20, 30)
            for value in (f"RANK={rank}", "TOKEN=secret-42", "MY_RANK=7", "RANK=1; rm"):
                builder.add("META_DATA_CAPTURE", name="PROCESS_0:ENVIRONMENT_VARIABLE", value=value)
    with nt.open([tmp_path], workers=1) as job:
        assert job.ranks == [2, 5]
        assert {row["told_by"] for row in job.query("rank")} == {"environment"}
        assert job.query("rank", rank=5).one()["file"] == "a.sqlite"
    kept = [path for path in cache_folder.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"secret" in path.read_bytes() or b"MY_RANK" in path.read_bytes()]


def test_the_clock_is_that_of_the_first_file_that_can_be_read(four: Job, tmp_path: Path) -> None:
    for path in four.paths:
        shutil.copyfile(path, tmp_path / path.name)
    first = tmp_path / four.paths[0].name
    first.write_bytes(first.read_bytes()[:5000])
    with nt.open([tmp_path], cache=False, workers=1) as job:
        rows = job.query("rank_clock").records()
    assert [(row["rank"], row["is_aligned"], row["offset_ns"] == 0) for row in rows] == [
        (1, True, True), (2, True, False), (3, True, False),
    ]  # fmt: skip
