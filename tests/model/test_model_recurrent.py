"""Layers with a fixed-size state: FLOPs as counted by torch on the CPU, states as stored in the caches."""

from pathlib import Path
from typing import Any

import pytest

from nsys_tools.model import demand
from nsys_tools.model.database import Database
from tests.model.tiny import BATCH, Tiny, tiny

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
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 12,
}
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 20}
# Six heads of sixteen channels, which are twice the hidden size; two groups, and chunks of eight tokens.
MAMBA_1 = {"mamba_d_state": 5, "mamba_dt_rank": 3}
MAMBA_2 = {
    "mamba_n_heads": 6, "mamba_d_head": 16, "mamba_d_state": 10, "mamba_n_groups": 2, "mamba_chunk_size": 8,
}  # fmt: skip
DELTA = {
    "linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_key_head_dim": 6, "linear_value_head_dim": 10,
}  # fmt: skip
HYBRID = {"layer_types": ["linear_attention", "full_attention"], "num_hidden_layers": 2}
ONLY = {"hidden_size": 48, "num_hidden_layers": 2}
KINDS: dict[str, tuple[dict[str, Any], int]] = {
    "mamba": ({**ONLY, "state_size": 5}, 19),
    "falcon_mamba": ({**ONLY, "state_size": 5}, 3),  # a prompt shorter than the convolution
    "mamba2": ({**ONLY, "state_size": 10, "num_heads": 6, "head_dim": 16, "n_groups": 2, "chunk_size": 8}, 19),
    "jamba": (
        {**SIZES, **MAMBA_1, "attn_layer_period": 3, "attn_layer_offset": 1, "num_experts": 4}
        | {"expert_layer_period": 2, "expert_layer_offset": 1},
        19,
    ),
    "zamba": (
        {**SIZES, **MAMBA_1, "num_key_value_heads": 4, "n_mamba_heads": 2, "attention_hidden_size": 96}
        | {"num_hidden_layers": 5, "attention_head_dim": 24}
        | {"layers_block_type": ["mamba", "mamba", "hybrid", "mamba", "hybrid"]},
        19,
    ),
    "zamba2": (
        {**SIZES, "num_key_value_heads": 4, "n_mamba_heads": 6, "mamba_headdim": 16, "mamba_d_state": 10}
        | {"mamba_ngroups": 2, "chunk_size": 8, "layers_block_type": ["mamba", "mamba", "hybrid"], "num_mem_blocks": 1},
        19,
    ),
    "bamba": ({**SIZES, **MAMBA_2, "attn_layer_indices": [1]}, 19),
    "granitemoehybrid": (
        {**SIZES, **MAMBA_2, "layer_types": ["mamba", "attention", "mamba"], "shared_intermediate_size": 40}
        | {"num_local_experts": 4, "num_experts_per_tok": 2},
        16,  # whole chunks
    ),
    "falcon_h1": ({**SIZES, **MAMBA_2, "mamba_d_ssm": 96}, 19),
    "nemotron_h": (
        {**SIZES, "mamba_num_heads": 6, "mamba_head_dim": 16, "ssm_state_size": 10, "n_groups": 2, "chunk_size": 8}
        | {"layers_block_type": ["mamba", "moe", "attention"], "n_routed_experts": 4, "num_experts_per_tok": 2}
        | {"moe_intermediate_size": 20, "moe_shared_expert_intermediate_size": 20},
        19,
    ),
    "qwen3_next": ({**SIZES, **DELTA, **EXPERTS, **HYBRID, "shared_expert_intermediate_size": 20}, 70),
    "qwen3_5_text": ({**SIZES, **DELTA, **HYBRID}, 64),
    "olmo_hybrid": ({**SIZES, **DELTA, **HYBRID}, 19),
    "kimi_linear": (
        {**SIZES, **EXPERTS, "num_key_value_heads": 4, "kv_lora_rank": 14, "qk_nope_head_dim": 8, "v_head_dim": 10}
        | {"qk_rope_head_dim": 6, "linear_num_heads": 3, "linear_head_dim": 8, "n_group": 1, "topk_group": 1}
        | HYBRID,
        70,
    ),
    "lfm2": ({**SIZES, "layer_types": ["conv", "full_attention", "conv"]}, 19),
    "lfm2_moe": ({**SIZES, **EXPERTS, "layer_types": ["conv", "full_attention", "conv"], "num_dense_layers": 1}, 2),
    "minimax": (
        {**SIZES, **HYBRID, "block_size": 8}
        | {"num_local_experts": 4, "num_experts_per_tok": 2},
        19,
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=KINDS)
def kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, formulas: Database
) -> tuple[Tiny, int]:
    values, length = KINDS[request.param]
    return tiny(tmp_path_factory.mktemp(request.param), formulas, request.param, values), length


def test_flops_and_states_are_those_of_the_reference_code(kind: tuple[Tiny, int], formulas: Database) -> None:
    found, length = kind
    assert found.diagnostics == ()
    assert found.figures(formulas, length, expanded=True) == found.measured(length)


def test_states_do_not_grow(formulas: Database, tmp_path: Path) -> None:
    """By hand, Mamba 2: bf16 for 96 + 2 x 2 x 10 channels of 4 tokens, fp32 for 6 x 16 x 10 numbers of state."""
    found = tiny(tmp_path, formulas, "mamba2", KINDS["mamba2"][0])
    each = (96 + 2 * 2 * 10) * 4 * 2 + 6 * 16 * 10 * 4
    for length in (1, 19, 1000):
        figures = found.figures(formulas, length, expanded=False)
        assert figures.prefill_bytes == figures.decode_bytes == BATCH * 2 * each
    assert demand.kv_bytes_per_token(found.model, demand.demands(found.model, formulas), 2) == 0


def test_only_attention_grows_in_a_hybrid(formulas: Database, tmp_path: Path) -> None:
    """By hand, Jamba: one layer of three caches keys and values of two heads."""
    found = tiny(tmp_path, formulas, "jamba", KINDS["jamba"][0])
    assert demand.kv_bytes_per_token(found.model, demand.demands(found.model, formulas), 2) == 2 * 2 * 12 * 2


def test_a_step_needs_the_product_of_the_state_alone(formulas: Database, tmp_path: Path) -> None:
    """By hand, Mamba 2: the projections of a token, its convolution, and the state times C."""
    found = tiny(tmp_path, formulas, "mamba2", KINDS["mamba2"][0])
    projections = 48 * (96 + 136 + 6) + 96 * 48
    layer = projections + 136 * 4 + 6 * 16 * 10
    assert found.figures(formulas, 19, expanded=False).decode_flops == 3 * BATCH * 2 * (2 * layer + 48 * 100)
