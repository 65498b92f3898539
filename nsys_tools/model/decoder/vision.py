"""The vision encoder of Gemma 3: SigLIP, and the projector that pools its patches to a fixed number of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.decoder.configuration import INSPECT, Configuration
from nsys_tools.model.decoder.layers import (
    Data,
    activation,
    composite,
    core,
    linear,
    module,
    norm,
    numbered,
    residual,
)

_SIGLIP = "transformers.models.siglip.modeling_siglip.Siglip"
_GEMMA = "transformers.models.gemma3.modeling_gemma3.Gemma3"
_NORM = "torch.nn.modules.normalization.LayerNorm"
# The class's defaults (transformers 5.23).
_DEFAULTS = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "num_channels": 3,
    "image_size": 224,
    "patch_size": 16,
    "vision_use_head": True,
    "hidden_act": "gelu_pytorch_tanh",
}


def siglip(values: Mapping[str, Any], hidden: int, image_tokens: int, place: str) -> tuple[list[Data], list[str]]:
    """Return the layers of the tower and the projector, and the unknown settings of the configuration.

    Parameters
    ----------
    values
        The ``vision_config``.
    hidden
        Width of the decoder.
    image_tokens
        Number of tokens per image.

    Raises
    ------
    NsysToolsError
        If the tower is not a supported SigLIP tower, or if its patches cannot be pooled to `image_tokens` tokens.
    """
    config = Configuration(values, _DEFAULTS, f"{place}: vision_config")
    config.refuse("model_type", "siglip_vision_model")
    # Without the pooling head, because the projector takes the patches. Gemma 3's configurations disable it.
    config.refuse("vision_use_head", False)
    config.refuse("hidden_act", "gelu_pytorch_tanh")
    width, side = config.size("hidden_size"), config.size("image_size") // config.size("patch_size")
    patches = side**2
    config.get("dtype", "torch_dtype")
    if isqrt(image_tokens) ** 2 != image_tokens or side % isqrt(image_tokens):
        raise NsysToolsError(f"{place}: {patches} patches cannot be pooled to {image_tokens} tokens.", INSPECT)
    rows = f"{{images}} * {image_tokens}"
    # A product with a weight that is not a separate module. It is counted as a linear layer.
    product = linear("mm_input_projection_weight", width, hidden, rows=rows) | {"kind": "weight", "entry": "linear"}
    projector = [
        product,
        norm("mm_soft_emb_norm", f"{_GEMMA}RMSNorm", width, rows),
        module(
            "avg_pool",
            "torch.nn.modules.pooling.AvgPool2d",
            taken=f"{{images}} * {patches * width}",
            given=f"{rows} * {width}",
        ),
    ]
    tower = composite("vision_tower", f"{_SIGLIP}VisionModel", _tower(config, width, patches))
    found = [tower, composite("multi_modal_projector", f"{_GEMMA}MultiModalProjector", projector)]
    return [{**layer, "phases": ["vision"]} for layer in found], config.unknown()


def _tower(config: Configuration, width: int, patches: int) -> list[Data]:
    layer = (f"{_SIGLIP}EncoderLayer", _layer(config, width, f"{{images}} * {patches}", patches))
    patch = module(
        "patch_embedding",
        "torch.nn.modules.conv.Conv2d",
        images="{images}",
        in_channels=config.size("num_channels"),
        out_channels=width,
        kernel=config.size("patch_size") ** 2,
        in_positions=config.size("image_size") ** 2,
        out_positions=patches,
        bias=1,
    )
    positions = module(
        "position_embedding", "torch.nn.modules.sparse.Embedding", rows=patches, entries=patches, width=width
    )
    embeddings = [patch, positions, residual("positions", width, f"{{images}} * {patches}")]
    return [
        composite("embeddings", f"{_SIGLIP}VisionEmbeddings", embeddings),
        composite("encoder", f"{_SIGLIP}Encoder", [numbered([layer] * config.layers())]),
        _norm("post_layernorm", width, f"{{images}} * {patches}"),
    ]


def _layer(config: Configuration, width: int, rows: str, patches: int) -> list[Data]:
    inner, heads = config.size("intermediate_size"), config.size("num_attention_heads")
    attention = [
        *(linear(name, width, width, bias=True, rows=rows) for name in ("q_proj", "k_proj", "v_proj")),
        core(
            "attention_core",
            sequences="{images}",
            queries=patches,
            heads=heads,
            kv_heads=heads,
            qk_dim=width // heads,
            v_dim=width // heads,
        ),
        linear("out_proj", width, width, bias=True, rows=rows),
    ]
    mlp = [
        linear("fc1", width, inner, bias=True, rows=rows),
        activation("activation_fn", "gelu_pytorch_tanh", inner, rows),
        linear("fc2", inner, width, bias=True, rows=rows),
    ]
    return [
        _norm("layer_norm1", width, rows),
        composite("self_attn", f"{_SIGLIP}Attention", attention),
        residual("residual1", width, rows),
        _norm("layer_norm2", width, rows),
        composite("mlp", f"{_SIGLIP}MLP", mlp),
        residual("residual2", width, rows),
    ]


def _norm(name: str, width: int, rows: str) -> Data:
    return norm(name, _NORM, width, rows)
