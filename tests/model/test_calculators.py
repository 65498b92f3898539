"""Multi-GPU shares compared with two public calculators, with each difference explained to the byte.

InferSim (github.com/alibaba/InferSim, README, example qwen3-30B-A3B/decode.sh): four H20, attention on replicas,
experts on all four, MB and GB are 2^20 and 2^30 bytes. llm-analysis (github.com/cli99/llm-analysis, examples/llama,
outputs_infer_ideal, llama-65b, tp2): 512 tokens, 32 new ones, two A100 80GB, 300 GB/s between them.
"""

import json

import pytest

import nsys_tools as nt

MIB, GIB = 2**20, 2**30


def layers(figures: nt.Evaluation, phase: str) -> dict[str, dict[str, float]]:
    return {row["path"]: row for row in figures.flops("layer", phase)}


@pytest.fixture(scope="module")
def infersim() -> nt.Evaluation:
    """InferSim's batch of 100 is that of each GPU."""
    inputs = {"batch_size": 400, "seq_len": 4096, "new_tokens": 2}
    return nt.load_model("qwen3-30b-a3b").evaluate(set=inputs, gpu="h20", parallel={"dp": 4, "ep": 4})


def test_infersims_weights(infersim: nt.Evaluation) -> None:
    """36 MB of attention, 9 MB per expert and 15.19 GB on each GPU: without embedding, head, gates and norms."""
    rows = layers(infersim, "prefill")
    projections = [f"model.layers.[0-47].self_attn.{name}_proj" for name in "qkvo"]
    attention = sum(rows[path]["held_bytes"] for path in projections)
    experts = rows["model.layers.[0-47].mlp.experts"]["held_bytes"]
    assert attention == 48 * 36 * MIB
    assert experts == 48 * 32 * 9 * MIB
    assert round((attention + experts) / GIB, 2) == 15.19
    rest = {path: row["held_bytes"] for path, row in rows.items() if row["held_bytes"] and path not in projections}
    del rest["model.layers.[0-47].mlp.experts"]
    assert set(rest) == {
        "model.embed_tokens", "lm_head", "model.norm", "model.layers.[0-47].mlp.gate",
        *(f"model.layers.[0-47].{name}" for name in ("input_layernorm", "post_attention_layernorm")),
        *(f"model.layers.[0-47].self_attn.{name}_norm" for name in "qk"),
    }  # fmt: skip


def test_infersims_cache(infersim: nt.Evaluation) -> None:
    """96 KB per token; 100 sequences per GPU, and none of other replicas."""
    rows = layers(infersim, "prefill")
    assert rows["model.layers.[0-47].self_attn.core"]["kv_bytes"] == 100 * 4096 * 96 * 1024


def test_infersims_communication(infersim: nt.Evaluation) -> None:
    """It moves the tokens of all GPUs at once, 4.24 us at 360 GiB/s; nsys-tools sends a copy to each remote expert."""
    tokens, width = 100, 2048
    theirs = 4 * tokens * width * 2
    assert round(theirs / (360 * GIB) * 1e6, 2) == 4.24
    sent = layers(infersim, "decode")["model.layers.[0-47].mlp.dispatch"]["network_bytes"] / 48
    assert sent == tokens * 8 * width * 2 * 3 / 4
    assert sent == theirs * 8 / 4 * 3 / 4  # 8 experts instead of 4 GPUs, 3 of 4 of which are remote


HIDDEN, INNER, LAYERS, VOCABULARY, PROMPT = 8192, 22016, 80, 32000, 512


@pytest.fixture(scope="module")
def llama_65b(tmp_path_factory: pytest.TempPathFactory) -> nt.Evaluation:
    path = tmp_path_factory.mktemp("llama-65b") / "config.json"
    path.write_text(
        json.dumps(
            {
                "model_type": "llama",
                "hidden_size": HIDDEN,
                "intermediate_size": INNER,
                "num_hidden_layers": LAYERS,
                "num_attention_heads": 64,
                "num_key_value_heads": 64,
                "vocab_size": VOCABULARY,
                "max_position_embeddings": 2048,
                "torch_dtype": "float16",
                "tie_word_embeddings": False,
            }
        )
    )
    inputs = {"batch_size": 1, "seq_len": PROMPT, "new_tokens": 32}
    return nt.load_model(str(path)).evaluate(set=inputs, gpu="a100-80gb-sxm", parallel={"tp": 2})


def test_llm_analysis_time_of_all_reduces(llama_65b: nt.Evaluation) -> None:
    """prefill_latency_fwd_tp_comm: two all-reduces per layer, without those of embedding and logits."""
    rows = layers(llama_65b, "prefill")
    blocks = sum(rows[f"model.layers.[0-79].{name}.all_reduce"]["network_bytes"] for name in ("self_attn", "mlp"))
    assert blocks / 300e9 == pytest.approx(0.004473924266666667, rel=1e-12)
    more = {path for path, row in rows.items() if row["network_bytes"] and "layers" not in path}
    assert more == {"model.embed_tokens_all_reduce", "lm_head_all_gather"}


def test_llm_analysis_cache(llama_65b: nt.Evaluation) -> None:
    """kv_cache_memory_per_gpu counts 544 tokens; the last of them is returned and never cached."""
    held = layers(llama_65b, "decode")["model.layers.[0-79].self_attn.core"]["kv_bytes"]
    assert held == (PROMPT + 31) * LAYERS * 2 * HIDDEN * 2 // 2
    assert held * 544 // 543 == 713_031_680


def test_llm_analysis_weights(llama_65b: nt.Evaluation) -> None:
    """weight_memory_per_gpu assumes 12 h^2 per layer, as if the MLP had 8 h^2, and one vocabulary table."""
    held = llama_65b.serving().one()["held_bytes"]
    theirs = LAYERS * 12 * HIDDEN**2 + VOCABULARY * HIDDEN  # 2-byte weights on 2 GPUs
    assert theirs == 64_686_653_440
    mlp = LAYERS * (3 * HIDDEN * INNER - 8 * HIDDEN**2)
    norms = (2 * LAYERS + 1) * HIDDEN * 2  # complete on each GPU
    assert held == theirs + mlp + VOCABULARY * HIDDEN + norms


def test_llm_analysis_flops(llama_65b: nt.Evaluation) -> None:
    """Its prompt has full attention, as in nsys-tools; its step attends to one token instead of the cache."""
    per_token = 2 * (LAYERS * 12 * HIDDEN**2 + VOCABULARY * HIDDEN)
    attention = 4 * HIDDEN * LAYERS
    assert PROMPT * per_token + PROMPT**2 * attention == 66_926_327_889_920  # prefill_num_flops_fwd_total
    assert per_token + attention == 129_375_928_320  # decode_num_flops_fwd_total
    mlp = 2 * LAYERS * (3 * HIDDEN * INNER - 8 * HIDDEN**2)
    found = {row["phase"]: row["matrix_flops"] for row in llama_65b.flops("phase")}
    assert found["prefill"] * 2 == PROMPT * (per_token + mlp) + PROMPT**2 * attention
    cached = sum(PROMPT + step for step in range(1, 32))
    assert found["decode"] * 2 == 31 * (per_token + mlp) + cached * attention
