"""Recurrent layers, latents and indexers on several GPUs: the share of each GPU, compared with the whole model."""

from pathlib import Path
from typing import Any

import pytest

from nsys_tools.model import figures
from nsys_tools.model.database import Database
from nsys_tools.model.domain import ModuleMetrics
from nsys_tools.model.figures import Settings
from nsys_tools.model.parallel.plan import Parallel
from nsys_tools.model.parallel.split import split
from tests.model.tiny import tiny

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
transformers = pytest.importorskip("transformers", reason="needs the extra [torch]")
pytestmark = [
    pytest.mark.torch,
    # Ignore warnings of torch and transformers.
    pytest.mark.filterwarnings("default"),
]

SIZES: dict[str, Any] = {
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 12,
}
LINEAR = {"layer_types": ["linear_attention", "full_attention"]}
ROUTED = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 20}
DELTA = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 6, "linear_value_head_dim": 10,
}  # fmt: skip
LATENT = {
    "kv_lora_rank": 14, "q_lora_rank": 18, "qk_nope_head_dim": 12, "qk_rope_head_dim": 8, "v_head_dim": 10,
    "head_dim": 8, "num_key_value_heads": 4, "first_k_dense_replace": 2, "n_routed_experts": 4,
    "index_topk": 6, "index_n_heads": 4, "index_head_dim": 16,
}  # fmt: skip
MAMBA_2 = {"state_size": 10, "num_heads": 6, "head_dim": 16, "n_groups": 2, "chunk_size": 8}


def rows(folder: Path, formulas: Database, kind: str, values: dict[str, Any], tp: int) -> dict[str, ModuleMetrics]:
    """Return the share of a GPU of `tp` for each layer, with a prompt of 19 tokens and two sequences."""
    model = tiny(folder, formulas, kind, values).model
    parallel = Parallel(tp=tp)
    settings = Settings(values={"batch_size": 2, "seq_len": 19, "decode_steps": 1}, parallel=parallel)
    found = figures.evaluate(split(model, formulas, parallel), formulas, settings)
    return {row.path: row for row in found if row.phase == "prefill"}


@pytest.mark.parametrize(
    ("kind", "values", "path"),
    [
        ("mamba", {"hidden_size": 48, "num_hidden_layers": 1, "state_size": 5}, "backbone.layers.0.mixer"),
        ("mamba2", {"hidden_size": 48, "num_hidden_layers": 1, **MAMBA_2}, "backbone.layers.0.mixer"),
        ("qwen3_next", {**SIZES, **DELTA, **LINEAR, **ROUTED}, "model.layers.0.linear_attn"),
        ("lfm2", {**SIZES, "layer_types": ["conv", "full_attention"]}, "model.layers.0.conv"),
        ("minimax", {**SIZES, **LINEAR, "block_size": 8, "num_local_experts": 4}, "model.layers.0.self_attn"),
    ],
)
def test_two_gpus_have_half_of_a_recurrent_layer_each(
    kind: str, values: dict[str, Any], path: str, formulas: Database, tmp_path: Path
) -> None:
    whole, half = (rows(tmp_path, formulas, kind, values, tp) for tp in (1, 2))
    below = [name for name in whole if name.startswith(f"{path}.")]
    assert sum(whole[name].matrix_flops for name in below) > 0
    for name in below:
        assert half[name].matrix_flops * 2 == whole[name].matrix_flops, name
        assert half[name].kv_bytes * 2 == whole[name].kv_bytes, name
    assert sum(whole[name].kv_bytes for name in below) > 0


def test_an_indexer_is_whole_on_every_gpu(formulas: Database, tmp_path: Path) -> None:
    """The attention heads are sharded; the latent, its projections and the indexer are not."""
    whole, half = (rows(tmp_path, formulas, "deepseek_v32", {**SIZES, **LATENT}, tp) for tp in (1, 2))
    block = "model.layers.[0-1].self_attn"
    parts = ("wq_b", "wk", "weights_proj", "core")
    alone = [f"{block}.{name}" for name in ("q_a_proj", "kv_a_proj_with_mqa", *(f"indexer.{part}" for part in parts))]
    for name in alone:
        assert half[name].matrix_flops == whole[name].matrix_flops > 0, name
    for name in (f"{block}.{part}" for part in ("q_b_proj", "kv_b_proj", "o_proj", "core")):
        assert half[name].matrix_flops * 2 == whole[name].matrix_flops > 0, name
    assert sum(row.kv_bytes for row in half.values()) == sum(row.kv_bytes for row in whole.values())


def test_more_gpus_than_groups_repeat_them(formulas: Database, tmp_path: Path) -> None:
    """By hand, 4 value heads of 10 and 2 key heads of 6 on 4 GPUs: a value head each, and a key head for two."""
    found = rows(tmp_path, formulas, "qwen3_next", {**SIZES, **DELTA, **LINEAR, **ROUTED}, 4)
    core = found["model.layers.0.linear_attn.core"]
    assert core.kv_bytes == 2 * 6 * 10 * 4
    inputs = 2 * 19 * (2 * 6 + 10 + 1 + 1) * 2
    assert core.read_bytes == inputs
