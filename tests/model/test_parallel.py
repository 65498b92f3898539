"""A model on several GPUs, by hand for two layers: what each GPU stores, computes and sends."""

from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.model import architecture, figures
from nsys_tools.model.database import Database
from nsys_tools.model.domain import ModuleMetrics
from nsys_tools.model.figures import Settings
from nsys_tools.model.parallel.plan import Parallel
from nsys_tools.model.parallel.split import split

HIDDEN, HEADS, KEYS, WIDTH, INNER, VOCABULARY, BATCH, LENGTH = 64, 8, 2, 16, 96, 100, 4, 10
EXPERTS, TOP_K, EXPERT_INNER = 16, 2, 32


def _linear(name: str, inner: int, outer: int, rows: str = "{batch_size} * {seq_len}") -> dict[str, Any]:
    parameters = {"rows": rows, "in_features": inner, "out_features": outer}
    return {"name": name, "class": "torch.nn.modules.linear.Linear", "parameters": parameters}


def _model(*, experts: bool = False) -> architecture.Model:
    tokens = "{batch_size} * {seq_len}"
    core = {
        "sequences": "{batch_size}", "queries": "{seq_len}", "cached": "{cache_len}", "heads": HEADS,
        "kv_heads": KEYS, "qk_dim": WIDTH, "v_dim": WIDTH, "causal": 1, "keeps_cache": 1,
    }  # fmt: skip
    attention = [
        _linear("q_proj", HIDDEN, HEADS * WIDTH),
        _linear("k_proj", HIDDEN, KEYS * WIDTH),
        _linear("v_proj", HIDDEN, KEYS * WIDTH),
        {"name": "core", "class": "core", "kind": "function", "entry": "attention_core", "parameters": core},
        _linear("o_proj", HEADS * WIDTH, HIDDEN),
    ]
    gate = {"rows": tokens, "hidden_size": HIDDEN, "experts": EXPERTS, "top_k": TOP_K}
    routed = [
        {"name": "gate", "class": "gate", "entry": "moe_gate", "parameters": gate},
        {
            "name": "experts", "class": "experts", "entry": "fused_experts",
            "parameters": {**gate, "intermediate_size": EXPERT_INNER},
        },
    ]  # fmt: skip
    dense = [
        _linear("gate_proj", HIDDEN, INNER),
        _linear("up_proj", HIDDEN, INNER),
        {"name": "act", "class": "act", "entry": "activation", "parameters": {"elements": f"{tokens} * {INNER}"}},
        _linear("down_proj", INNER, HIDDEN),
    ]
    blocks = [
        {"name": "self_attn", "class": "block", "sub_layers": attention},
        {"name": "mlp", "class": "block", "sub_layers": routed if experts else dense},
    ]
    embedding = {"rows": tokens, "entries": VOCABULARY, "width": HIDDEN}
    data: dict[str, Any] = {
        "format": 1, "name": "two", "description": "two layers", "spec": {"id": "two"}, "dtype": "bf16",
        "inputs": {
            name: {"meaning": name, "default": value}
            for name, value in {"batch_size": BATCH, "seq_len": LENGTH, "decode_steps": 1}.items()
        },
        "phases": [
            {"name": "prefill", "calls": [{"name": "prompt", "set": {"cache_len": 0}}]},
            {
                "name": "decode",
                "calls": [{"name": "t", "steps": "{decode_steps}", "set": {"cache_len": "{seq_len}", "seq_len": 1}}],
            },
        ],
        "layers": [
            {
                "name": "embed_tokens", "class": "torch.nn.modules.sparse.Embedding", "parameters": embedding,
            },
            {
                "name": "layers", "class": "torch.nn.modules.container.ModuleList",
                "sub_layers": [{"name": "*", "class": "layer", "repeat": 2, "sub_layers": blocks}],
            },
            _linear("lm_head", HIDDEN, VOCABULARY, "{batch_size}"),
        ],
    }  # fmt: skip
    return architecture.from_data(data, "two.json")


def _prefill(formulas: Database, model: architecture.Model, parallel: Parallel) -> dict[str, ModuleMetrics]:
    shared = split(model, formulas, parallel)
    rows = figures.evaluate(shared, formulas, Settings())
    return {row.path: row for row in rows if row.phase == "prefill"}


