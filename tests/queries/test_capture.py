"""The queries that a capture runs on its own trace."""

from __future__ import annotations

from pathlib import Path

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, answer, build, launch, text


def test_kernels_by_the_innermost_stage(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 200)
        b.range(THREAD, "vision", 10, 50)
        b.range(THREAD, "sam", 20, 40)
        b.range(THREAD, "model.sam_model.blocks.0", 22, 38)
        b.range(THREAD, "decode", 60, 150)
        b.range(THREAD, "step", 61, 149)
        launch(b, 5, 300, 400, name="outside")  # in image only: no stage
        launch(b, 12, 400, 401, name="pad")
        launch(b, 23, 410, 440, name="gemm")
        launch(b, 30, 440, 450, name="gemm")
        launch(b, 35, 450, 455, name="add")
        launch(b, 70, 460, 463, name="gemm")  # in step: decode

    assert answer(build(tmp_path, fill), "capture_kernel") == text(
        """
        stage,short_name,launch_count,sum_ns
        decode,gemm,1,3
        sam,gemm,2,40
        sam,add,1,5
        vision,pad,1,1
        """
    )


def test_ranges_by_name_with_those_never_closed(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "step", 10, 20)
        b.range(THREAD, "step", 20, 30)
        b.range(THREAD, "image", 5, None)

    assert answer(build(tmp_path, fill), "capture_range") == text(
        """
        name,range_count,open_count
        image,1,1
        step,2,0
        """
    )
