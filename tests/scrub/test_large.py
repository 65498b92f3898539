"""Large traces: 258 MB in at most 15 s."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.large import Shape, build_large

_BYTES, _MOST_S = 258_000_000, 15


@pytest.mark.large
@pytest.mark.parametrize(("kernels", "shape"), [(2_380_000, Shape()), (475_000, Shape(operators=True))], ids=str)
def test_a_large_trace_is_scrubbed_in_seconds(tmp_path: Path, kernels: int, shape: Shape) -> None:
    """One has many kernels, the other three million range names; 2,000 values are searched for in each."""
    trace = tmp_path / "large.sqlite"
    build_large(trace, kernels, shape)
    with closing(sqlite3.connect(trace)) as connection:
        connection.execute("CREATE TABLE META_DATA_CAPTURE (name TEXT, value TEXT)")
        rows = [("PROCESS_0:ENVIRONMENT_VARIABLE", f"VARIABLE_{n}=value-of-{n * 7919}x") for n in range(2_000)]
        connection.executemany("INSERT INTO META_DATA_CAPTURE VALUES (?, ?)", rows)
        connection.commit()
    assert trace.stat().st_size >= _BYTES
    began = time.monotonic()
    done = nt.scrub(trace, tmp_path / "copy.sqlite")
    seconds = time.monotonic() - began
    print(f"{trace.stat().st_size:,} bytes in {seconds:.1f} s")
    assert seconds <= _MOST_S
    assert done.path.stat().st_size <= trace.stat().st_size
    with nt.open(trace, cache=False) as one, nt.open(done.path, cache=False) as other:
        sql = "SELECT count(*), sum(duration_ns) FROM kernel"
        assert list(one.sql(sql).rows()) == list(other.sql(sql).rows())
