"""Latent attention by hand: absorbed, expanded, and the contents of the cache; the sizes are DeepSeek-V3's."""

from typing import Any

import pytest

from nsys_tools.model import architecture, figures
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings

HEADS, NOPE, ROPE, VALUE, LATENT = 128, 128, 64, 128, 512


def _model() -> architecture.Model:
    core = {
        "name": "core",
        "class": "attention",
        "kind": "function",
        "entry": "latent_attention_core",
        "parameters": {
            "sequences": "{batch_size}",
            "queries": "{seq_len}",
            "cached": "{cache_len}",
            "heads": HEADS,
            "nope_dim": NOPE,
            "rope_dim": ROPE,
            "v_dim": VALUE,
            "latent_dim": LATENT,
            "absorbed": "{absorbed}",
        },
    }
    step = {"cache_len": "{seq_len} + {step}", "seq_len": 1, "absorbed": 1}
    data: dict[str, Any] = {
        "format": 1,
        "name": "latent",
        "description": "one latent attention",
        "spec": {"id": "latent"},
        "dtype": "bf16",
        "inputs": {
            name: {"meaning": name, "default": value}
            for name, value in {"batch_size": 1, "seq_len": 2048, "decode_steps": 1}.items()
        },
        "phases": [
            {"name": "prefill", "calls": [{"name": "prompt", "set": {"cache_len": 0, "absorbed": 0}}]},
            {"name": "decode", "calls": [{"name": "token", "steps": "{decode_steps}", "set": step}]},
        ],
        "layers": [core],
    }
    return architecture.from_data(data, "latent.json")


@pytest.mark.parametrize("batch", [1, 64])
@pytest.mark.parametrize("expanded", [False, True])
def test_a_step_over_a_cache(formulas: Database, batch: int, expanded: bool) -> None:
    keys = 2049
    settings = Settings(values={"batch_size": batch}, expanded=expanded)
    prefill, decode = figures.evaluate(_model(), formulas, settings)
    assert prefill.matrix_flops == 2 * batch * HEADS * 2048**2 * (NOPE + ROPE + VALUE)
    absorbed = 2 * batch * HEADS * keys * ((LATENT + ROPE) + LATENT)
    expansion = 2 * batch * 2048 * LATENT * HEADS * (NOPE + VALUE)
    as_heads = 2 * batch * HEADS * keys * (NOPE + ROPE + VALUE)
    assert decode.matrix_flops == (expansion + as_heads if expanded else absorbed)
    assert decode.kv_bytes == batch * keys * (LATENT + ROPE) * 2
    cache = keys * (LATENT + ROPE) * 2
    heads = 2048 * HEADS * (NOPE + VALUE) * 2 if expanded else 0
    query = HEADS * ((NOPE if expanded else LATENT) + ROPE) * 2
    assert decode.read_bytes == batch * (query + cache + heads)
    assert decode.written_bytes == batch * (heads + HEADS * (VALUE if expanded else LATENT) * 2)


def test_a_causal_prompt_counts_half(formulas: Database) -> None:
    full, causal = (
        figures.evaluate(_model(), formulas, Settings(values={"decode_steps": 0}, attention=attention))[0].matrix_flops
        for attention in figures.ATTENTION
    )
    assert causal * 2 == full
