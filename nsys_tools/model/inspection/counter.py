"""torch's FlopCounterMode, extended to count grouped products and to name the operators that it cannot count."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import attrs

# Substrings of the names of operators that multiply matrices or vectors.
_PRODUCT = re.compile(r"(^|_)(b?mm|mv|dot|matmul|linear|conv\w*|gemm|attention)(_|$)")


@attrs.frozen
class Counted:
    """The result of a forward pass, its matrix FLOPs, and the matrix operators that the counter does not support."""

    result: Any
    flops: int
    unknown: tuple[str, ...]


def count(forward: Callable[[], Any]) -> Counted:
    """Run a forward pass and count its matrix FLOPs, 2 per multiply-add."""
    import torch  # noqa: PLC0415
    from torch.utils._python_dispatch import TorchDispatchMode  # noqa: PLC0415
    from torch.utils.flop_counter import FlopCounterMode, flop_registry  # noqa: PLC0415

    grouped = {torch.ops.aten._grouped_mm: _grouped}
    names: set[str] = set()

    class Namer(TorchDispatchMode):  # type: ignore[misc]
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            packet = function.overloadpacket
            if packet not in flop_registry and packet not in grouped and _PRODUCT.search(packet.__name__):
                names.add(str(packet))
            return function(*args, **(kwargs or {}))

    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=grouped) as counter, Namer():
        result = forward()
    return Counted(result, int(counter.get_total_flops()), tuple(sorted(names)))


def _grouped(a: Any, b: Any, *_: Any, **__: Any) -> int:
    """Return the FLOPs of a grouped product: each row is multiplied by one matrix of a stack. Arguments are shapes."""
    *_, inner = a
    rows = 1
    for size in a[:-1]:
        rows *= size
    return int(2 * rows * inner * b[-1])
