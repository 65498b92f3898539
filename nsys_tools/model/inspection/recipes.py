"""Recipes that read the parameters of formula entries from a torch module and its recordings."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from nsys_tools.model.inspection import latent, recurrent
from nsys_tools.model.inspection.fit import Module, NotExpressible
from nsys_tools.model.inspection.probe import Seen

Parameters = dict[str, str | int]
# The input of models whose code runs more experts than the router selects.
ROUTED = "experts_per_token"


def linear(seen: Module) -> Parameters:
    """Return the parameters of a linear layer, whose weight may be transposed."""
    shape = _weight(seen.module, "weight", 2)
    out_features, in_features = shape[::-1] if type(seen.module).__name__ == "Conv1D" else shape
    for run in seen.runs:
        rows = sum(prod(_first(call)) // in_features for call in seen.calls(run))
        if run.record.products.get(seen.name, 0) != 2 * rows * out_features * in_features:
            raise NotExpressible("its matrix products are not those of its input and its weight")
    return {
        "rows": seen.summed(lambda call: prod(_first(call)) // in_features),
        "in_features": in_features,
        "out_features": out_features,
        **_bias(seen.module),
    }


def convolution(seen: Module) -> Parameters:
    """Return the parameters of a convolution of any dimension."""
    kernel = tuple(seen.module.kernel_size)
    places = len(kernel)
    return {
        "images": seen.summed(lambda call: prod(_first(call)[: -places - 1])),
        "in_channels": seen.module.in_channels,
        "out_channels": seen.module.out_channels,
        "kernel": prod(kernel),
        "in_positions": seen.same(lambda call: prod(_first(call)[-places:])),
        "out_positions": seen.same(lambda call: prod(call.outputs[0][-places:])),
        **({"groups": seen.module.groups} if seen.module.groups > 1 else {}),
        **_bias(seen.module),
    }


def embedding(seen: Module) -> Parameters:
    """Return the parameters of an embedding lookup."""
    entries, width = _weight(seen.module, "weight", 2)
    rows = seen.summed(lambda call: prod(call.outputs[0]) // width)
    return {"rows": rows, "entries": entries, "width": width}


def norm(seen: Module) -> Parameters:
    """Return the parameters of a norm. The formula uses the last dimension, even if another dimension is normalized."""
    if any(True for part in seen.module.children() for _ in part.parameters()):
        raise NotExpressible("it has submodules")
    weights = sum(weight.numel() for weight in seen.module.parameters())
    width = next((weight.numel() for weight in seen.module.parameters()), 0) or _width(seen)
    rows = seen.summed(lambda call: prod(call.outputs[0]) // width)
    return {"rows": rows, "width": width, "weights": weights}


def activation(seen: Module) -> Parameters:
    """Return the parameters of an elementwise function."""
    return {"elements": seen.summed(lambda call: prod(call.outputs[0]))}


def moe_gate(seen: Module) -> Parameters:
    """Return the parameters of a router that has its own weight."""
    experts, hidden_size = _weight(seen.module, "weight", 2)
    bias = _bias(seen.module)
    known = experts * (hidden_size + len(bias))
    corrections = sum(weight.numel() for weight in seen.module.parameters()) - known
    return {
        "rows": seen.summed(lambda call: prod(_first(call)) // hidden_size),
        "hidden_size": hidden_size,
        "experts": experts,
        "top_k": _top_k(seen),
        **bias,
        **({"corrections": corrections} if corrections else {}),
    }


def fused_experts(seen: Module) -> Parameters:
    """Return the parameters of experts with one weight tensor per projection."""
    if all(len(call.inputs) == 1 and len(call.inputs[0]) == 2 for run in seen.runs for call in seen.calls(run)):
        return dense_experts(seen)
    gated = hasattr(seen.module, "gate_up_proj")
    experts, *_ = _weight(seen.module, "gate_up_proj" if gated else "up_proj", 3)
    hidden, inner = _expert_sizes(seen.module)
    biased = any(name.endswith("bias") for name, _ in seen.module.named_parameters(recurse=False))
    return {
        "rows": seen.summed(lambda call: prod(_first(call)) // hidden),
        "hidden_size": hidden,
        "intermediate_size": inner,
        "experts": experts,
        "top_k": seen.same(_chosen),
        **({} if gated else {"projections": 2}),
        **({"bias": 1} if biased else {}),
    }


def dense_experts(seen: Module) -> Parameters:
    """Return the parameters of experts that all receive every token (Llama 4).

    The `ROUTED` input is the number of experts that the router selects per token. The code runs all experts.
    """
    experts, hidden, _ = _weight(seen.module, "gate_up_proj", 3)
    _, inner, out = _weight(seen.module, "down_proj", 3)
    if out != hidden:
        raise NotExpressible("its experts are called without indices")
    return {
        "rows": seen.summed(lambda call: prod(_first(call)) // hidden // experts),
        "hidden_size": hidden,
        "intermediate_size": inner,
        "experts": experts,
        "top_k": f"{{{ROUTED}}}",
    }


def rotary_table(seen: Module) -> Parameters:
    """Return the parameters of rotary angles, computed as a product or element by element."""
    width = seen.fitted(lambda run: seen.calls(run)[0].outputs[0][-1])
    positions = seen.summed(lambda call: prod(call.outputs[0][:-1]))
    as_product = any(run.record.products.get(seen.name) for run in seen.runs)
    return {"positions": positions, "rotary_dim": width, "as_product": int(as_product)}


def pooling(seen: Module) -> Parameters:
    """Return the parameters of a pooling layer."""
    taken = seen.summed(lambda call: prod(_first(call)))
    return {"taken": taken, "given": seen.summed(lambda call: prod(call.outputs[0]))}


def multihead_attention(seen: Module) -> Parameters:
    """Return the parameters of torch's own attention module, which includes all its projections."""
    batch, length = (0, 1) if seen.module.batch_first else (1, 0)
    return {
        "sequences": seen.summed(lambda call: call.inputs[0][batch]),
        "queries": seen.same(lambda call: call.inputs[0][length]),
        "keys": seen.same(lambda call: call.inputs[1][length]),
        "width": seen.module.embed_dim,
        "heads": seen.module.num_heads,
        **({"bias": 1} if seen.module.in_proj_bias is not None else {}),
    }


