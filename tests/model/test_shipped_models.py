"""The shipped models: published weights to the digit, and figures that others publish about them."""

import json
from math import ceil

import pytest

from nsys_tools.model import architecture, demand, figures, gpus
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.decoder.source import from_facts
from nsys_tools.model.domain import Metrics, ModuleMetrics
from nsys_tools.model.figures import Settings
from tests.conftest import REPOSITORY
from tests.model.published import ACTIVE, MORE_THAN_WEIGHTS, UNPUBLISHED, WEIGHTS

GIB = 2**30


def rows_of(
    model: Model, formulas: Database, phase: str, *, expanded: bool = False, **values: int
) -> list[ModuleMetrics]:
    found = figures.evaluate(model, formulas, Settings(values=values, expanded=expanded))
    return [row for row in found if row.phase == phase]


def decoded(name: str, formulas: Database, batch: int, keys: int, *, expanded: bool = False) -> Metrics:
    """Return one decode step whose tokens attend to `keys` tokens, including their own."""
    values = {"batch_size": batch, "seq_len": keys - 1, "decode_steps": 1}
    return figures.totals(rows_of(architecture.load(name), formulas, "decode", expanded=expanded, **values))


def matrices(name: str) -> dict[str, tuple[int, int, int]]:
    """Return path -> outputs, inputs and number of every matrix that is the weight of a product."""
    found = {}
    for _, layer in architecture.load(name).walk():
        sizes = {key: int(form.value) for key, form in layer.parameters.items() if form.value is not None}
        if layer.path.endswith(".experts"):
            sides = (sizes["hidden_size"], sizes["intermediate_size"])
            found[layer.path] = (*sides, 3 * sizes["experts"] * layer.count)
        elif "in_features" in sizes:
            found[layer.path] = (sizes["out_features"], sizes["in_features"], layer.count)
    return found


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_those_published(name: str, formulas: Database) -> None:
    assert figures.total_weights(architecture.load(name), formulas) == WEIGHTS[name][0]


def test_every_shipped_model_has_a_number_or_is_said_to_have_none() -> None:
    assert set(architecture.available()) == WEIGHTS.keys() | MORE_THAN_WEIGHTS.keys() | UNPUBLISHED


