"""Differences between model types: class names, defaults, and parts.

Sources: the configuration and modeling files of transformers 5.23, read module by module. The tests in
``tests/model`` compare the defaults, weights and matrix FLOPs of each model type with transformers on the meta device.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

QKV = ("q_proj", "k_proj", "v_proj")
QKVO = (*QKV, "o_proj")


@attrs.frozen(kw_only=True)
class Moe:
    """The mixture of experts of a model type.

    Attributes
    ----------
    block, router, router_class
        Class of the block, and name and class of its router.
    where
        Layers that have a mixture of experts: ``all``, ``step`` (every n-th layer), or ``after`` (as in
        ``mlp_layer_types``, or all layers after the first dense ones).
    inner
        Name of the setting for an expert's intermediate size.
    bias
        Whether the router and the experts have biases.
    corrections
        Whether the router has a correction bias per expert.
    shared
        Whether there are shared experts in addition to the routed ones.
    """

    block: str
    router: str = "gate"
    router_class: str = "TopKRouter"
    where: str = "all"
    inner: str = "moe_intermediate_size"
    bias: bool = False
    corrections: bool = False
    shared: bool = False


@attrs.frozen(kw_only=True)
class Family:
    """A model type.

    Attributes
    ----------
    package, prefix
        Package in transformers and prefix of its classes.
    text
        Part of the decoder's class name between the prefix and ``Model``.
    embedding
        Full class name of the token embedding.
    latent
        Whether attention is latent (MLA).
    biased, bias_key
        Projections that have a bias, and the setting that enables it (empty if it is always enabled).
    mlp_bias
        Whether ``mlp_bias`` enables biases in the MLP.
    qk_norm
        Norms of queries and keys: ``always``, empty for never, or the setting that enables them.
    four_norms
        Whether there are also norms after the attention and after the MLP.
    sinks
        Whether each head has a learned sink.
    window
        Layers with a sliding window: empty for none, ``all``, ``switch`` (all, if enabled), ``late`` (from a given
        layer on, if enabled), or ``pattern`` (all except every n-th layer).
    pattern
        The n in ``pattern``.
    moe
        Its mixture of experts, or None.
    defaults
        Defaults of the configuration class.
    known
        Supported values. Other values are refused.
    """

    package: str
    prefix: str
    text: str = ""
    embedding: str = "torch.nn.modules.sparse.Embedding"
    latent: bool = False
    biased: tuple[str, ...] = QKVO
    bias_key: str = "attention_bias"
    mlp_bias: bool = False
    qk_norm: str = ""
    four_norms: bool = False
    sinks: bool = False
    window: str = ""
    pattern: int = 0
    moe: Moe | None = None
    defaults: Mapping[str, Any] = attrs.field(factory=dict)
    known: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)

    def kind(self, part: str) -> str:
        """Return the full class name of a part."""
        return f"transformers.models.{self.package}.modeling_{self.package}.{self.prefix}{part}"


def _defaults(hidden: int, inner: int, layers: int, heads: int, vocabulary: int, **more: Any) -> dict[str, Any]:
    return {
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "vocab_size": vocabulary,
        "hidden_act": "silu",
        "tie_word_embeddings": False,
        **more,
    }


_LLAMA = Family(
    package="llama",
    prefix="Llama",
    mlp_bias=True,
    defaults=_defaults(4096, 11008, 32, 32, 32000, max_position_embeddings=2048),
)
_MISTRAL = Family(
    package="mistral",
    prefix="Mistral",
    biased=(),
    window="all",
    defaults=_defaults(4096, 14336, 32, 32, 32000, num_key_value_heads=8, max_position_embeddings=131072)
    | {"sliding_window": 4096},
)
_QWEN = _defaults(4096, 22016, 32, 32, 151936, num_key_value_heads=32, max_position_embeddings=32768)
_QWEN |= {"sliding_window": 4096, "max_window_layers": 28}
_DEEPSEEK = {"kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64}
_DEEPSEEK |= {"v_head_dim": 128}
_DEEPSEEK_V3 = Family(
    package="deepseek_v3",
    prefix="DeepseekV3",
    latent=True,
    biased=("q_a_proj", "kv_a_proj_with_mqa", "o_proj"),
    moe=Moe(block="MoE", router_class="TopkRouter", where="after", corrections=True, shared=True),
    defaults=_defaults(7168, 18432, 61, 128, 129280, max_position_embeddings=4096, moe_intermediate_size=2048)
    | _DEEPSEEK
    | {"num_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3},
    known={"moe_layer_freq": (1,), "topk_method": ("noaux_tc",)},
)
FAMILIES: dict[str, Family] = {
    "llama": _LLAMA,
    "mistral": _MISTRAL,
    "mixtral": Family(
        package="mixtral",
        prefix="Mixtral",
        biased=(),
        window="all",
        moe=Moe(block="SparseMoeBlock", inner="intermediate_size"),
        defaults={**_MISTRAL.defaults, "sliding_window": None, "num_experts": 8, "num_experts_per_tok": 2},
    ),
    "qwen2": Family(package="qwen2", prefix="Qwen2", biased=QKV, bias_key="", window="late", defaults=_QWEN),
    "qwen3": Family(
        package="qwen3", prefix="Qwen3", qk_norm="always", window="late", defaults={**_QWEN, "head_dim": 128}
    ),
    "qwen3_moe": Family(
        package="qwen3_moe",
        prefix="Qwen3Moe",
        qk_norm="always",
        window="switch",
        moe=Moe(block="SparseMoeBlock", where="step"),
        defaults=_defaults(2048, 6144, 24, 32, 151936, num_key_value_heads=4, max_position_embeddings=32768)
        | {"sliding_window": 4096, "moe_intermediate_size": 768, "num_experts": 128, "num_experts_per_tok": 8}
        | {"decoder_sparse_step": 1},
    ),
    "deepseek_v2": Family(
        package="deepseek_v2",
        prefix="DeepseekV2",
        latent=True,
        biased=("q_a_proj", "kv_a_proj_with_mqa", "o_proj"),
        mlp_bias=True,
        moe=Moe(block="Moe", router_class="TopkRouter", where="after", shared=True),
        defaults=_defaults(4096, 11008, 32, 32, 102400, max_position_embeddings=2048, moe_intermediate_size=1407)
        | _DEEPSEEK
        | {"num_experts": 64, "n_shared_experts": 2, "first_k_dense_replace": 0},
        known={"moe_layer_freq": (1,), "topk_method": ("greedy", "group_limited_greedy")},
    ),
    "deepseek_v3": _DEEPSEEK_V3,
    "kimi_k2": _DEEPSEEK_V3,  # the same code under another name; transformers has no separate class
    "gpt_oss": Family(
        package="gpt_oss",
        prefix="GptOss",
        sinks=True,
        window="pattern",
        pattern=2,
        moe=Moe(block="MLP", router="router", inner="intermediate_size", bias=True),
        defaults=_defaults(2880, 2880, 36, 64, 201088, num_key_value_heads=8, max_position_embeddings=131072)
        | {"head_dim": 64, "sliding_window": 128, "num_experts": 128, "num_experts_per_tok": 4}
        | {"attention_bias": True},
    ),
    "gemma3_text": Family(
        package="gemma3",
        prefix="Gemma3",
        text="Text",
        embedding="transformers.models.gemma3.modeling_gemma3.Gemma3TextScaledWordEmbedding",
        qk_norm="always",
        four_norms=True,
        window="pattern",
        pattern=6,
        defaults=_defaults(2304, 9216, 26, 8, 262208, num_key_value_heads=4, max_position_embeddings=131072)
        | {"head_dim": 256, "hidden_act": "gelu_pytorch_tanh", "sliding_window": 4096, "tie_word_embeddings": True},
        known={"use_bidirectional_attention": (False,)},
    ),
    "glm4_moe": Family(
        package="glm4_moe",
        prefix="Glm4Moe",
        biased=QKV,
        qk_norm="use_qk_norm",
        moe=Moe(block="MoE", router_class="TopkRouter", where="after", corrections=True, shared=True),
        defaults=_defaults(4096, 10944, 46, 96, 151552, num_key_value_heads=8, max_position_embeddings=131072)
        | {"moe_intermediate_size": 1408, "num_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 8}
        | {"first_k_dense_replace": 1, "partial_rotary_factor": 0.5},
    ),
    "glm4_moe_lite": Family(
        package="glm4_moe_lite",
        prefix="Glm4MoeLite",
        latent=True,
        biased=("q_a_proj", "kv_a_proj_with_mqa", "o_proj"),
        moe=Moe(block="MoE", router_class="TopkRouter", where="after", corrections=True, shared=True),
        defaults=_defaults(2048, 10240, 47, 20, 154880, max_position_embeddings=202752, moe_intermediate_size=1536)
        | {**_DEEPSEEK, "q_lora_rank": 768, "qk_nope_head_dim": 192, "v_head_dim": 256}
        | {"num_experts": 64, "n_shared_experts": 1, "num_experts_per_tok": 4, "first_k_dense_replace": 1},
    ),
}
# Types with a text part: the default type of that part, and the class of the whole model.
NESTED = {
    "gemma3": ("gemma3_text", "transformers.models.gemma3.modeling_gemma3.Gemma3Model"),
    "kimi_k25": ("kimi_k2", "transformers.models.kimi_k25.modeling_kimi_k25.Kimi_K25Model"),
    "mistral3": ("mistral", "transformers.models.mistral3.modeling_mistral3.Mistral3Model"),
}
KNOWN = tuple(sorted({*FAMILIES, *NESTED}))
