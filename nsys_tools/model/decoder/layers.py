"""Layers of a model file as plain data, as defined in ``analytic/models/schema.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Data = dict[str, Any]
TOKENS = "{batch_size} * {seq_len}"
_LINEAR = "torch.nn.modules.linear.Linear"
_LIST = "torch.nn.modules.container.ModuleList"
_ACTIVATIONS = {
    "silu": "torch.nn.modules.activation.SiLU",
    "swish": "torch.nn.modules.activation.SiLU",
    "gelu": "torch.nn.modules.activation.GELU",
    "gelu_pytorch_tanh": "transformers.activations.GELUTanh",
    "relu": "torch.nn.modules.activation.ReLU",
}
ACTIVATIONS = tuple(_ACTIVATIONS)


def module(name: str, qualified: str, **parameters: int | str) -> Data:
    """Return a module that is computed as a whole."""
    return {"name": name, "class": qualified, "parameters": parameters}


def composite(name: str, qualified: str, below: Sequence[Data]) -> Data:
    """Return a module that groups other modules."""
    return {"name": name, "class": qualified, "sub_layers": list(below)}


def function(name: str, qualified: str, entry: str, **parameters: int | str) -> Data:
    """Return an operation between modules, for which transformers has no module."""
    head = {"name": name, "class": qualified, "transformers": "", "kind": "function", "entry": entry}
    return {**head, "parameters": parameters}


def weight(name: str, weights: int, **parameters: int | str) -> Data:
    """Return a weight outside any submodule."""
    head = {"name": name, "class": "torch.nn.parameter.Parameter", "kind": "weight"}
    return {**head, "parameters": {"weights": weights, **parameters}}


def linear(name: str, taken: int, given: int, bias: bool = False, rows: str = TOKENS) -> Data:
    """Return a linear layer."""
    parameters: dict[str, int | str] = {"rows": rows, "in_features": taken, "out_features": given}
    return module(name, _LINEAR, **parameters, **({"bias": 1} if bias else {}))


def norm(name: str, qualified: str, width: int, rows: str = TOKENS) -> Data:
    """Return a norm over vectors of size `width`."""
    return module(name, qualified, rows=rows, width=width)


def residual(name: str, width: int, rows: str = TOKENS) -> Data:
    """Return the addition of two tensors with rows of `width`."""
    return function(name, "torch.add", "residual", elements=f"{rows} * {width}")


def activation(name: str, kind: str, width: int, rows: str = TOKENS) -> Data:
    """Return an activation. `kind` is one of `ACTIVATIONS`."""
    return module(name, _ACTIVATIONS[kind], elements=f"{rows} * {width}")


def rotate(rows: str, heads: int, width: int) -> Data:
    """Return the rotation of queries and keys."""
    return function("rotate", "apply_rotary_pos_emb", "rotary_apply", rows=rows, heads=heads, rotary_dim=width)


def core(entry: str, **parameters: int | str) -> Data:
    """Return the attention core."""
    return function("core", "torch.nn.functional.scaled_dot_product_attention", entry, **parameters)


def numbered(layers: Sequence[tuple[str, Sequence[Data]]]) -> Data:
    """Return a ``layers`` list from each layer's class and sub-layers, with equal layers merged into repeated ones."""
    groups: list[tuple[tuple[str, Sequence[Data]], list[int]]] = []
    for index, layer in enumerate(layers):
        group = next((indices for other, indices in groups if other == layer), None)
        if group is None:
            groups.append((layer, [index]))
        else:
            group.append(index)
    return composite("layers", _LIST, [_repeated(*layer, indices) for layer, indices in groups])


def _repeated(qualified: str, below: Sequence[Data], indices: list[int]) -> Data:
    if len(indices) == 1:
        return composite(str(indices[0]), qualified, below)
    layer = {"name": "*", "class": qualified, "repeat": len(indices)}
    if indices != list(range(indices[0], indices[0] + len(indices))):
        layer["indices"] = indices
    elif indices[0]:
        layer["first"] = indices[0]
    return {**layer, "sub_layers": list(below)}
