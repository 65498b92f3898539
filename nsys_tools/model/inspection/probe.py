"""Record the shapes that each module sees while an architecture runs on the meta device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs

Shape = tuple[int, ...]
# Mamba 1 multiplies by the weight of this linear layer and adds its bias later.
TIME_STEP = "dt_proj"


@attrs.frozen
class Seen:
    """One call to a module, with the shapes of its tensor arguments and results."""

    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


@attrs.frozen
class Core:
    """One call to attention, without its projections.

    Attributes
    ----------
    query, key, value
        Shapes (sequences, heads, tokens, head width).
    window
        Number of tokens that each token attends to, or None if there is no window.
    causal
        Whether future tokens are masked.
    layer
        Index of its cache layer, if its module has one.
    """

    query: Shape
    key: Shape
    value: Shape
    window: int | None
    causal: bool
    layer: int | None = None


@attrs.define
class Record:
    """Recording of one forward pass: module and attention calls, products that modules run directly, and used weights.

    `touched` contains the ids of the weights that were passed to operators.
    """

    calls: dict[str, list[Seen]] = attrs.field(factory=dict)
    cores: dict[str, list[Core]] = attrs.field(factory=dict)
    products: dict[str, int] = attrs.field(factory=dict)
    touched: set[int] = attrs.field(factory=set)


class _State:
    record: Record | None = None
    names: dict[int, str] = {}  # noqa: RUF012  (replaced for each probe, never modified)


def attention(module: Any, query: Any, key: Any, value: Any, *_: Any, **options: Any) -> tuple[Any, None]:
    """Record the shapes of an attention call, and return a result of the right shape (an attention interface)."""
    if _State.record is not None:
        causal = options.get("is_causal")
        core = Core(
            tuple(query.shape),
            tuple(key.shape),
            tuple(value.shape),
            options.get("sliding_window"),
            bool(getattr(module, "is_causal", True) if causal is None else causal),
            getattr(module, "layer_idx", None),
        )
        _State.record.cores.setdefault(_State.names.get(id(module), ""), []).append(core)
    sequences, heads, tokens, _ = query.shape
    return query.new_empty(sequences, tokens, heads, value.shape[-1]), None


def products(module: Any, query: Any, key: Any, value: Any, *_: Any, **__: Any) -> tuple[Any, None]:
    """Return the two products of attention without the softmax between them (an attention interface)."""
    del module
    groups = query.shape[1] // key.shape[1]
    scores = query @ key.repeat_interleave(groups, dim=1).transpose(2, 3)
    return (scores @ value.repeat_interleave(groups, dim=1)).transpose(1, 2).contiguous(), None


def mask(batch_size: int, q_length: int, kv_length: int, *_: Any, device: Any = "meta", **__: Any) -> Any:
    """Return a mask of the right shape without reading values. Indexers read the mask."""
    import torch  # noqa: PLC0415

    return torch.empty(batch_size, 1, q_length, kv_length, dtype=torch.bool, device=device)


@contextmanager
def recording(module: Any) -> Iterator[Record]:
    """Record every call of every module below `module` inside the context."""
    import torch  # noqa: PLC0415

    record = Record()
    names = {id(child): name for name, child in module.named_modules()}
    stack: list[str] = []

    def enter(child: Any, *_: Any) -> None:
        if id(child) in names:
            stack.append(names[id(child)])

    def leave(child: Any, arguments: Any, options: Any, result: Any) -> None:
        if id(child) in names:
            stack.pop()
            seen = Seen(_shapes((arguments, options)), _shapes(result))
            record.calls.setdefault(names[id(child)], []).append(seen)

    handles = [child.register_forward_pre_hook(enter) for child in module.modules()]
    handles += [child.register_forward_hook(leave, with_kwargs=True) for child in module.modules()]
    _State.record, _State.names = record, names
    try:
        with torch.no_grad(), _products(record, stack), _direct_attention(record, stack, module):
            yield record
    finally:
        _State.record, _State.names = None, {}
        for handle in handles:
            handle.remove()


def _products(record: Record, stack: list[str]) -> Any:
    """Return a context that counts matrix products per innermost running module, and records which weights are used."""
    from torch.nn import Parameter  # noqa: PLC0415
    from torch.utils._python_dispatch import TorchDispatchMode  # noqa: PLC0415
    from torch.utils._pytree import tree_leaves  # noqa: PLC0415
    from torch.utils.flop_counter import flop_registry  # noqa: PLC0415

    class Counter(TorchDispatchMode):  # type: ignore[misc]
        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            record.touched.update(id(leaf) for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Parameter))
            result = function(*args, **(kwargs or {}))
            count: Callable[..., int] | None = flop_registry.get(function.overloadpacket)
            if count is not None:
                name = stack[-1] if stack else ""
                record.products[name] = record.products.get(name, 0) + count(*args, **(kwargs or {}), out_val=result)
            return result

    return Counter()


def _direct_attention(record: Record, stack: list[str], module: Any) -> Any:
    """Return a context that records attention calls that bypass transformers' interface."""
    from torch.nn.functional import scaled_dot_product_attention  # noqa: PLC0415
    from torch.overrides import TorchFunctionMode  # noqa: PLC0415

    class Noter(TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            given = kwargs or {}
            if function is not scaled_dot_product_attention:
                return function(*args, **given)
            query, key, value = (*args, *(given[name] for name in ("query", "key", "value")[len(args) :]))[:3]
            inner = module.get_submodule(stack[-1]) if stack else module
            causal = bool(given.get("is_causal")) or bool(getattr(inner, "is_causal", False))
            window = getattr(inner, "sliding_window", None)
            layer = getattr(inner, "layer_idx", None)
            core = Core(tuple(query.shape), tuple(key.shape), tuple(value.shape), window, causal, layer)
            record.cores.setdefault(stack[-1] if stack else "", []).append(core)
            return query.new_empty(*query.shape[:-1], value.shape[-1])

    return Noter()


def by_weight(part: str, module: Any) -> bool:
    """Return whether recurrent layers pass the weight of a part to functions instead of calling the part."""
    if type(module).__name__ == "Conv1d":
        return bool(module.groups == module.in_channels)
    return type(module).__name__ == "Linear" and part == TIME_STEP


def _shapes(value: Any) -> tuple[Shape, ...]:
    """Return the shapes of all tensors in nested arguments or results, in order."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return (tuple(value.shape),)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return tuple(shape for item in value for shape in _shapes(item))
    return ()