@pytest.mark.parametrize("tp", [2, 4])
def test_tensor_parallelism(formulas: Database, tp: int) -> None:
    found = _prefill(formulas, _model(), Parallel(tp=tp))
    tokens, layers = BATCH * LENGTH, 2
    keys = max(1, KEYS // tp)
    layer = "layers.[0-1]"
    flops = {
        f"{layer}.self_attn.q_proj": 2 * tokens * HIDDEN * HEADS * WIDTH // tp,
        f"{layer}.self_attn.k_proj": 2 * tokens * HIDDEN * keys * WIDTH,
        f"{layer}.self_attn.core": 4 * BATCH * LENGTH**2 * HEADS * WIDTH // tp,
        f"{layer}.self_attn.o_proj": 2 * tokens * HIDDEN * HEADS * WIDTH // tp,
        f"{layer}.mlp.down_proj": 2 * tokens * HIDDEN * INNER // tp,
        "lm_head": 2 * BATCH * HIDDEN * VOCABULARY // tp // layers,
    }
    assert {path: found[path].matrix_flops for path in flops} == {path: layers * n for path, n in flops.items()}
    assert found[f"{layer}.mlp.act"].read_bytes == layers * tokens * INNER // tp * 2
    assert found[f"{layer}.self_attn.core"].kv_bytes == layers * tokens * 2 * keys * WIDTH * 2
    ring = 2 * tokens * HIDDEN * 2 * (tp - 1) // tp
    sent = {path: row.network_bytes for path, row in found.items() if row.network_bytes}
    assert sent == {
        "embed_tokens_all_reduce": ring,
        f"{layer}.self_attn.all_reduce": layers * ring,
        f"{layer}.mlp.all_reduce": layers * ring,
        "lm_head_all_gather": BATCH * VOCABULARY * 2 * (tp - 1) // tp,
    }


def test_shares_add_up(formulas: Database) -> None:
    """Shards add up to the whole, in FLOPs and weights; key heads are repeated on more GPUs than key heads."""
    for model in (_model(), _model(experts=True)):
        whole = _prefill(formulas, model, Parallel())
        for parallel in (Parallel(tp=2), Parallel(tp=2, ep=2), Parallel(tp=2, dp=2, ep=4), Parallel(dp=4, ep=4)):
            part = _prefill(formulas, model, parallel)
            for path, row in whole.items():
                if row.matrix_flops and not path.endswith("gate"):
                    assert part[path].matrix_flops * parallel.tp * parallel.dp == row.matrix_flops, (parallel, path)
            experts = "layers.[0-1].mlp.experts"
            if experts in whole:
                copies = parallel.tp * parallel.dp // max(parallel.ep, parallel.tp)
                assert part[experts].weight_count * parallel.tp * parallel.dp == whole[experts].weight_count * copies


def test_experts_on_gpus_of_all_replicas(formulas: Database) -> None:
    """Each of 8 GPUs has 2 experts, processes tokens of all replicas, and sends a copy of its own to each expert."""
    found = _prefill(formulas, _model(experts=True), Parallel(tp=2, dp=4, ep=8))
    tokens, layers = BATCH * LENGTH, 2
    experts = found["layers.[0-1].mlp.experts"]
    assert experts.matrix_flops == layers * 2 * tokens * TOP_K * 3 * HIDDEN * EXPERT_INNER // 8
    assert experts.weight_count == layers * 2 * 3 * HIDDEN * EXPERT_INNER
    hit = 2 * (1 - (1 - TOP_K / EXPERTS) ** tokens)
    assert experts.weight_bytes == round(layers * hit * 3 * HIDDEN * EXPERT_INNER * 2)
    own = tokens // 4
    copies = own // 2 * TOP_K * HIDDEN * 2
    sent = {path: row.network_bytes for path, row in found.items() if ".mlp." in path and row.network_bytes}
    assert sent == {
        "layers.[0-1].mlp.dispatch": layers * copies * 7 // 8,
        "layers.[0-1].mlp.combine": layers * copies * 7 // 8,
        "layers.[0-1].mlp.all_gather": layers * own * HIDDEN * 2 // 2,
    }


def test_stages_of_a_pipeline_add_up(formulas: Database) -> None:
    whole = _prefill(formulas, _model(), Parallel())
    first, last = (_prefill(formulas, _model(), Parallel(pp=2, pp_rank=rank)) for rank in (0, 1))
    assert first["layers.send"].network_bytes == BATCH * LENGTH * HIDDEN * 2
    assert set(first) - {"layers.send"} == {path.replace("[0-1]", "0") for path in whole if path != "lm_head"}
    assert set(last) == {path.replace("[0-1]", "1") for path in whole if path != "embed_tokens"}
    for amount in ("matrix_flops", "weight_count", "kv_bytes", "held_bytes"):
        total = sum(getattr(row, amount) for row in whole.values())
        assert sum(getattr(row, amount) for part in (first, last) for row in part.values()) == total


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tp": 3}, "is not divisible by 3"),
        ({"tp": 16}, "is not divisible by"),
        ({"pp": 3}, "2 layers, fewer than the 3 pipeline stages set by --pp"),
        ({"ep": 4}, "ep=4"),
        ({"tp": 0}, "tp is 0"),
        ({"pp": 2, "pp_rank": 2}, "pp_rank is 2"),
    ],
)
def test_what_cannot_be_shared_is_refused(formulas: Database, given: dict[str, int], message: str) -> None:
    with pytest.raises(nt.NsysToolsError, match=message):
        split(_model(), formulas, Parallel(**given))