@pytest.mark.parametrize("name", ["deepseek-v3", "deepseek-r1"])
def test_the_files_of_deepseek_v3(name: str, formulas: Database) -> None:
    """The Hub counts a 62nd layer for multi-token prediction, and a scale per block of 128 x 128.

    This layer consists of one like the last, a product of 2 x 7168 with 7168, three norms, and copies of embedding and
    head (README_WEIGHTS.md of deepseek-ai/DeepSeek-V3).
    """
    model = architecture.load(name)
    weights, wide, vocabulary = figures.total_weights(model, formulas), 7168, 129_280
    last = next(layer for _, layer in model.walk() if layer.path == "model.layers.[3-60]")
    one = demand.weight_count(model, last, formulas) // 58
    prediction = one + 2 * wide * wide + 3 * wide + 2 * vocabulary * wide
    scales = sum(
        ceil(outputs / 128) * ceil(inputs / 128) * (count + count // 58 * path.startswith(last.path))
        for path, (outputs, inputs, count) in matrices(name).items()
        if path != "lm_head"
    )
    assert weights == 671_026_419_200
    assert scales == 41_555_600 - 59 * 256  # F32 values, as the Hub counts them; the others correct the router
    assert weights + prediction + scales == MORE_THAN_WEIGHTS[name]


def test_the_files_of_glm_4_6(formulas: Database) -> None:
    """The Hub counts a 93rd layer for multi-token prediction, which has no copies of embedding and head."""
    model = architecture.load("glm-4.6")
    last = next(layer for _, layer in model.walk() if layer.path == "model.layers.[3-91]")
    prediction = demand.weight_count(model, last, formulas) // 89 + 2 * 5120 * 5120 + 3 * 5120
    assert figures.total_weights(model, formulas) == 352_797_829_024
    assert 352_797_829_024 + prediction == MORE_THAN_WEIGHTS["glm-4.6"]


@pytest.mark.parametrize(("name", "width"), [("qwen3-0.6b", 1024), ("qwen3-1.7b", 2048)])
def test_the_files_of_small_qwen3_hold_the_embedding_twice(name: str, width: int, formulas: Database) -> None:
    weights = figures.total_weights(architecture.load(name), formulas)
    assert weights + 151_936 * width == MORE_THAN_WEIGHTS[name]


@pytest.mark.parametrize("name", ACTIVE)
def test_weights_that_a_token_uses(name: str, formulas: Database) -> None:
    published, digits, left_out, _ = ACTIVE[name]
    model = architecture.load(name)
    table = next(row for row in rows_of(model, formulas, "prefill", seq_len=1) if row.path.endswith("embed_tokens"))
    settings = Settings(values={"seq_len": 1}, dtype="bf16")
    rows = [row for row in figures.evaluate(model, formulas, settings) if row.phase == "prefill"]
    used = sum(row.weight_bytes // 2 for row in rows if row.path.split(".")[-1] not in (*left_out, "embed_tokens"))
    whole = used + (0 if "embed_tokens" in left_out else table.weight_count)
    assert round(whole / 1e9, digits) == published


def test_decoding_of_deepseek_v3(formulas: Database) -> None:
    """Absorbed: 2 FLOPs per weight of a token, and per pair of a head 2 x (512 + 64 + 512).

    The naive count, which expands 512 numbers to keys and values of 128 heads again for each cached token, is 40 to 60
    times as large.
    """
    one, many = decoded("deepseek-v3", formulas, 1, 2048), decoded("deepseek-v3", formulas, 64, 4096)
    experts, wide = 256 * 3 * 7168 * 2048, 7168
    in_products = 671_026_419_200 - 129_280 * wide - 58 * (experts * 248 // 256) - 58 * 256
    in_products -= 61 * (2 * wide + 1536 + 512) + wide
    assert one.matrix_flops == 2 * in_products + 61 * 128 * 2048 * 2 * (512 + 64 + 512) == 108_045_139_968
    assert many.matrix_flops == 64 * (2 * in_products + 61 * 128 * 4096 * 2 * (512 + 64 + 512))
    assert round(many.matrix_flops / 1e12, 1) == 9.1
    assert one.kv_bytes == 2048 * 61 * (512 + 64) * 2 == 143_917_056
    assert many.kv_bytes == 64 * 4096 * 61 * (512 + 64) * 2 == 18_421_383_168
    for absorbed, batch, keys in ((one, 1, 2048), (many, 64, 4096)):
        naive = decoded("deepseek-v3", formulas, batch, keys, expanded=True)
        assert 39 < naive.matrix_flops / absorbed.matrix_flops < 60
        assert naive.kv_bytes == absorbed.kv_bytes


@pytest.mark.parametrize(("name", "gib"), [("gpt-oss-120b", 60.8), ("gpt-oss-20b", 12.8)])
def test_bytes_of_gpt_oss_as_shipped(name: str, gib: float, formulas: Database) -> None:
    """Checkpoint sizes of arXiv 2508.10925, table 1; experts have 4.25 bits, all other weights 16."""
    model = architecture.load(name)
    assert str(model.formats) == "bf16 elements, experts mxfp4 (4.25 bits)"
    assert round(figures.held_bytes(model, formulas, Settings()) / GIB, 1) == gib


def test_a_token_of_gpt_oss_120b(formulas: Database) -> None:
    """65 GB stored, 5.1 GB accessed per token, 1.06 ms on an H200: 4 of 128 experts, all else but the embedding."""
    model = architecture.load("gpt-oss-120b")
    assert round(figures.held_bytes(model, formulas, Settings()) / 1e9) == 65
    step = decoded("gpt-oss-120b", formulas, 1, 2048)
    assert round(step.total_bytes / 1e9, 1) == 5.1
    assert round(step.total_bytes / gpus.load("h200-sxm").bytes_per_s * 1e3, 2) == 1.06
    expert, biases = 3 * 2880 * 2880, 3 * 2880
    kept = 116_829_156_672 - 201_088 * 2880 - 36 * 128 * (expert + biases) + 2880  # one row of the embedding
    assert step.weight_bytes == kept * 2 + 36 * 4 * (expert * 17 // 32 + biases * 2)
    # Half of the layers attend to 128 tokens: their cache no longer grows.
    assert decoded("gpt-oss-120b", formulas, 1, 2049).kv_bytes - step.kv_bytes == 18 * 2 * 8 * 64 * 2


def test_bytes_of_kimi_k2_as_shipped(formulas: Database) -> None:
    """The files of moonshotai/Kimi-K2-Instruct have 1,029,173,256,720 bytes (headers added up), this model 0.01 % less.

    The difference of 59,744 bytes is: 6,832 of scales, because 576 rows are 4.5 blocks and stored as 5; 46,080 of the
    router's corrections, stored in 4 bytes; 6,832 of the 3,416 values that no layer has.
    """
    held = figures.held_bytes(architecture.load("kimi-k2"), formulas, Settings())
    rows, corrections, strange = 61 * (5 * 56 * 4 - 576 * 7168 * 4 // 128**2), 60 * 384 * 2, 3416 * 2
    assert held + rows + corrections + strange == 1_029_173_256_720


def test_infersims_figures_of_qwen3_30b_a3b(formulas: Database) -> None:
    """InferSim's README, decode example: attention core 4.03, MoE 3.62, other projections 1.81 GFLOP per token.

    These figures are for a context of 4096 + 2048 / 2 = 5120, without router and head; the cache is 96 KiB per token.
    """
    model = architecture.load("qwen3-30b-a3b")
    rows = rows_of(model, formulas, "decode", seq_len=5119, decode_steps=1)
    flops = dict.fromkeys(("core", "experts", "proj", "rest"), 0)
    for row in rows:
        name = row.path.rpartition(".")[2]
        flops[name if name in flops else "proj" if name.endswith("_proj") else "rest"] += row.matrix_flops
    assert [f"{flops[part] / 1e9:.2f}" for part in ("core", "experts", "proj")] == ["4.03", "3.62", "1.81"]
    assert flops["rest"] == 2 * (48 * 2048 * 128 + 2048 * 151_936)
    assert demand.kv_bytes_per_token(model, demand.demands(model, formulas), 2) == 96 * 1024


def test_llm_viewers_decode_of_llama_2_7b_on_an_a6000(formulas: Database) -> None:
    """LLM-Viewer reports 18.63 ms per token after 2048 tokens at 768 GB/s: everything is memory-bound.

    The time is bytes / bandwidth. Its bytes of weights, keys and values equal those of nsys-tools. The rest differs by
    convention: it writes and reads the attention scores (unfused), uses one input for a sum of two, the hidden size for
    the width of the MLP's activation, and has no embedding, rotation, last norm and norm weights.
    """
    wide, inner, layers, keys, vocabulary = 4096, 11008, 32, 2048, 32000
    rows = rows_of(architecture.load("llama-2-7b"), formulas, "decode", seq_len=keys - 1, decode_steps=1)
    linear = [row for row in rows if row.entry == "linear"]
    weights = 2 * (layers * (4 * wide**2 + 3 * wide * inner) + wide * vocabulary)
    assert sum(row.weight_bytes for row in linear) == weights
    passed = 2 * (layers * (4 * 2 * wide + 3 * (wide + inner)) + wide + vocabulary)
    assert sum(row.read_bytes + row.written_bytes for row in linear) == passed
    core = next(row for row in rows if row.category == "attention")
    cache, query = layers * 2 * keys * wide * 2, layers * 2 * wide * 2
    assert core.total_bytes == cache + query
    scores = layers * 4 * 32 * keys * 2
    others = layers * (2 * 2 + 2 * 2 + 3) * wide * 2
    theirs = weights + passed + cache + query + scores + others
    assert 18.63 <= theirs / 768e9 * 1e3 < 18.64
    ours = figures.totals(rows).total_bytes
    elsewhere = [row for row in rows if row not in linear and row is not core]
    assert theirs - ours == scores + others - sum(row.total_bytes for row in elsewhere)
    assert abs(ours / theirs - 1) < 0.001


def test_the_builder_writes_what_was_written_by_hand() -> None:
    """llama-2-7b.json was written by hand; the same configuration yields the same inputs, phases and layers."""
    by_hand = json.loads((REPOSITORY / "analytic" / "models" / "llama-2-7b.json").read_text(encoding="utf-8"))
    config = {"model_type": "llama", "torch_dtype": "float16", "hidden_size": 4096, "intermediate_size": 11008}
    config |= {"num_hidden_layers": 32, "num_attention_heads": 32, "vocab_size": 32000}
    facts = {name: by_hand[name] for name in ("name", "description", "source", "spec")}
    built, warnings = from_facts({**facts, "config": config}, "llama-2-7b")
    assert {**built, "spec": by_hand["spec"]} == by_hand
    assert warnings == ()
