"""Parameters of attention over latent keys and values (MLA), and of the indexer that selects tokens for it (DSA)."""

from __future__ import annotations

from typing import Any

from nsys_tools.model.inspection.fit import Module, NotExpressible
from nsys_tools.model.inspection.probe import Core
from nsys_tools.model.inspection.recurrent import projection
from nsys_tools.model.inspection.runs import Run

Parameters = dict[str, str | int]
# The projection from the latent to keys and values of all heads, and the sizes that a module with one has.
EXPANSION = "kv_b_proj"
_SIZES = ("kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim")


def is_latent(module: Any) -> bool:
    """Return whether a module is attention over a latent."""
    return hasattr(module, EXPANSION) and all(isinstance(getattr(module, name, None), int) for name in _SIZES)


def latent_attention_core(module: Any, calls: list[tuple[Run, Core]], basic: Parameters) -> Parameters:
    """Return the parameters of an attention call of such a module.

    Parameters
    ----------
    basic
        Those that `recipes.attention_core` found: keys are as many as queries and cached tokens.

    Raises
    ------
    NotExpressible
        If keys or values are not as wide as the module says.
    """
    latent, nope, rope, value = (getattr(module, name) for name in _SIZES)
    if any(core.key[3] != nope + rope or core.value[3] != value for _, core in calls):
        raise NotExpressible("keys or values that are not as wide as the module says")
    caches = bool(basic["keeps_cache"])
    selected = getattr(module.config, "index_topk", None) if hasattr(module, "indexer") else None
    absorbed: str | int = "{absorbed}" if caches else 0
    if selected:
        # Up to so many tokens nothing is left out, and it is latent attention as ever. Beyond, every query has keys of
        # its own, so that the latent is never expanded (DeepSeek-V3.2, arXiv 2512.02556, section 2.1).
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
    """Return the parameters of the projection that expands the latent, on the new tokens only.

    Code that keeps the latent and expands all of it in every step calls the projection on the cached tokens too;
    the core counts that where it is asked for.
    """
    return projection(above, part)


def indexer(seen: Module) -> Parameters:
    """Return the parameters of an indexer: its heads, their width, and whether it keeps keys of its own."""
    module = seen.module
    heads, dim = getattr(module, "n_heads", None), getattr(module, "head_dim", None)
    if not isinstance(heads, int) or not isinstance(dim, int):
        raise NotExpressible("no n_heads or head_dim")
    caches = any(run.phase == "decode" for run in seen.runs)
    return {
        "sequences": seen.summed(lambda call: call.inputs[0][0]),
        "queries": seen.same(lambda call: call.inputs[0][1]),
        **({"cached": "{cache_len}"} if caches else {}),
        "heads": heads,
        "dim": dim,
        "keeps_cache": int(caches),
    }
