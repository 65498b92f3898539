"""Attention over a latent, and over tokens selected by an indexer: FLOPs as counted by torch, caches to the byte."""

from pathlib import Path
from typing import Any

import pytest

from nsys_tools.model import architecture, figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings
from tests.model.tiny import BATCH, STEPS, tiny

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
transformers = pytest.importorskip("transformers", reason="needs the extra [torch]")
pytestmark = [
    pytest.mark.torch,
    # Ignore warnings of torch and transformers.
    pytest.mark.filterwarnings("default"),
]

HEADS, NOPE, ROPE, VALUE, LATENT, LAYERS = 4, 12, 8, 10, 14, 2
LATENT_SIZES: dict[str, Any] = {
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": HEADS,
    "head_dim": ROPE,
    "kv_lora_rank": LATENT,
    "q_lora_rank": 18,
    "qk_nope_head_dim": NOPE,
    "qk_rope_head_dim": ROPE,
    "v_head_dim": VALUE,
}
EXPERTS = {
    "n_routed_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 20, "n_group": 1, "topk_group": 1,
    "n_shared_experts": 1, "first_k_dense_replace": 1,
}  # fmt: skip
TOP_K, INDEX_HEADS, INDEX_DIM = 6, 3, 16
INDEXER = {"index_topk": TOP_K, "index_n_heads": INDEX_HEADS, "index_head_dim": INDEX_DIM}
KINDS: dict[str, dict[str, Any]] = {
    "deepseek_v2": {**LATENT_SIZES, **EXPERTS, "q_lora_rank": None},
    "deepseek_v3": {**LATENT_SIZES, **EXPERTS},  # V3, R1, Kimi K2
    "glm4_moe_lite": {**LATENT_SIZES, **EXPERTS},  # GLM-4.7-Flash
    "mistral4": {**LATENT_SIZES, **EXPERTS, "head_dim": NOPE + ROPE},
    "minicpm3": LATENT_SIZES,
    "youtu": LATENT_SIZES,
    "deepseek_v32": {**LATENT_SIZES, **EXPERTS, **INDEXER},
    "glm_moe_dsa": {**LATENT_SIZES, **EXPERTS, **INDEXER, "indexer_types": ["full", "shared"]},  # GLM-5
    "axk2": {**LATENT_SIZES, **EXPERTS, **INDEXER},
}
LENGTH = 19


@pytest.mark.parametrize("kind", KINDS)
def test_flops_and_caches_are_those_of_the_reference_code(kind: str, formulas: Database, tmp_path: Path) -> None:
    found = tiny(tmp_path, formulas, kind, KINDS[kind])
    assert found.diagnostics == ()
    assert found.figures(formulas, LENGTH, expanded=True) == found.measured(LENGTH)


def test_kimi_k2_is_deepseek_v3(formulas: Database, tmp_path: Path) -> None:
    found = tiny(tmp_path, formulas, "kimi_k2", {**KINDS["deepseek_v3"], "architectures": ["DeepseekV3ForCausalLM"]})
    assert type(found.module).__name__ == "DeepseekV3ForCausalLM"
    other = tiny(tmp_path, formulas, "deepseek_v3", KINDS["deepseek_v3"])
    assert found.figures(formulas, LENGTH, expanded=False) == other.figures(formulas, LENGTH, expanded=False)


def test_absorbed_decode_by_hand(formulas: Database, tmp_path: Path) -> None:
    """Expanding takes more because it processes the cached tokens again, and takes less per pair of tokens."""
    found = tiny(tmp_path, formulas, "deepseek_v3", KINDS["deepseek_v3"])
    absorbed, expanded = (found.figures(formulas, LENGTH, expanded=way) for way in (False, True))
    assert absorbed.prefill_flops == expanded.prefill_flops
    difference = 0
    for cached in range(LENGTH, LENGTH + STEPS):
        pairs = 2 * HEADS * (cached + 1) * ((NOPE + ROPE + VALUE) - (LATENT + ROPE + LATENT))
        difference += BATCH * LAYERS * (pairs + 2 * cached * LATENT * HEADS * (NOPE + VALUE))
    assert expanded.decode_flops - absorbed.decode_flops == difference
    per_token = BATCH * LAYERS * (LATENT + ROPE) * 2
    assert (absorbed.prefill_bytes, absorbed.decode_bytes) == (LENGTH * per_token, (LENGTH + STEPS) * per_token)


