"""Which layers of a decoder have a sliding window, and which have experts."""

from __future__ import annotations

from reprlib import repr as shown

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.decoder.configuration import INSPECT, Configuration
from nsys_tools.model.decoder.families import Family
from nsys_tools.model.decoder.mlp import TOP_K, expert_count

_TYPES = ("full_attention", "sliding_attention")
_MLPS = ("dense", "sparse")
_EVERY = ("sliding_window_pattern", "_sliding_window_pattern")


def windows(config: Configuration, family: Family) -> list[int | None]:
    """Return the window of each layer in tokens, or None for full attention.

    Raises
    ------
    NsysToolsError
        If the type of a layer is neither full nor sliding attention.
    """
    layers = config.layers()
    if family.window == "":
        return [None] * layers
    window = config.optional("sliding_window")
    if family.window == "all":
        return [window] * layers
    if family.window != "pattern" and not config.flag("use_sliding_window"):
        window = None
    if family.window == "switch":
        config.get("max_window_layers")  # published files have it, but no code reads it
        return [window] * layers
    config.get(*_EVERY)  # may also be present in files that list the types
    types = config.get("layer_types") or _types(config, family, layers)
    if not isinstance(types, list) or len(types) != layers:
        raise NsysToolsError(f"{config.place}: layer_types must list one type for each of the {layers} layers.")
    strange = sorted({str(kind) for kind in types} - set(_TYPES))
    if strange:
        raise NsysToolsError(f"{config.place}: layers of type {', '.join(strange)} are not supported.", INSPECT)
    return [window if kind == "sliding_attention" else None for kind in types]


def sparse(config: Configuration, family: Family) -> list[bool]:
    """Return whether each layer has experts."""
    layers = config.layers()
    if family.moe is None:
        return [False] * layers
    if family.moe.where == "after" and (types := config.get("mlp_layer_types")) is not None:
        if not isinstance(types, list) or len(types) != layers or any(kind not in _MLPS for kind in types):
            raise NsysToolsError(
                f"{config.place}: mlp_layer_types must list dense or sparse for each of the {layers} layers."
            )
        return [kind == "sparse" for kind in types]
    if family.moe.where == "after":
        dense = config.size("first_k_dense_replace", least=0)
        return [index >= dense for index in range(layers)]
    if family.moe.where == "step":
        step, dense_ones = config.size("decoder_sparse_step"), config.get("mlp_only_layers") or []
        if not isinstance(dense_ones, list):
            raise NsysToolsError(f"{config.place}: mlp_only_layers is {shown(dense_ones)}, but must be a list.")
        return [index not in dense_ones and (index + 1) % step == 0 for index in range(layers)]
    return [True] * layers


def described(config: Configuration, family: Family) -> str:
    """Return a description of the experts, or an empty string if there are none."""
    if family.moe is None:
        return ""
    shared = config.get("n_shared_experts") if family.moe.shared else 0
    parts = [f"{expert_count(config)} experts of {config.size(family.moe.inner)}"]
    parts += [f"top {config.size(*TOP_K)}", f"{shared or 'none'} shared"]
    return ", ".join(parts)


def _types(config: Configuration, family: Family, layers: int) -> list[str]:
    if family.window == "late":
        first = config.size("max_window_layers", least=0)
        return [_TYPES[index >= first] for index in range(layers)]
    every = config.optional(*_EVERY) or family.pattern
    return [_TYPES[(index + 1) % every != 0] for index in range(layers)]
