"""Self-attention of a decoder layer: projections, norms, rotation and attention core."""

from __future__ import annotations

from reprlib import repr as shown

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.decoder.configuration import Configuration
from nsys_tools.model.decoder.families import Family
from nsys_tools.model.decoder.layers import TOKENS, Data, core, linear, norm, rotate, weight


def self_attention(config: Configuration, family: Family, window: int | None) -> list[Data]:
    """Return the layers of a self-attention block. `window` is in tokens, or None for full attention."""
    return _latent(config, family) if family.latent else _grouped(config, family, window)


def head_dim(config: Configuration) -> int:
    """Return the width of one head."""
    return config.optional("head_dim") or config.size("hidden_size") // config.size("num_attention_heads")


def rotary_dim(config: Configuration, family: Family) -> int:
    """Return the rotated width of a head."""
    if family.latent:
        return config.size("qk_rope_head_dim")
    share = config.part("rope_parameters").get("partial_rotary_factor") or config.get("partial_rotary_factor") or 1
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise NsysToolsError(
            f"{config.place}: partial_rotary_factor is {shown(share)}, but must be above 0 and at most 1."
        )
    return int(head_dim(config) * share)


def _grouped(config: Configuration, family: Family, window: int | None) -> list[Data]:
    hidden, heads, width = config.size("hidden_size"), config.size("num_attention_heads"), head_dim(config)
    kv_heads = config.optional("num_key_value_heads") or heads
    if heads % kv_heads:
        raise NsysToolsError(f"{config.place}: {heads} query heads cannot be divided into {kv_heads} groups.")
    biased = _biased(config, family)
    norms = []
    if family.qk_norm and (family.qk_norm == "always" or config.flag(family.qk_norm)):
        rows = {"q_norm": heads, "k_norm": kv_heads}
        norms = [norm(name, family.kind("RMSNorm"), width, f"{TOKENS} * {n}") for name, n in rows.items()]
    seen = {} if window is None else {"window": window}
    return [
        *([weight("sinks", heads)] if family.sinks else []),
        linear("q_proj", hidden, heads * width, "q_proj" in biased),
        linear("k_proj", hidden, kv_heads * width, "k_proj" in biased),
        linear("v_proj", hidden, kv_heads * width, "v_proj" in biased),
        *norms,
        rotate(TOKENS, heads + kv_heads, rotary_dim(config, family)),
        core(
            "attention_core_window" if seen else "attention_core",
            sequences="{batch_size}",
            queries="{seq_len}",
            cached="{cache_len}",
            **seen,
            heads=heads,
            kv_heads=kv_heads,
            qk_dim=width,
            v_dim=width,
            causal=1,
            keeps_cache=1,
        ),
        linear("o_proj", heads * width, hidden, "o_proj" in biased),
    ]


def _latent(config: Configuration, family: Family) -> list[Data]:
    """Return latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1). Its cache has a latent and a RoPE part."""
    hidden, heads, latent = (config.size(name) for name in ("hidden_size", "num_attention_heads", "kv_lora_rank"))
    nope, rope, value = (config.size(name) for name in ("qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"))
    config.get("head_dim", "qk_head_dim", "num_key_value_heads")  # they follow from the others
    biased, rms = _biased(config, family), family.kind("RMSNorm")
    rank = config.get("q_lora_rank") and config.size("q_lora_rank")
    queries = [linear("q_proj", hidden, heads * (nope + rope))]
    if rank:
        queries = [
            linear("q_a_proj", hidden, rank, "q_a_proj" in biased),
            norm("q_a_layernorm", rms, rank),
            linear("q_b_proj", rank, heads * (nope + rope)),
        ]
    return [
        *queries,
        linear("kv_a_proj_with_mqa", hidden, latent + rope, "kv_a_proj_with_mqa" in biased),
        norm("kv_a_layernorm", rms, latent),
        linear("kv_b_proj", latent, heads * (nope + value)),
        rotate(TOKENS, heads + 1, rope),
        core(
            "latent_attention_core",
            sequences="{batch_size}",
            queries="{seq_len}",
            cached="{cache_len}",
            heads=heads,
            nope_dim=nope,
            rope_dim=rope,
            v_dim=value,
            latent_dim=latent,
            absorbed="{absorbed}",
            causal=1,
            keeps_cache=1,
        ),
        linear("o_proj", heads * value, hidden, "o_proj" in biased),
    ]


def _biased(config: Configuration, family: Family) -> tuple[str, ...]:
    if family.bias_key and not (family.biased and config.flag(family.bias_key)):
        return ()
    return family.biased
