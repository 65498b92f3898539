"""Parameters of attention over latent keys and values (MLA), and of the indexer that selects tokens for it (DSA)."""

from __future__ import annotations

from typing import Any

from nsys_tools.model.inspection.fit import Module, NotExpressible
from nsys_tools.model.inspection.probe import Core
from nsys_tools.model.inspection.recurrent import projection
from nsys_tools.model.inspection.runs import Run

Parameters = dict[str, str | int]
# The projection from the latent to the keys and values of all heads, and the attributes of a module that has one.
EXPANSION = "kv_b_proj"
_SIZES = ("kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")


def is_latent(module: Any) -> bool:
    """Return whether a module is latent attention."""
    return hasattr(module, EXPANSION) and all(isinstance(getattr(module, name, None), int) for name in _SIZES)


def latent_attention_core(module: Any, calls: list[tuple[Run, Core]], basic: Parameters) -> Parameters:
    """Return the parameters of an attention call of a latent attention module.

    Parameters
    ----------
    basic
        Parameters from `recipes.attention_core`. The number of keys is the number of queries plus
        the number of cached tokens.

    Raises
    ------
    NotExpressible
        If the width of keys or values differs from the module's attributes.
    """
    latent, nope, rope, value = (getattr(module, name) for name in _SIZES)
    if any(core.key[3] != nope + rope or core.value[3] != value for _, core in calls):
        raise NotExpressible("the width of its keys or values differs from the module's attributes")
    caches = bool(basic["keeps_cache"])
    selected = getattr(module.config, "index_topk", None) if hasattr(module, "indexer") else None
    absorbed: str | int = "{absorbed}" if caches else 0
    if selected:
        # Up to `selected` tokens, all keys are used, as in plain latent attention. With more, every query has its own
        # keys, so that the latent is never expanded (DeepSeek-V3.2, arXiv 2512.02556, section 2.1).
        absorbed = f"max({absorbed}, min(1, max(0, {basic.get('cached', 0)} + {basic['queries']} - {selected})))"
    return {
        **{name: basic[name] for name in ("sequences", "queries", "cached", "heads") if name in basic},
        "nope_dim": nope,
        "rope_dim": rope,
        "v_dim": value,
        "latent_dim": latent,
        "absorbed": absorbed,
        **({"selected": selected} if selected else {}),
        "causal": basic["causal"],
        "keeps_cache": int(caches),
    }


def expansion(above: Module, part: Any) -> Parameters:
    """Return the parameters of the projection that expands the latent, for the new tokens only.

    Code that caches the latent and expands all of it in every step also projects the cached tokens. The attention core
    counts these tokens if `expanded` is set.
    """
    return projection(above, part)


def indexer(seen: Module) -> Parameters:
    """Return the parameters of an indexer: its heads, their width, and whether it has its own key cache."""
    module = seen.module
    heads, dim = getattr(module, "n_heads", None), getattr(module, "head_dim", None)
    if not isinstance(heads, int) or not isinstance(dim, int):
        raise NotExpressible("it has no n_heads or head_dim")
    caches = any(run.phase == "decode" for run in seen.runs)
    return {
        "sequences": seen.summed(lambda call: call.inputs[0][0]),
        "queries": seen.same(lambda call: call.inputs[0][1]),
        **({"cached": "{cache_len}"} if caches else {}),
        "heads": heads,
        "dim": dim,
        "keeps_cache": int(caches),
    }
