"""FLOPs from tensor sizes compared with PyTorch's FlopCounterMode."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, opened
from tests.queries.test_shape import operator, pyprof

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]


def products(draw: random.Random) -> Iterator[tuple[str, Any, list[tuple[int, ...]]]]:
    """Yield name, function and sizes of each leaf operator, with random sizes."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    b, m, k, n, d = (draw.randrange(1, 40) for _ in range(5))
    yield "aten::mm", torch.mm, [(m, k), (k, n)]
    yield "aten::addmm", torch.addmm, [(n,), (m, k), (k, n)]
    yield "aten::bmm", torch.bmm, [(b, m, k), (b, k, n)]
    yield "aten::baddbmm", torch.baddbmm, [(b, m, n), (b, m, k), (b, k, n)]
    attention = [(b, 3, m, k), (b, 3, n, k), (b, 3, n, d)]
    yield "aten::scaled_dot_product_attention", scaled_dot_product_attention, attention


def test_each_leaf_has_the_flops_that_torch_counts(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra [torch]")
    from torch.utils.flop_counter import FlopCounterMode, flop_registry

    def counted(function: Any, shapes: list[tuple[int, ...]], **given: Any) -> int:
        with FlopCounterMode(display=False) as counter:
            function(*(torch.empty(shape, device="meta") for shape in shapes), **given)
        return int(counter.get_total_flops())

    draw = random.Random(12)
    expected: dict[str, int] = {}
    for _ in range(20):
        for name, function, shapes in products(draw):
            expected[operator(name, str([list(shape) for shape in shapes]))] = counted(function, shapes)
        m, k, n = (draw.randrange(1, 40) for _ in range(3))
        text = operator("aten::_scaled_mm", f"[[{m}, {k}], [{k}, {n}], [], [], [], [], [], []]")
        # Use its rule, because the operator itself accepts only 8-bit dtypes.
        expected[text] = flop_registry[torch.ops.aten._scaled_mm]((m, k), (k, n), (), (), out_val=None)
        # Convolutions in one to three dimensions, with groups.
        rank, groups = draw.randrange(1, 4), draw.randrange(1, 3)
        inside, outside = groups * draw.randrange(1, 4), groups * draw.randrange(1, 4)
        window: list[Any] = [tuple(draw.randrange(1, 3) for _ in range(rank)) for _ in range(3)]
        window[draw.randrange(3)] = draw.randrange(1, 3)
        given = (None, *window, groups)
        shapes = [
            (draw.randrange(1, 3), inside, *(draw.randrange(9, 14) for _ in range(rank))),
            (outside, inside // groups, *(draw.randrange(1, 4) for _ in range(rank))),
        ]
        convolution = getattr(torch.nn.functional, f"conv{rank}d")
        words = dict(zip(("bias", "stride", "padding", "dilation", "groups"), given, strict=True))
        expected[pyprof(f"conv{rank}d", *shapes, rest=given)] = counted(convolution, shapes, **words)

    def fill(b: TraceBuilder) -> None:
        for at, text in enumerate(expected):
            b.range(THREAD, text, 2 * at, 2 * at + 1)

    with opened(build(tmp_path, fill)) as session:
        found = session.sql('SELECT r.name, s.flops FROM shape AS s JOIN "range" AS r USING (range_id)')
        assert dict(found.rows()) == expected
    assert all(flops > 0 for flops in expected.values())
