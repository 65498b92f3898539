"""Large generated traces have the shape that the benchmark states."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.large import Shape, build_large

COUNT = 600


@pytest.mark.parametrize(
    ("shape", "ranges_a_kernel", "deepest"),
    [
        (Shape(), 0.203, 3),
        (Shape(ranks=8), 0.203, 3),
        (Shape(operators=True), 6.32, 8),
        (Shape(ranks=3, operators=True), 6.32, 8),
    ],
)
def test_shape(tmp_path: Path, shape: Shape, ranges_a_kernel: float, deepest: int) -> None:
    path = tmp_path / "large.sqlite"
    build_large(path, COUNT, shape)
    with open_trace(path, cache=False) as trace:
        ((kernels, processes, gpus),) = trace.sql(
            "SELECT count(*), count(DISTINCT process_id), count(DISTINCT device_id) FROM kernel"
        ).rows()
        ((ranges, depth, open_ended),) = trace.sql(
            "SELECT count(*), max(depth) + 1, count(*) FILTER (is_open) FROM range"
        ).rows()
        ((calls, attributed),) = trace.sql(
            "SELECT (SELECT count(*) FROM api_call), count(*) FILTER (range_id IS NOT NULL) FROM attribution"
        ).rows()
        crossing = trace.sql("SELECT * FROM _crossing").rows()
    assert (kernels, processes, gpus) == (COUNT, shape.ranks, shape.ranks)
    assert calls == pytest.approx(1.2 * COUNT, abs=shape.ranks)
    # A step that has begun but is not full counts as a whole step, once per rank.
    assert ranges / kernels == pytest.approx(ranges_a_kernel, abs=4 * shape.ranks / COUNT)
    assert (depth, open_ended, attributed, crossing) == (deepest, 0, COUNT, [])


def test_boundaries_keep_the_order_that_they_are_sorted_in(tmp_path: Path) -> None:
    """Their windows process rows in the order received; there are enough rows for DuckDB to use several threads."""
    path = tmp_path / "large.sqlite"
    build_large(path, 20_000, Shape(ranks=4, operators=True))
    with open_trace(path, cache=False) as trace:
        ((count, wrong),) = trace.sql("""
            WITH expected AS (
                SELECT *,
                    row_number() OVER sequence AS place,
                    sum(is_start::INT - (NOT is_start AND NOT is_point)::INT) OVER sequence AS depth,
                    lead(instant_ns) OVER sequence IS DISTINCT FROM instant_ns AS ends
                FROM _nesting JOIN _range USING (range_id, thread_id)
                WINDOW sequence AS (
                    PARTITION BY thread_id
                    ORDER BY instant_ns, is_start, CASE WHEN is_start THEN opened ELSE -opened END
                )
            )
            SELECT count(*), count(*) FILTER (
                open_count <> depth OR is_last <> ends
                OR position <> place + (SELECT count(*) FROM _nesting AS n WHERE n.thread_id < expected.thread_id)
            )
            FROM expected
        """).rows()
    assert (count, wrong) == (2 * 126_400, 0)