def test_absorbed_attention_gives_the_same_result(formulas: Database, tmp_path: Path) -> None:
    """One step of a real layer, absorbed by hand: the output of transformers' code, with the FLOPs of the formulas."""
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import DynamicCache
    from transformers.models.deepseek_v3.modeling_deepseek_v3 import apply_rotary_pos_emb_interleave as rotate

    found = tiny(tmp_path, formulas, "deepseek_v3", KINDS["deepseek_v3"])
    model = type(found.module)._from_config(found.module.config, attn_implementation="eager", dtype=torch.float64)
    layer, cache = model.model.layers[0].self_attn, DynamicCache()
    x = torch.randn(BATCH, LENGTH + 1, 48, dtype=torch.float64)
    angles = model.model.rotary_emb(x, torch.arange(LENGTH + 1)[None])
    last = tuple(part[:, -1:] for part in angles)
    with torch.no_grad():
        layer(x[:, :-1], tuple(part[:, :-1] for part in angles), None, past_key_values=cache)
        with FlopCounterMode(display=False) as counter:
            queries = layer.q_b_proj(layer.q_a_layernorm(layer.q_a_proj(x[:, -1:])))
            nope, turned = queries.view(BATCH, 1, HEADS, -1).transpose(1, 2).split([NOPE, ROPE], -1)
            latent, key = layer.kv_a_proj_with_mqa(x[:, -1:]).split([LATENT, ROPE], -1)
            turned, key = rotate(turned, key[:, None], *last)
            latents = torch.cat([cache.layers[0].keys[:, 0], layer.kv_a_layernorm(latent)], 1)
            keys = torch.cat([cache.layers[0].values[:, 0], key[:, 0]], 1)
            to_keys, to_values = layer.kv_b_proj.weight.view(HEADS, NOPE + VALUE, LATENT).split([NOPE, VALUE], 1)
            in_latent = torch.einsum("bhqd,hdl->bhql", nope, to_keys)
            scores = torch.einsum("bhql,bkl->bhqk", in_latent, latents) + torch.einsum("bhqr,bkr->bhqk", turned, keys)
            seen = torch.einsum("bhqk,bkl->bhql", (scores * layer.scaling).softmax(-1), latents)
            result = layer.o_proj(torch.einsum("bhql,hdl->bqhd", seen, to_values).flatten(2))
        expected, _ = layer(x[:, -1:], last, None, past_key_values=cache)
    torch.testing.assert_close(result, expected)
    values = {"batch_size": BATCH, "seq_len": LENGTH, "decode_steps": 1}
    rows = figures.evaluate(found.model, formulas, Settings(values=values))
    ours = [row for row in rows if row.phase == "decode" and row.path.startswith("model.layers.0.self_attn")]
    assert sum(row.matrix_flops for row in ours) == counter.get_total_flops()


def test_selected_tokens_by_hand(formulas: Database, tmp_path: Path) -> None:
    """Beyond its top-k, every query attends to that many tokens, absorbed; the indexer scores all of them."""
    found = tiny(tmp_path, formulas, "deepseek_v32", KINDS["deepseek_v32"])
    sparse, dense = (found.figures(formulas, LENGTH, expanded=way) for way in (False, True))

    def attended(queries: int, keys: int) -> int:
        masked = keys * (NOPE + ROPE + VALUE)
        return BATCH * LAYERS * 2 * HEADS * queries * (masked - TOP_K * (LATENT + ROPE + LATENT))

    expansion = BATCH * LAYERS * 2 * LATENT * HEADS * (NOPE + VALUE)
    steps = range(LENGTH, LENGTH + STEPS)
    assert dense.prefill_flops - sparse.prefill_flops == attended(LENGTH, LENGTH)
    assert dense.decode_flops - sparse.decode_flops == sum(attended(1, n + 1) + n * expansion for n in steps)
    # Up to its top-k, nothing is left out and a prompt is expanded as usual.
    short = [found.figures(formulas, TOP_K, expanded=way).prefill_flops for way in (False, True)]
    assert short[0] == short[1]
    assert sparse.prefill_bytes == BATCH * LAYERS * LENGTH * (LATENT + ROPE + INDEX_DIM) * 2


@pytest.mark.parametrize(
    ("batch", "length", "flops", "cached_bytes"),
    [(1, 2048, 0.108e12, 144e6), (64, 4096, 9.1e12, 18.4e9)],
)
def test_deepseek_v3_at_full_size(
    batch: int, length: int, flops: float, cached_bytes: float, full: Model, formulas: Database
) -> None:
    """61 layers of 128 heads, a latent of 512 with 64 rotated dimensions beside it."""
    values = {"batch_size": batch, "seq_len": length, "decode_steps": 1}
    decode = figures.by_phase(full, figures.evaluate(full, formulas, Settings(values=values)))["decode"]
    assert decode.kv_bytes == batch * (length + 1) * 61 * (512 + 64) * 2
    assert decode.kv_bytes == pytest.approx(cached_bytes, rel=0.005)
    assert decode.matrix_flops == pytest.approx(flops, rel=0.005)


@pytest.fixture(scope="module")
def full(formulas: Database) -> Model:
    from nsys_tools.model.inspection import generate
    from nsys_tools.model.inspection.build import build

    model = architecture.from_data(generate.generate(build("deepseek_v3"), formulas).data, "deepseek_v3")
    assert figures.total_weights(model, formulas) == 671_026_404_352
    return model
