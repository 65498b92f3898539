"""Models that model inspect supports besides plain decoders: towers, two-tower models, indexers, dense experts."""

from typing import Any

import pytest

from nsys_tools.model import architecture, figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
transformers = pytest.importorskip("transformers", reason="needs the extra [torch]")
pytestmark = [
    pytest.mark.torch,
    # Ignore warnings of torch and transformers.
    pytest.mark.filterwarnings("default"),
]

from nsys_tools.model.inspection import check, generate  # noqa: E402
from nsys_tools.model.inspection.build import build  # noqa: E402
from nsys_tools.model.inspection.cores import attention_core, cache_note  # noqa: E402
from nsys_tools.model.inspection.probe import Core, Record  # noqa: E402
from nsys_tools.model.inspection.runs import Kept, Run  # noqa: E402

LLAMA_4 = (
    *("text_config.num_hidden_layers=2", "text_config.num_local_experts=8", "text_config.hidden_size=64"),
    *("text_config.intermediate_size=96", "text_config.intermediate_size_mlp=80", "text_config.vocab_size=128"),
    *("text_config.num_attention_heads=4", "text_config.num_key_value_heads=2", "text_config.head_dim=16"),
    *("vision_config.num_hidden_layers=2", "vision_config.hidden_size=64", "vision_config.intermediate_size=256"),
    *("vision_config.num_attention_heads=4", "vision_config.image_size=56", "vision_config.patch_size=14"),
    *("vision_config.projector_input_dim=64", "vision_config.projector_output_dim=64"),
    "vision_config.vision_output_dim=64",
)
PHI_4 = ("num_hidden_layers=1", "vision_config.num_hidden_layers=1", "audio_config.num_blocks=1")


def inspected(source: str, formulas: Database, *overrides: str) -> tuple[Any, Model, tuple[str, ...]]:
    built = build(source, overrides)
    found = generate.generate(built, formulas)
    return built, architecture.from_data(found.data, source), found.diagnostics


@pytest.mark.parametrize(
    ("source", "overrides", "phases", "left_out"),
    [
        ("mllama", ("text_config.num_hidden_layers=5",), ["vision", "prefill", "decode"],
         ["model.multi_modal_projector", "model.language_model.layers.*"]),
        ("qwen2_audio", ("text_config.num_hidden_layers=1",), ["audio", "prefill", "decode"],
         ["model.multi_modal_projector"]),
        ("voxtral", ("text_config.num_hidden_layers=1",), ["audio", "prefill", "decode"], []),
        ("phi4_multimodal", PHI_4, ["vision", "audio", "prefill", "decode"],
         [f"model.embed_tokens_extend.{part}" for part in (
             "image_embed.img_projection_up", "image_embed.img_projection_down", "audio_embed.up_proj_for_speech",
             "audio_embed.down_proj_for_speech", "audio_embed.up_proj_for_vision_speech",
             "audio_embed.down_proj_for_vision_speech")]),
        ("siglip2", ("text_config.num_hidden_layers=1",), ["encode"], ["vision_model"]),
        ("qwen2_5_vl", ("text_config.num_hidden_layers=1",), ["prefill", "decode"], ["model.visual"]),
        ("llava", ("text_config.num_hidden_layers=1",), ["vision", "prefill", "decode"], []),
        ("qwen2_audio_encoder", ("encoder_layers=1",), ["audio"], []),
    ],
)  # fmt: skip
def test_no_part_is_left_out_in_silence(
    source: str, overrides: tuple[str, ...], phases: list[str], left_out: list[str], formulas: Database
) -> None:
    _, model, diagnostics = inspected(source, formulas, *overrides)
    assert [phase.name for phase in model.phases] == phases
    told = [line.partition(": ")[2] for line in diagnostics if line.endswith("is not used in any phase")]
    assert sorted({line.partition(" (")[0] for line in told}) == sorted(left_out)
    asked = {"vision": "image", "audio": "clip"}
    for phase in ("vision", "audio"):
        assert (f"{asked[phase]}s" in model.inputs) == (phase in phases)
    if source == "qwen2_5_vl":
        assert any(
            "the vision tower is omitted: Qwen2_5_VLVisionConfig does not specify an image size" in d
            for d in diagnostics
        )


