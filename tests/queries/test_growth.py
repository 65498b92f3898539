"""Crossing and nesting ranges cost time per result, not per pair of ranges; the figures equal brute force."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.sources.stages import expression
from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import THREAD, build, launch

_OPEN, _REQUESTS, _KERNELS, _EVERY_NS = 32, 400, 800, 100


def _word(number: int) -> str:
    """Return a number as letters, which are not rolled up."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03}")


def _serve(b: TraceBuilder) -> None:
    """A server: requests begin and end in order, 32 are open at any time."""
    for number in range(_REQUESTS):
        start = number * _EVERY_NS
        end = start + _OPEN * _EVERY_NS + 7
        b.range(THREAD, f"request {_word(number)}", start, end, event_type=START_END)
    for number in range(_KERNELS):
        at = number * _REQUESTS * _EVERY_NS // _KERNELS + 11
        launch(b, at, at + 20, at + 30)


def test_requests_of_a_server_that_cross(tmp_path: Path) -> None:
    with open_trace(build(tmp_path, _serve), cache=False) as trace:
        found = {
            row["rolled_path"].rpartition("/")[2]: (row["operation_count"], row["sum_ns"])
            for row in trace.query("range_summary")
        }
        (stacked,) = trace.sql("SELECT count(*) FROM _range_stack").rows()[0]
        instances = trace.sql("SELECT count(*) FROM stage_instance").rows()[0][0]
    launches = [number * _REQUESTS * _EVERY_NS // _KERNELS + 11 for number in range(_KERNELS)]
    for number in range(_REQUESTS):
        start = number * _EVERY_NS
        inside = sum(start <= at < start + _OPEN * _EVERY_NS + 7 for at in launches)
        assert found[f"request {_word(number)}"] == (inside, inside * 10), number
    assert stacked < 1.1 * _REQUESTS * (_OPEN + 1)  # not what contains each kernel, or each part of a request
    assert instances == _REQUESTS


def _cross(count: int, b: TraceBuilder) -> None:
    """Ranges that are all open at once and end in opening order; half of the kernels come later."""
    last = 10 * count
    for number in range(count):
        b.range(THREAD, f"range {_word(number % 1000)}", number, last + 3 * number, event_type=START_END)
    for number in range(count):
        at = last - count + 2 * number
        launch(b, at, at + 20, at + 30)


def test_ranges_that_all_cross(tmp_path: Path) -> None:
    count = 60
    with open_trace(build(tmp_path, lambda b: _cross(count, b)), cache=False) as trace:
        found = {row["rolled_path"]: (row["operation_count"], row["exclusive_count"])
                 for row in trace.query("range_summary")}  # fmt: skip
        parents = trace.sql("SELECT count(parent_id) FROM range").rows()
        innermost = dict(trace.sql("SELECT call_ns, range_id FROM attribution").rows())
    launches = [10 * count - count + 2 * number for number in range(count)]
    for number in range(count):
        inside = sum(number <= at < 10 * count + 3 * number for at in launches)
        owned = inside if number == count - 1 else 0
        assert found[f"range {_word(number)}"] == (inside, owned), number
    assert parents == [(0,)]  # none encloses another
    assert set(innermost.values()) == {count}  # the last one opened is open longest


def _nest(count: int, b: TraceBuilder) -> None:
    """Nested levels with one kernel in each."""
    for level in range(count):
        b.range(THREAD, f"level {level}", level * 10, 100 * count - level)
        launch(b, level * 10 + 5, 200 * count + level * 30, 200 * count + level * 30 + 10)


def test_paths_of_deep_levels(tmp_path: Path) -> None:
    count = 1200
    with open_trace(build(tmp_path, lambda b: _nest(count, b)), cache=False) as trace:
        rows = trace.sql("SELECT depth, path, rolled_path FROM range ORDER BY depth").rows()
    assert [depth for depth, _, _ in rows] == list(range(count))
    path = rolled = ""
    for level, (_, found, found_rolled) in enumerate(rows):
        path = _below(path, f"level {level}")
        rolled = _below(rolled, "level *")
        assert (found, found_rolled) == (path, rolled), level


def test_a_stage_instance_has_the_path_of_its_range(tmp_path: Path) -> None:
    """Paths of at most 25 names are built in another way than deeper ones, which can be cut."""
    count = 30

    def fill(b: TraceBuilder) -> None:
        for thread, name in ((THREAD, "level {}"), (THREAD + 1, "{} " + "1" * 200)):
            for level in range(count):
                b.range(thread, name.format(_word(level)), level, 1_000 - level)

    patterns = [
        (2 * level + place, f"stage {level}", expression(pattern))
        for level in range(count)
        for place, pattern in enumerate((f"level {_word(level)}", f"{_word(level)} *"))
    ]
    with open_trace(build(tmp_path, fill), cache=False) as trace:
        trace.define("stage_pattern", patterns)
        rows = trace.sql(
            "SELECT r.thread_id, depth, i.path = r.path, length(r.path) "
            "FROM stage_instance AS i JOIN range AS r USING (range_id) ORDER BY ALL"
        ).rows()
    assert [depth for _, depth, _, _ in rows] == [*range(count)] * 2
    assert all(is_same for _, _, is_same, _ in rows)
    assert rows[-1][-1] == 25 * 160 + 24 + len("/...")


def _below(path: str, name: str) -> str:
    if not path:
        return name
    if len(path) <= 4000:
        return f"{path}/{name}"
    return path if path.endswith("/...") else f"{path}/..."


def _names(count: int, b: TraceBuilder) -> None:
    for number in range(count):
        launch(b, number * 100, number * 100 + 20, number * 100 + 30, name=f"triton_poi_fused_{number}")


def _cpu_s(path: Path, *queries: str) -> float:
    """Return the CPU time of some queries, excluding the work that is the same for all traces."""
    with open_trace(path, cache=False) as trace:
        trace.query("trace_summary").rows()
        begin = time.process_time()
        for query in queries:
            trace.query(query).rows()
        return time.process_time() - begin


def _growth(folder: Path, fill: Callable[[int, TraceBuilder], None], count: int, *queries: str) -> float:
    """Return the ratio of CPU times for a trace of four times the size."""
    taken = []
    for number in (count, 4 * count):
        (folder / str(number)).mkdir()
        path = build(folder / str(number), lambda b, number=number: fill(number, b))  # type: ignore[misc]
        taken.append(min(_cpu_s(path, *queries) for _ in range(2)))
    return taken[1] / taken[0]


def test_four_times_the_crossing_ranges_take_less_than_eight_times_as_long(tmp_path: Path) -> None:
    # All pairs would take 16 times as long, and cutting ranges at each end much more.
    assert _growth(tmp_path, _cross, 800, "range_exclusive", "range_wall") < 8


def test_twenty_thousand_names_have_their_classes_in_seconds(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: _names(20_000, b))
    # Compiling an expression for each name and rule would take some ten seconds.
    assert _cpu_s(path, "kernel_class", "findings_layout_conversion", "findings_tensor_copy") < 5
