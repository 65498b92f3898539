"""The MLP of a decoder layer: dense, or a mixture of experts."""

from __future__ import annotations

from reprlib import repr as shown

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.decoder.configuration import Configuration
from nsys_tools.model.decoder.families import Family, Moe
from nsys_tools.model.decoder.layers import (
    ACTIVATIONS,
    TOKENS,
    Data,
    activation,
    composite,
    function,
    linear,
    module,
    residual,
)

TOP_K = ("num_experts_per_tok", "experts_per_token")
EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts")


def mlp(config: Configuration, family: Family, is_sparse: bool) -> Data:
    """Return the MLP of a layer."""
    if is_sparse and family.moe is not None:
        return composite("mlp", family.kind(family.moe.block), _experts(config, family, family.moe))
    return _gated("mlp", config, family, config.size("intermediate_size"))


def expert_count(config: Configuration) -> int:
    """Return the number of routed experts, a setting that has three possible names."""
    return config.size(*EXPERTS)


def _gated(name: str, config: Configuration, family: Family, inner: int) -> Data:
    hidden, bias = config.size("hidden_size"), family.mlp_bias and config.flag("mlp_bias")
    kind = _activation(config)
    below = [
        linear("gate_proj", hidden, inner, bias),
        linear("up_proj", hidden, inner, bias),
        activation("act_fn", kind, inner),
        function("gated", "torch.mul", "gated_product", elements=f"{TOKENS} * {inner}"),
        linear("down_proj", inner, hidden, bias),
    ]
    return composite(name, family.kind("MLP"), below)


def _activation(config: Configuration) -> str:
    kind = config.get("hidden_activation", "hidden_act") or config.get("hidden_act")
    if kind not in ACTIVATIONS:
        hint = f"Supported: {', '.join(ACTIVATIONS)}."
        raise NsysToolsError(f"{config.place}: the activation {shown(kind)} is not supported.", hint)
    return str(kind)


def _experts(config: Configuration, family: Family, moe: Moe) -> list[Data]:
    hidden, inner = config.size("hidden_size"), config.size(moe.inner)
    experts, top_k = expert_count(config), config.size(*TOP_K)
    if top_k > experts:
        raise NsysToolsError(f"{config.place}: a token cannot be routed to {top_k} of {experts} experts.")
    _activation(config)
    common: dict[str, int | str] = {"rows": TOKENS, "hidden_size": hidden}
    bias = {"bias": 1} if moe.bias else {}
    corrections = {"corrections": experts} if moe.corrections else {}
    router, kind = family.kind(moe.router_class), family.kind("Experts")
    layers = [
        module(moe.router, router, **common, experts=experts, top_k=top_k, **bias, **corrections),
        module("experts", kind, **common, intermediate_size=inner, experts=experts, top_k=top_k, **bias),
    ]
    shared = config.size("n_shared_experts", least=0) if moe.shared else 0
    if shared:
        layers += [_gated("shared_experts", config, family, shared * inner), residual("shared_sum", hidden)]
    return layers