@pytest.mark.parametrize(
    ("source", "overrides"),
    [
        ("idefics3", ("text_config.num_hidden_layers=1", "vision_config.num_hidden_layers=1")),
        ("phi4_multimodal", PHI_4),
        ("align", ("text_config.num_hidden_layers=1",)),
        ("owlvit", ("text_config.num_hidden_layers=1", "vision_config.num_hidden_layers=1")),  # at most 16 tokens
    ],
)
def test_where_masks_are_looked_at_products_are_counted(
    source: str, overrides: tuple[str, ...], formulas: Database
) -> None:
    """transformers' own attention does not run on shapes there; explicit products do."""
    built, model, _ = inspected(source, formulas, *overrides)
    rows = check.compare(model, formulas, built, overrides)
    assert [row.phase for row in rows] == [phase.name for phase in model.phases]
    assert all(row.equal and row.counted > 0 for row in rows)


def test_what_no_counter_runs_is_not_called_wrong(formulas: Database) -> None:
    """torch's counter rejects the transposed convolutions of SAM's mask decoder."""
    overrides = ("vision_config.num_hidden_layers=2", "vision_config.global_attn_indexes=[1]")
    built, model, diagnostics = inspected("sam", formulas, *overrides)
    (row,) = check.compare(model, formulas, built, overrides)
    assert row.verdict.startswith("not counted: SamModel does not run on the meta device: AssertionError")
    assert any("ConvTranspose2d multiplies matrices, but has no formula" in line for line in diagnostics)


def test_a_linear_layer_that_multiplies_otherwise_is_listed(formulas: Database) -> None:
    """DeepSeek-V4's output projection derives from Linear and multiplies each group of its input separately."""
    _, model, diagnostics = inspected("deepseek_v4", formulas, "num_hidden_layers=1")
    unfit = [layer for _, layer in model.walk() if layer.qualified_class.endswith("DeepseekV4GroupedLinear")]
    assert unfit
    assert all(layer.entry == "none" for layer in unfit)
    assert any("DeepseekV4GroupedLinear does not match the linear formula" in line for line in diagnostics)


def test_weights_that_are_used_without_a_call_take_part(formulas: Database) -> None:
    """Mamba's convolution is a module of which only the weight is used."""
    diagnostics = inspected("mamba2", formulas, "num_hidden_layers=1")[2]
    assert not [line for line in diagnostics if "is not used in any phase" in line]


@pytest.mark.parametrize(
    ("kept", "heads", "note"),
    [
        (Kept(None, 2, 2 * (24 + 16)), 2, ""),  # heads were repeated before the call
        (Kept(None, 4, 4 * (24 + 16)), 4, ""),
        (Kept(None, 1, 40), 1, ""),
        (Kept(None, 1, 32), 4, "the cache has 32 elements per token, but the formula counts 160"),  # a latent
    ],
)
def test_keys_and_values_are_those_of_the_cache(kept: Kept, heads: int, note: str) -> None:
    core = Core((2, 4, 1, 24), (2, 4, 8, 24), (2, 4, 8, 16), None, True, 0)
    calls = [(Run("decode", {"batch_size": 2, "seq_len": 1, "cache_len": 7}, Record(), {0: kept}), core)]
    entry, parameters = attention_core(calls)
    assert (entry, parameters["kv_heads"], parameters["keeps_cache"]) == ("attention_core", heads, 1)
    assert cache_note(calls, parameters) == note


@pytest.mark.parametrize("source", ["deepseek_v32", "glm_moe_dsa"])
def test_indexers_run(source: str, formulas: Database) -> None:
    """They read their mask. Their products have a formula, or are listed."""
    _, model, diagnostics = inspected(source, formulas, "num_hidden_layers=4")
    assert [phase.name for phase in model.phases] == ["prefill", "decode"]
    kinds = {layer.qualified_class.rpartition(".")[2] for _, layer in model.walk()}
    kinds |= {layer.qualified_class.split(".")[-2] for _, layer in model.walk() if "." in layer.qualified_class}
    assert any(kind.endswith("Indexer") for kind in kinds)
    named = any("Indexer multiplies matrices, but has no formula" in line for line in diagnostics)
    core = [layer for _, layer in model.walk() if "indexer" in layer.path.lower() and layer.kind == "function"]
    assert named == any(layer.entry == "none" for layer in core)


