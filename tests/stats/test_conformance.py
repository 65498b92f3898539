"""The comparison with an installed nsys: its messages about tables, and generated traces pass it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.timeline import Timeline
from tests.case import LAUNCH, build
from tests.conformance import Outcome, compare, compared, first_difference
from tests.conftest import installed_nsys
from tests.queries.test_stats import edges


def test_the_first_cell_that_differs_is_named() -> None:
    theirs = [["a", "b"], ["1", "2.0"], ["3", "4"]]
    assert first_difference(theirs, theirs) == ""
    assert first_difference([["a", "b"], ["1", "2"]], theirs) == "row 1, b: ours '2', theirs '2.0'"
    assert first_difference(theirs[:2], theirs) == "ours has 1 rows, theirs 2"
    assert first_difference([["a", "c"]], theirs) == "row 0, header: ours 'c', theirs 'b'"
    assert first_difference([["a", "b"], ["1"]], theirs) == "row 1: ours has 1 cells, theirs 2"


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome"),
    [
        ([], [], Outcome.NEITHER),
        ([["a"], ["1"]], [], Outcome.ONLY_OURS),
        ([], [["a"], ["1"]], Outcome.ONLY_THEIRS),
        ([["a"], ["1"]], [["a"], ["1"]], Outcome.EQUAL),
        ([["a"], ["1"]], [["a"], ["1.0"]], Outcome.DIFFERS),
    ],
)
def test_outcomes(ours: list[list[str]], theirs: list[list[str]], outcome: Outcome) -> None:
    assert compared("t", "r", ours, theirs).outcome is outcome


def test_without_nsys_there_is_a_hint(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="is not an nsys executable") as caught:
        tools.find("nsys", str(tmp_path / "nsys"))
    assert "install-nsys" in caught.value.hint


@pytest.mark.nsys
@pytest.mark.parametrize("arguments", [[], ["base"], ["nvtx-name", "mangled"]], ids=str)
def test_our_traces_against_an_installed_nsys(
    tmp_path: Path, sample: tuple[Path, Timeline], arguments: list[str]
) -> None:
    nsys = installed_nsys()
    for trace in (sample[0], build(tmp_path, edges)):
        found = list(compare(trace, nsys, arguments))
        assert [c for c in found if c.outcome in {Outcome.DIFFERS, Outcome.ONLY_THEIRS}] == []
        assert sum(c.outcome is Outcome.EQUAL for c in found) >= 10


class Random:
    """A small random trace: nested ranges, some start/end ranges across them, calls anywhere, kernels and copies."""

    def __init__(self, seed: int, threads: list[tuple[int, int]]) -> None:
        self.dice = random.Random(seed)
        self.threads = threads
        self.bounds: set[tuple[int, int, int]] = set()

    def fill(self, builder: TraceBuilder) -> None:
        for pid, tid in self.threads:
            thread = thread_key(pid, tid)
            self.nest(builder, thread, 0, 400, 0)
            for _ in range(3):
                start = self.dice.randint(0, 300)
                self.range(builder, thread, "fgh", start, start + self.dice.randint(1, 200), START_END)
            for _ in range(60):
                self.launch(builder, process_key(pid), thread)
        builder.range(thread_key(*self.threads[0]), "open", 350, None)

    def range(self, builder: TraceBuilder, thread: int, names: str, start: int, end: int, kind: int) -> bool:
        """Add a range, unless another has the same bounds: there nsys differs, see docs/guides/replace-nsys.md."""
        if fresh := (thread, start, end) not in self.bounds:
            self.bounds.add((thread, start, end))
            registered = self.dice.random() < 0.5
            builder.range(thread, self.dice.choice(names), start, end, registered=registered, event_type=kind)
        return fresh

    def nest(self, builder: TraceBuilder, thread: int, begin: int, last: int, depth: int) -> None:
        at = begin
        while at < last - 4 and depth < 5:
            start = at + self.dice.randint(0, 6)
            end = start + self.dice.randint(3, max(4, (last - begin) // 2))
            if end > last or not self.range(builder, thread, "abcde", start, end, PUSH_POP):
                break
            self.nest(builder, thread, start, end, depth + 1)
            at = end + self.dice.randint(0, 3)

    def launch(self, builder: TraceBuilder, process: int, thread: int) -> None:
        start = self.dice.randint(0, 420)
        end = start + self.dice.randint(0, 9)
        run = end + self.dice.randint(-5, 90)
        done = run + self.dice.randint(1, 50)
        correlation = builder.correlation(process)
        builder.call(thread, self.dice.choice([LAUNCH, "cuLaunchKernel"]), start, end, correlation)
        what = self.dice.random()
        if what < 0.7:
            name = self.dice.choice(["k1<a>(int)", "k2<b>(int)", "k1<c>(int)"])
            builder.kernel(process, name, run, done, correlation, grid=(self.dice.randint(1, 3), 1, 1000))
        elif what < 0.85:
            builder.copy(process, self.dice.choice([1, 2, 8]), self.dice.choice([7, 8, 1000]), run, done, correlation)
        else:
            builder.memset(process, self.dice.choice([8, 9]), run, done, correlation)


@pytest.mark.nsys
@pytest.mark.parametrize(("seed", "threads"), [(1, [(1, 1)]), (2, [(1, 1), (1, 2), (3, 3)]), (3, [(1, 1), (2, 1)])])
def test_random_traces_against_an_installed_nsys(tmp_path: Path, seed: int, threads: list[tuple[int, int]]) -> None:
    nsys = installed_nsys()
    trace = build(tmp_path, Random(seed, threads).fill)
    found = list(compare(trace, nsys))
    wrong = [c for c in found if c.outcome in {Outcome.DIFFERS, Outcome.ONLY_THEIRS}]
    if len(threads) > 1:  # deliberate: nsys combines the operations outside ranges of all threads into one row
        wrong = [c for c in wrong if c.report != "nvtx_gpu_proj_trace"]
    assert wrong == []
    assert sum(c.outcome is Outcome.EQUAL for c in found) >= 13
