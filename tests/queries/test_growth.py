"""What crosses and nests costs what is asked for, not all pairs; the figures are those of brute force."""

from __future__ import annotations

from pathlib import Path

from nsys_tools.sources.nsys import open_trace
from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import THREAD, build, launch

_OPEN, _REQUESTS, _KERNELS, _EVERY_NS = 32, 400, 800, 100


def _word(number: int) -> str:
    """Return a number in letters, which nothing rolls up."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03}")


def _serve(b: TraceBuilder) -> None:
    """A server: each request begins after the one before it and ends before the one after it, 32 open at any time."""
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
        (pieces,) = trace.sql("SELECT count(*) FROM _piece_parent").rows()[0]
        instances = trace.sql("SELECT count(*) FROM stage_instance").rows()[0][0]
    launches = [number * _REQUESTS * _EVERY_NS // _KERNELS + 11 for number in range(_KERNELS)]
    for number in range(_REQUESTS):
        start = number * _EVERY_NS
        inside = sum(start <= at < start + _OPEN * _EVERY_NS + 7 for at in launches)
        assert found[f"request {_word(number)}"] == (inside, inside * 10), number
    assert pieces > _REQUESTS * _OPEN / 2  # each is cut where another ends
    assert stacked < 3 * (_REQUESTS + _KERNELS) * _OPEN < pieces * _OPEN / 2
    assert instances == _REQUESTS
