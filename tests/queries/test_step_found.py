"""Steps without a name: programs with a period yield exactly their steps, all others none."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.sources.stages import expression
from nsys_tools.synthetic.builder import TraceBuilder
from tests.conftest import SHARED
from tests.queries.periods import add_noise, add_steps, steps_missed

Interval = tuple[int, int]


def steps_by_pid(path: Path) -> dict[int, list[Interval]]:
    found = defaultdict(list)
    with open_trace(path, cache=False) as trace:
        for process, start, end in trace.sql("SELECT process_id, start_ns, end_ns FROM step ORDER BY start_ns").rows():
            found[process >> 24].append((start, end))
    return found


def test_programs_without_a_period_have_no_steps(tmp_path: Path) -> None:
    """200 programs with 10 to 500 operations each are processes of one trace: each is searched separately."""
    path = tmp_path / "t.sqlite"
    with TraceBuilder(path) as builder:
        for seed in range(1, 201):
            add_noise(builder, seed, random.Random(seed))
    assert steps_by_pid(path) == {}


def test_programs_with_a_period_have_exactly_its_steps(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    with TraceBuilder(path) as builder:
        begun = {seed: add_steps(builder, seed, random.Random(seed)) for seed in range(1, 51)}
    found = steps_by_pid(path)
    assert {seed: missed for seed, true in begun.items() if (missed := steps_missed(true, found[seed]))} == {}


def shared(name: str) -> Path:
    path = SHARED / "traces" / f"{name}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    return path


def found_and_verdicts(name: str) -> tuple[list[tuple[str | None, int, str | None]], dict[str, str]]:
    """Return how steps were found, how many and why not, and the verdict on each candidate by its first word."""
    with open_trace(shared(name), cache=False) as trace:
        found = trace.sql("SELECT found_by, step_count, reason FROM step_found").rows()
        verdicts = dict(trace.sql("SELECT regexp_extract(anchor, '^[\\w -]+'), verdict FROM step_candidate").rows())
    return found, verdicts


@pytest.mark.parametrize(("name", "median_ms"), [("two_gpu_before", 16.7), ("two_gpu_after", 19.1)])
def test_iterations_of_a_job_on_two_gpus(name: str, median_ms: float) -> None:
    """A slice of a job without step ranges. By every second flash kernel, its iterations take 16.74 and 19.05 ms.

    The 8 B copy from the host opens each of them; it is of the same kind on both GPUs. On each GPU, communication does
    not overlap compute on the same GPU. Overlap with compute on the other GPU does not count.
    """
    with open_trace(shared(name), cache=False) as trace:
        found = trace.sql("SELECT found_by, step_count, cut_count FROM step_found").rows()
        budget = trace.sql("SELECT gpu_id, median_ns FROM step_budget WHERE term = 'wall' ORDER BY gpu_id").rows()
        hidden = trace.sql(
            "SELECT sum(communication_ns - exposed_communication_ns), sum(communication_ns) FROM step"
        ).rows()
        verdicts = trace.sql("SELECT verdict FROM step_check").rows()
    assert len(found) == len(budget) == 2
    assert len({found_by for found_by, _, _ in found}) == 1
    assert all(13 <= count <= 17 and cut == 2 for _, count, cut in found)
    ((hidden_ns, communication_ns),) = hidden
    assert hidden_ns == 0 < communication_ns
    assert verdicts == [("passed",)] * 8  # four sums on each GPU
    assert [median / 1e6 for _, median in budget] == pytest.approx([median_ms] * 2, rel=0.01)


def test_power_iteration_is_found_as_its_author_marked_it() -> None:
    """An iteration is ten products and a copy of the result to the host, and its author put a range around each.

    The 44 ranges `Step 0 to 9`, `Step 10 to 19` ... are the reference for the anchor. The product alone also recurs,
    and is rejected: ten of them run without a CPU synchronization, like layers.
    """
    found, verdicts = found_and_verdicts("power_iteration")
    assert found == [("anchor: copy Device-to-Host of 65536 B", 43, None)]
    assert verdicts["copy Device-to-Host of 65536 B"] == "chosen"
    assert verdicts["void gemv2T_kernel_val"].startswith("rejected: CPU and GPU do not interact")
    by_anchor = walls("power_iteration", [])
    by_range = walls("power_iteration", [("pattern", expression("Step * to *"))])
    assert (len(by_anchor), len(by_range)) == (43, 44)
    assert sorted(by_anchor)[21] == pytest.approx(sorted(by_range)[22], rel=0.01)


def walls(name: str, choice: Sequence[tuple[str, str]]) -> list[int]:
    with open_trace(shared(name), cache=False) as trace:
        if choice:
            trace.define("step_choice", choice)
        return [wall for (wall,) in trace.sql("SELECT wall_ns FROM step").rows()]


def test_saxpy_repeats_an_exchange_with_other_ranks() -> None:
    """Five times two copies to the GPU, a kernel and a copy back, between MPI calls: an iteration of a loop.

    Its range `saxpy` surrounds only the launch. Five whole iterations have four periods, from copy to copy.
    """
    found, verdicts = found_and_verdicts("saxpy_mpi")
    assert found == [("anchor: copy Device-to-Host of 262144000 B", 4, None)]
    assert verdicts == {"copy Device-to-Host of 262144000 B": "chosen"}


def test_an_iteration_that_is_a_graph() -> None:
    """Ten times three small kernels and a graph run of 781 ms: a training loop that replays a graph per iteration.

    The contents of the graph were not recorded. It may contain several optimizer steps, which cannot be determined.
    """
    found, verdicts = found_and_verdicts("cuda_graph")
    assert found == [("anchor: graph 4", 9, None)]
    assert verdicts == {"graph 4": "chosen"}


@pytest.mark.parametrize("name", ["four_streams", "schema_2021"])
def test_too_few_repetitions_are_no_steps(name: str) -> None:
    """One vector split into four parts, one per stream, and a database query run three times.

    The parts of one addition are not iterations. The query is an iteration, but three repetitions are weak evidence:
    fewer than five repetitions are not reported as steps.
    """
    found, verdicts = found_and_verdicts(name)
    assert found == [(None, 0, "no range name identifies a step, and no operation recurs regularly")]
    assert verdicts == {}


def test_layers_of_one_forward_pass_are_no_steps() -> None:
    """A single forward pass of twelve layers: each recurs like a step, but the CPU never synchronizes between them."""
    found, verdicts = found_and_verdicts("transformer_fwd")
    ((found_by, count, reason),) = found
    assert (found_by, count) == (None, 0)
    assert reason is not None
    assert "rejected: CPU and GPU do not interact in every period" in reason
    assert {verdict.partition(":")[0] for verdict in verdicts.values()} == {"rejected"}