def sam_attention_core(seen: Module) -> Parameters:
    """Return the parameters of SAM's attention, which performs its matrix multiplications in its ``forward`` method."""
    tables = getattr(seen.module, "rel_pos_h", None)
    if tables is None:
        raise NotExpressible("it has no relative positions")
    length, head_dim = tables.shape
    return {
        "squares": seen.summed(lambda call: _first(call)[0]),
        "side": seen.same(lambda call: _first(call)[1]),
        "heads": seen.module.num_attention_heads,
        "head_dim": head_dim,
        "table_side": (length + 1) // 2,
    }


def passive(seen: Module) -> Parameters:
    """Return no parameters, because the module computes nothing."""
    del seen
    return {}


RECIPES: dict[str, Callable[[Module], Parameters]] = {
    "linear": linear,
    "convolution": convolution,
    "embedding": embedding,
    "layer_norm": norm,
    "rms_norm": norm,
    "activation": activation,
    "moe_gate": moe_gate,
    "fused_experts": fused_experts,
    "rotary_table": rotary_table,
    "pooling": pooling,
    "multihead_attention": multihead_attention,
    "sam_attention_core": sam_attention_core,
    "indexer": latent.indexer,
    "passive": passive,
    **recurrent.RECIPES,
}


def _first(call: Seen) -> tuple[int, ...]:
    if not call.inputs:
        raise NotExpressible("it is called without tensors")
    return call.inputs[0]


def _bias(module: Any) -> Parameters:
    return {"bias": 1} if getattr(module, "bias", None) is not None else {}


def _width(seen: Module) -> int:
    return seen.calls(seen.runs[0])[0].outputs[0][-1]


def _weight(module: Any, name: str, dimensions: int) -> tuple[int, ...]:
    weight = getattr(module, name, None)
    if weight is None or weight.dim() != dimensions:
        raise NotExpressible(f"it has no {dimensions}-dimensional weight {name}")
    return tuple(weight.shape)


def _expert_sizes(module: Any) -> tuple[int, int]:
    """Return the hidden and intermediate sizes. Some weights have them in this order, others in the reverse order."""
    _, a, b = _weight(module, "down_proj", 3)
    return (b, a) if getattr(module, "is_transposed", False) else (a, b)


def _chosen(call: Seen) -> int:
    """Return the number of experts per token, which is the last dimension of the index tensor (the second input)."""
    if len(call.inputs) < 2:
        raise NotExpressible("its experts are called without indices")
    return call.inputs[1][-1]


def _top_k(seen: Module) -> int:
    for place in (seen.module, seen.config.get_text_config()):
        for name in ("top_k", "num_experts_per_tok", "moe_topk", "num_selected_experts"):
            value = getattr(place, name, None)
            if isinstance(value, int):
                return value
    raise NotExpressible("it has no number of experts per token")
