"""Parameters of the formula for the attention core, and a check of the cache size."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from nsys_tools.model.inspection.fit import NotExpressible, fit
from nsys_tools.model.inspection.pairs import SOURCE
from nsys_tools.model.inspection.probe import Core
from nsys_tools.model.inspection.runs import Kept, Run

Parameters = dict[str, str | int]


def attention_core(calls: list[tuple[Run, Core]]) -> tuple[str, Parameters]:
    """Return the formula entry and the parameters of an attention call that occurs in every forward pass.

    Raises
    ------
    NotExpressible
        If the lengths in the call cannot be expressed in terms of the inputs.
    """
    if all(core.key[2] == run.sizes.get(SOURCE) for run, core in calls):
        return "attention_core", _cross(calls)
    first = calls[0][1]
    caches = any(run.sizes.get("cache_len", 0) and core.key[2] > core.query[2] for run, core in calls)
    stored = _stored(calls)
    window = first.window or (stored.window if stored else None)
    keeps = caches and (stored is not None or not any(core.layer is not None and _shared(run) for run, core in calls))
    queries = _fitted(calls, lambda core: core.query[2])
    cached = "{cache_len}" if caches else _fitted(calls, lambda core: core.key[2] - core.query[2])
    if caches and any(core.key[2] != _seen_keys(run, core, window) for run, core in calls):
        raise NotExpressible("its keys come from neither the prompt nor the cache")
    shape: Parameters = {
        "sequences": _fitted(calls, lambda core: core.query[0]),
        "queries": queries,
        **({"cached": cached} if cached != 0 else {}),
        **({"window": window} if caches and window else {}),
        "heads": first.query[1],
        "kv_heads": _kv_heads(first, stored),
        "qk_dim": first.query[3],
        "v_dim": first.value[3],
        "causal": int(first.causal),
        "keeps_cache": int(keeps),
    }
    return ("attention_core_window" if caches and window else "attention_core"), shape


def _cross(calls: list[tuple[Run, Core]]) -> Parameters:
    """Return the parameters of cross-attention to the encoder output, which is cached from the prefill on."""
    first = calls[0][1]
    return {
        "sequences": _fitted(calls, lambda core: core.query[0]),
        "queries": _fitted(calls, lambda core: core.query[2]),
        "cached": f"{{{SOURCE}}} - {{seq_len}}",  # no query is among the keys, which are all from the encoder
        "heads": first.query[1],
        "kv_heads": first.key[1],
        "qk_dim": first.query[3],
        "v_dim": first.value[3],
        "keeps_cache": 1,
    }


def _shared(run: Run) -> bool:
    """Return whether layers share keys and values, in which case attention calls outnumber layers in the cache.

    If attention calls do not outnumber these layers, nothing is shared. A layer that seems to be missing from the cache
    is then stored under a different index, as in Zamba's shared blocks.
    """
    return 0 < len(run.kept) < sum(len(run.record.calls.get(name, ())) for name in run.record.cores)


def _kv_heads(core: Core, stored: Kept | None) -> int:
    """Return the number of key heads in memory. Some code repeats them before it calls attention."""
    of_cache = stored is not None and stored.elements == stored.heads * (core.key[3] + core.value[3])
    return stored.heads if stored is not None and of_cache else core.key[1]


def _stored(calls: list[tuple[Run, Core]]) -> Kept | None:
    found = (run.kept.get(core.layer) for run, core in calls if core.layer is not None)
    return next((kept for kept in found if kept is not None), None)


def cache_note(calls: list[tuple[Run, Core]], parameters: Parameters) -> str:
    """Return a sentence about how transformers' cache differs from the formula, or an empty string if it does not."""
    stored = _stored(calls)
    if "latent_dim" in parameters:
        width = int(parameters["latent_dim"]) + int(parameters["rope_dim"])
    else:
        width = int(parameters["kv_heads"]) * (int(parameters["qk_dim"]) + int(parameters["v_dim"]))
    formula = width * int(parameters["keeps_cache"])
    if stored is None or formula == stored.elements:
        return ""
    return f"the cache has {stored.elements} elements per token, but the formula counts {formula}"


def _seen_keys(run: Run, core: Core, window: int | None) -> int:
    """Return the number of keys that a call receives, including cached keys."""
    cached = run.sizes["cache_len"]
    return core.query[2] + (min(cached, window - 1) if window else cached)


def _fitted(calls: list[tuple[Run, Core]], measure: Callable[[Core], int]) -> str | int:
    return fit([(run.sizes, Fraction(measure(core))) for run, core in calls])
