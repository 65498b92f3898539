"""Parameters of layers with fixed-size state: state space models, linear attention, and short convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nsys_tools.model.inspection.fit import Module, NotExpressible

Parameters = dict[str, str | int]
# Chunk size of the gated delta rule: a default of its functions that no configuration sets.
DELTA_CHUNK = 64


def selective_scan(seen: Module) -> Parameters:
    """Return the parameters of Mamba 1's recurrence, including heads with their own projections (Zamba)."""
    module = seen.module
    projections = ("x_proj_weight", "dt_proj_weight")
    projected = sum(getattr(module, name).numel() for name in projections if hasattr(module, name))
    groups = getattr(module, "n_mamba_heads", 1)
    return {
        **_tokens(seen),
        "channels": _size(module, "intermediate_size"),
        "state": _size(module, "ssm_state_size"),
        **({"groups": groups} if groups > 1 else {}),
        "weights": own_weights(module),
        **({"projected": projected} if projected else {}),
        **_keeps(seen),
    }


def state_space_scan(seen: Module) -> Parameters:
    """Return the parameters of the scan of Mamba 2."""
    module = seen.module
    return {
        **_tokens(seen),
        "heads": _size(module, "num_heads"),
        "head_dim": _size(module, "head_dim"),
        "state": _size(module, "ssm_state_size"),
        "groups": _size(module, "n_groups"),
        "chunk": _size(module, "chunk_size"),
        "weights": own_weights(module),
        **_keeps(seen),
    }


def gated_delta_rule(seen: Module) -> Parameters:
    """Return the parameters of gated DeltaNet, or of Kimi's variant, which has one decay per key channel."""
    module = seen.module
    if hasattr(module, "num_v_heads"):
        sizes = {
            "heads": _size(module, "num_v_heads"),
            "key_heads": _size(module, "num_k_heads"),
            "key_dim": _size(module, "head_k_dim"),
            "value_dim": _size(module, "head_v_dim"),
        }
    else:
        heads, width = _size(module, "num_heads"), _size(module, "head_dim")
        sizes = {"heads": heads, "key_heads": heads, "key_dim": width, "value_dim": width, "channel_decay": 1}
    weights = own_weights(module)
    return {
        **_tokens(seen),
        **sizes,
        "chunk": DELTA_CHUNK,
        **({"weights": weights} if weights else {}),
        **_keeps(seen),
    }


def lightning_attention(seen: Module) -> Parameters:
    """Return the parameters of MiniMax's linear attention."""
    module = seen.module
    return {
        **_tokens(seen),
        "heads": _size(module, "num_attention_heads"),
        "head_dim": _size(module, "head_dim"),
        "block": _size(module, "block_size"),
        **_keeps(seen),
    }


def convolution_gates(seen: Module) -> Parameters:
    """Return the parameters of the operations around LFM2's convolution."""
    return {"rows": _rows(seen), "width": seen.calls(seen.runs[0])[0].outputs[0][-1]}


def causal_convolution(above: Module, convolution: Any) -> Parameters:
    """Return the parameters of a depthwise convolution whose weight the parent module uses without calling it."""
    return {
        **_tokens(above),
        "channels": convolution.in_channels,
        "kernel": convolution.kernel_size[0],
        **({"bias": 1} if convolution.bias is not None else {}),
        **({} if hasattr(above.module, "activation") else {"activation": 0}),
        **_keeps(above),
    }


def projection(above: Module, linear: Any) -> Parameters:
    """Return the parameters of a linear layer that the parent module applies to each of its tokens."""
    out_features, in_features = linear.weight.shape
    bias: Parameters = {"bias": 1} if linear.bias is not None else {}
    return {"rows": _rows(above), "in_features": in_features, "out_features": out_features, **bias}


RECIPES: dict[str, Callable[[Module], Parameters]] = {
    "selective_scan": selective_scan,
    "state_space_scan": state_space_scan,
    "gated_delta_rule": gated_delta_rule,
    "lightning_attention": lightning_attention,
    "convolution_gates": convolution_gates,
}


def own_weights(module: Any) -> int:
    """Return the number of weights that belong directly to a module."""
    return sum(weight.numel() for weight in module.parameters(recurse=False))


def _tokens(seen: Module) -> Parameters:
    """Return the number of sequences and the number of new tokens, which are the first two dimensions of the result."""
    return {
        "sequences": seen.summed(lambda call: call.outputs[0][0]),
        "queries": seen.same(lambda call: call.outputs[0][1]),
    }


def _rows(seen: Module) -> str | int:
    return seen.summed(lambda call: call.outputs[0][0] * call.outputs[0][1])


def _keeps(seen: Module) -> Parameters:
    """Return the parameter for layers that keep no state for later steps, or nothing if there is a decode phase."""
    return {} if any(run.phase == "decode" for run in seen.runs) else {"keeps_cache": 0}


def _size(module: Any, name: str) -> int:
    value = getattr(module, name, None)
    if not isinstance(value, int):
        raise NotExpressible(f"no {name}")
    return value
