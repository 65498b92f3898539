"""Two million kernels: time and memory of a timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.large import build_large
from tests.benchmark_export import exported


@pytest.mark.large
def test_two_million_kernels(tmp_path: Path) -> None:
    """The command itself checks that the output contains the whole trace, and fails otherwise."""
    trace, cache = tmp_path / "trace.sqlite", tmp_path / "cache"
    build_large(trace, 2_000_000)
    exported(trace, tmp_path / "first.pftrace", cache)
    run = exported(trace, tmp_path / "out.pftrace", cache)
    assert (tmp_path / "out.pftrace").stat().st_size > 100_000_000
    assert run.cpu <= 25
    assert run.peak <= 300
