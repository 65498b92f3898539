"""A large trace: 258 MB in at most 15 s, in memory that does not grow with it."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.large import build_large

_BYTES, _KERNELS, _MOST_S = 258_000_000, 2_380_000, 15


@pytest.mark.large
def test_a_large_trace_is_scrubbed_in_seconds(tmp_path: Path) -> None:
    trace = tmp_path / "large.sqlite"
    build_large(trace, _KERNELS)
    assert trace.stat().st_size >= _BYTES
    began = time.monotonic()
    done = nt.scrub(trace, tmp_path / "copy.sqlite")
    seconds = time.monotonic() - began
    print(
        f"{trace.stat().st_size:,} bytes in {seconds:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} KiB"
    )
    assert seconds <= _MOST_S
    assert done.path.stat().st_size <= trace.stat().st_size
    with nt.open(trace, cache=False) as one, nt.open(done.path, cache=False) as other:
        sql = "SELECT count(*), sum(duration_ns) FROM kernel"
        assert list(one.sql(sql).rows()) == list(other.sql(sql).rows())
