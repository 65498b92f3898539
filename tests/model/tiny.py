"""transformers architectures small enough to run on the CPU with real weights, and their torch measurements."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from nsys_tools.model import architecture, demand, figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings

BATCH, STEPS = 2, 3


@attrs.frozen
class Measured:
    """FLOPs counted by torch and cache contents: matrix FLOPs of the prompt and of all steps, bytes after each."""

    prefill_flops: int
    decode_flops: int
    prefill_bytes: int
    decode_bytes: int


@attrs.frozen
class Tiny:
    """An architecture from its values: the generated model file, and the module that it was generated from.

    Attributes
    ----------
    model, diagnostics
        Model file, and the diagnostics of the generator.
    module
        The architecture on the meta device.
    """

    model: Model
    diagnostics: tuple[str, ...]
    module: Any

    def figures(self, formulas: Database, length: int, *, expanded: bool, batch: int = BATCH) -> Measured:
        """Return the figures of the formulas for a prompt and `STEPS` tokens."""
        values = {"batch_size": batch, "seq_len": length, "decode_steps": STEPS}
        rows = figures.evaluate(self.model, formulas, Settings(values=values, expanded=expanded))
        phases = figures.by_phase(self.model, rows)
        prompt, tokens = phases["prefill"], phases["decode"]
        return Measured(prompt.matrix_flops, tokens.matrix_flops, prompt.kv_bytes, tokens.kv_bytes)

    def measured(self, length: int) -> Measured:
        """Return the FlopCounterMode result for a run in bfloat16 with weights, and the bytes of its cache."""
        import torch

        config = copy.deepcopy(self.module.config)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            real = type(self.module)._from_config(config, attn_implementation="eager", dtype=torch.bfloat16).eval()
        real.set_experts_implementation("batched_mm")
        ids = torch.arange(BATCH * length).reshape(BATCH, length) % 90
        prefill, result = _counted(real, input_ids=ids, use_cache=True)
        after_prompt = cache_bytes(_cache(result))
        decode = 0
        for _ in range(STEPS):
            count, result = _counted(real, input_ids=ids[:, :1], past_key_values=_cache(result), use_cache=True)
            decode += count
        return Measured(prefill, decode, after_prompt, cache_bytes(_cache(result)))


def tiny(folder: Path, formulas: Database, kind: str, values: Mapping[str, Any]) -> Tiny:
    """Return an architecture by its model type and configuration values."""
    from nsys_tools.model.inspection import generate
    from nsys_tools.model.inspection.build import build

    path = folder / "config.json"
    path.write_text(json.dumps({"model_type": kind, "vocab_size": 100, "pad_token_id": 0, **values}))
    built = build(str(path))
    found = generate.generate(built, formulas)
    model = architecture.from_data(found.data, kind)
    assert demand.unknown(model, formulas) == []
    assert figures.total_weights(model, formulas) == sum(weight.numel() for weight in built.module.parameters())
    return Tiny(model, found.diagnostics, built.module)


def cache_bytes(cache: Any) -> int:
    """Return the bytes of all keys, values and states in a transformers cache."""
    tensors = list(getattr(cache, "linear_cache", ()))
    for layer in cache.layers:
        tensors += [getattr(layer, name, None) for name in ("keys", "values", "indexer_keys")]
        for name in ("conv_states", "recurrent_states"):
            tensors += getattr(layer, name, {}).values()
    return sum(tensor.nbytes for tensor in tensors if hasattr(tensor, "nbytes"))


def _counted(module: Any, **inputs: Any) -> tuple[int, Any]:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    if hasattr(module, "backbone") and "past_key_values" in inputs:
        inputs["cache_params"] = inputs.pop("past_key_values")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        result = module(**inputs)
    return counter.get_total_flops(), result


def _cache(result: Any) -> Any:
    return result.get("past_key_values") or result["cache_params"]
