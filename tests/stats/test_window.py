"""Times and ranges that select a part of a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.window import between, of_range, parse_time
from nsys_tools.synthetic.builder import DOMAIN_CREATE, TraceBuilder
from tests.case import THREAD, build


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("7", 7), ("1s2ms3us4ns", 1_002_003_004), ("2ns5us2", 5_004), ("-1.5us", -1_500), ("1e3", 1_000),
        ("2m", 120_000_000_000), ("0.5H", 1_800_000_000_000), ("9007199254740993ns", 9_007_199_254_740_993),
        ("1sec1nsec", 1_000_000_001), ("+3min", 180_000_000_000),
    ],
)  # fmt: skip
def test_times(text: str, nanoseconds: int) -> None:
    assert parse_time(text) == nanoseconds


@pytest.mark.parametrize("text", ["x", "1 s", "1parsec", "s", "1s-", "--1"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(NsysToolsError, match="is not a time"):
        parse_time(text)


def test_between() -> None:
    assert between("1us/2us") == (1_000, 2_000)
    assert between("1us/")[1] == 2**63 - 1
    assert between("/2") == (-(2**63), 2)
    for bad in ("", "/", "5", "2/1"):
        with pytest.raises(NsysToolsError):
            between(bad)


def ranges(builder: TraceBuilder) -> None:
    builder.range(THREAD, "LIB", 0, None, event_type=DOMAIN_CREATE, domain=1)
    builder.range(THREAD, "step", 50, 60)
    builder.range(THREAD, "step", 10, 20)
    builder.range(THREAD, "step", 30, 40, domain=1)
    builder.range(THREAD, "a/1", 70, 80)
    builder.range(THREAD, "me@home", 90, 95)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("step", (10, 20)), ("step/0", (10, 20)), ("step/1", (50, 60)), ("step@LIB", (30, 40)),
        ("step@LIB/0", (30, 40)), ("a/1", (70, 80)), ("me@home", (90, 95)),
    ],
)  # fmt: skip
def test_ranges(tmp_path: Path, text: str, window: tuple[int, int]) -> None:
    with open_trace(build(tmp_path, ranges), cache=False) as trace:
        assert of_range(trace, text) == window


@pytest.mark.parametrize("text", ["nothing", "step/2", "step@OTHER", "step@LIB/1"])
def test_no_such_range(tmp_path: Path, text: str) -> None:
    with (
        open_trace(build(tmp_path, ranges), cache=False) as trace,
        pytest.raises(NsysToolsError, match="has no NVTX range"),
    ):
        of_range(trace, text)