def test_lm_head_runs_on_the_positions_that_are_asked_for(formulas: Database) -> None:
    built, model, _ = inspected("qwen2", formulas, "num_hidden_layers=1", "vocab_size=1000")
    assert model.inputs["head_positions"].meaning == "prompt positions that lm_head runs on"

    def flops(**values: int) -> dict[str, int]:
        rows = figures.evaluate(model, formulas, Settings(values={"batch_size": 3, "seq_len": 50, **values}))
        return {phase: total.matrix_flops for phase, total in figures.by_phase(model, rows).items()}

    every, last = flops(), flops(head_positions=1)
    assert every["prefill"] - last["prefill"] == 2 * 3 * 49 * built.config.hidden_size * 1000
    assert every["decode"] == last["decode"]
    # A prompt of which the head sees only the last position, as in transformers' generate.
    with torch.device("meta"), torch.no_grad():
        prompt = torch.zeros(3, 50, dtype=torch.long)
        counted = check.count(lambda: build("qwen2", ["num_hidden_layers=1", "vocab_size=1000"], ("sdpa", "eager"))
                              .module(input_ids=prompt, logits_to_keep=1))  # fmt: skip
    assert counted.flops == last["prefill"]
    assert "head_positions" not in inspected("bert", formulas, "num_hidden_layers=1")[1].inputs


def test_llama_4_counts_the_experts_that_its_router_chooses(formulas: Database) -> None:
    """transformers runs all of them on every token: the comparison uses that, the figures do not."""
    built, model, diagnostics = inspected("llama4", formulas, *LLAMA_4)
    rows = check.compare(model, formulas, built, LLAMA_4)
    assert [row.phase for row in rows] == ["vision", "prefill", "decode"]
    assert all(row.equal for row in rows)
    assert "experts_per_token=8" in rows[1].sizes
    assert [line for line in diagnostics if "runs all experts on every token" in line]
    found = figures.evaluate(model, formulas, Settings(values={"batch_size": 2, "seq_len": 11}))
    experts = [row for row in found if row.phase == "prefill" and row.entry == "fused_experts"]
    # Two layers, one expert per token, gate, up and down.
    assert sum(row.matrix_flops for row in experts) == 2 * (2 * 11) * 1 * 3 * 2 * 64 * 96
    assert sum(row.weight_count for row in experts) == 2 * 8 * 3 * 64 * 96
    assert figures.total_weights(model, formulas) == sum(weight.numel() for weight in built.module.parameters())


def test_whisper_as_it_is_called(formulas: Database) -> None:
    """The model type names the whole model; audio is a tower, whose encoder outputs 1,500 positions per clip."""
    built, model, diagnostics = inspected("whisper", formulas, "encoder_layers=1", "decoder_layers=1")
    assert type(built.module).__name__ == "WhisperForConditionalGeneration"
    assert [phase.name for phase in model.phases] == ["audio", "prefill", "decode"]
    assert (model.inputs["source_len"].default.value, model.inputs["seq_len"].default.value) == (1500, 448)
    assert diagnostics == ()
    rows = figures.evaluate(model, formulas, Settings(values={"seq_len": 4, "decode_steps": 10}, dtype="bf16"))
    # Keys and values of 14 tokens, and of the encoder output, once.
    assert sum(row.kv_bytes for row in rows if row.phase == "decode") == (14 + 1500) * 2 * built.config.d_model * 2
    every = check.compare(model, formulas, built, ("encoder_layers=1", "decoder_layers=1"))
    assert [row.verdict for row in every] == ["yes", "yes", "yes"]
    assert "source_len=19" in every[1].sizes


@pytest.mark.parametrize(("source", "phases"), [("WhisperForCausalLM", ["prefill", "decode"]),
                                                ("T5EncoderModel", ["encode"])])  # fmt: skip
def test_one_of_the_two_is_run(source: str, phases: list[str], formulas: Database) -> None:
    assert [phase.name for phase in inspected(source, formulas)[1].phases] == phases
