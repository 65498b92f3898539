"""Configurations of users: what is built, what is reported as left out, and what is rejected."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import nsys_tools as nt
from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, demand, figures, operators
from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.database import Database
from nsys_tools.model.decoder.families import KNOWN, NESTED
from nsys_tools.model.figures import Settings

SMALL: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 100,
    "torch_dtype": "bfloat16",
}
COMMON = {
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": [2, 3],
    "initializer_range": 0.02,
    "use_cache": True,
}
COMMON |= {"rms_norm_eps": 1e-06, "rope_theta": 1e6, "rope_scaling": {"rope_type": "yarn", "factor": 40}}
# Keys in the published files of these models that are not in the shipped facts.
AS_PUBLISHED: dict[str, dict[str, Any]] = {
    "llama-3.1-8b": {**COMMON, "attention_bias": False, "mlp_bias": False, "pretraining_tp": 1, "hidden_act": "silu"},
    "mistral-7b": {**COMMON, "architectures": ["MistralForCausalLM"], "transformers_version": "4.34.0.dev0"},
    "qwen3-30b-a3b": {
        **COMMON,
        "decoder_sparse_step": 1,
        "max_window_layers": 48,
        "mlp_only_layers": [],
        "norm_topk_prob": True,
        "output_router_logits": False,
        "router_aux_loss_coef": 0.001,
        "sliding_window": None,
        "use_sliding_window": False,
    },
    "deepseek-v3": {
        **COMMON,
        "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV3Config"},
        "ep_size": 1,
        "moe_layer_freq": 1,
        "n_group": 8,
        "num_nextn_predict_layers": 1,
        "routed_scaling_factor": 2.5,
        "scoring_func": "sigmoid",
        "topk_group": 4,
        "topk_method": "noaux_tc",
    },
    "gpt-oss-20b": {
        **COMMON,
        "experts_per_token": 4,
        "initial_context_length": 4096,
        "layer_types": ["sliding_attention", "full_attention"] * 12,
        "swiglu_limit": 7.0,
    },
    "gemma-3-4b": {
        **{
            "boi_token_index": 255999,
            "eoi_token_index": 256000,
            "image_token_index": 262144,
            "initializer_range": 0.02,
        },
        "text_config": {"rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "query_pre_attn_scalar": 256},
        "vision_config": {"attention_dropout": 0.0, "layer_norm_eps": 1e-06, "num_channels": 3},
    },
    "glm-4.6": {**COMMON, "hidden_act": "silu", "num_nextn_predict_layers": 1, "n_group": 1, "norm_topk_prob": True},
}
EXPERTS = {"num_experts_per_tok": 2, "moe_intermediate_size": 32}


def config(folder: Path, kind: str, **changed: Any) -> str:
    """Write a small configuration (None: left out) and return its path."""
    values = {"model_type": kind, **SMALL, **changed}
    path = folder / "config.json"
    path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))
    return str(path)


def layers(model: Model, end: str) -> list[Layer]:
    return [layer for _, layer in model.walk() if layer.path.endswith(end)]


def value(layer: Layer, name: str) -> int:
    found = layer.parameters[name].value
    assert found is not None
    return int(found)


def test_a_folder_a_file_and_a_model_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "qwen3-8b"
    folder.mkdir()
    config(folder, "qwen3")
    small = architecture.load(str(folder))
    assert small.name == architecture.load(str(folder / "config.json")).name == "qwen3-8b"
    assert small.spec["layers"] == 4
    monkeypatch.chdir(tmp_path)
    assert architecture.load("qwen3-8b").spec["layers"] == 36
    assert architecture.load("./qwen3-8b").spec["layers"] == 4


def test_the_public_names(tmp_path: Path) -> None:
    path = config(tmp_path, "deepseek_v3", kv_lora_rank=16, num_nextn_predict_layers=1, n_routed_experts=8, **EXPERTS)
    model = nt.load_model(path)
    assert model.warnings == [f"{path}: FLOPs and bytes do not include multi-token prediction (MTP layers: 1)."]
    assert model.evaluate(set={"seq_len": 5}).flops("phase").rows()
    assert operators.is_model_file(Path(path))
    found, without_formula = nt.model_operators(path)
    assert "transformers.models.deepseek_v3.modeling_deepseek_v3.DeepseekV3Experts" in found["qualified_class"]
    assert without_formula == []


@pytest.mark.parametrize("kind", [kind for kind in KNOWN if kind not in NESTED])
def test_every_type_is_whole(kind: str, tmp_path: Path, formulas: Database) -> None:
    model = architecture.load(config(tmp_path, kind, num_experts=4, **EXPERTS))
    assert demand.unknown(model, formulas) == []
    totals = figures.by_phase(model, figures.evaluate(model, formulas, Settings()))
    assert totals["prefill"].matrix_flops > totals["decode"].matrix_flops // 127 > 0


def test_windows_of_every_kind(tmp_path: Path) -> None:
    def windows(kind: str, **values: Any) -> list[tuple[str, int]]:
        model = architecture.load(config(tmp_path, kind, sliding_window=9, num_experts=4, **EXPERTS, **values))
        return [(core.path, value(core, "window")) for core in layers(model, ".core") if "window" in core.parameters]

    assert windows("mistral") == windows("mixtral") == [("model.layers.[0-3].self_attn.core", 9)]
    assert windows("qwen3_moe", use_sliding_window=True) == [("model.layers.[0-3].self_attn.core", 9)]
    assert windows("qwen3_moe", use_sliding_window=False) == windows("qwen2") == []
    assert windows("qwen2", use_sliding_window=True, max_window_layers=3) == [("model.layers.3.self_attn.core", 9)]
    assert windows("gpt_oss") == [("model.layers.[0,2].self_attn.core", 9)]
    assert windows("gemma3_text", sliding_window_pattern=2) == windows("gpt_oss")
    mixed = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"]
    assert windows("qwen3", use_sliding_window=True, layer_types=mixed) == [("model.layers.[0,3].self_attn.core", 9)]


def test_which_layers_have_experts(tmp_path: Path) -> None:
    def experts(kind: str, **values: Any) -> list[str]:
        return [e.path for e in layers(architecture.load(config(tmp_path, kind, **EXPERTS, **values)), ".experts")]

    assert experts("glm4_moe", n_routed_experts=4) == ["model.layers.[1-3].mlp.experts"]
    assert experts("deepseek_v2", n_routed_experts=4) == ["model.layers.[0-3].mlp.experts"]
    assert experts("qwen3_moe", decoder_sparse_step=2) == ["model.layers.[1,3].mlp.experts"]
    assert experts("qwen3_moe", mlp_only_layers=[0, 1]) == ["model.layers.[2-3].mlp.experts"]


@pytest.mark.parametrize("name", ["num_experts", "num_local_experts", "n_routed_experts"])
def test_the_three_names_of_experts(name: str, tmp_path: Path) -> None:
    model = architecture.load(config(tmp_path, "qwen3_moe", **EXPERTS, **{name: 6}))
    (experts,) = layers(model, ".experts")
    assert value(experts, "experts") == 6
    assert model.spec["moe"] == "6 experts of 32, top 2, none shared"


def test_quantized_weights(tmp_path: Path) -> None:
    fp8 = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    model = architecture.load(config(tmp_path, "llama", quantization_config=fp8))
    assert str(model.formats) == "bf16 elements, weights fp8-b128 (8.00195 bits), activations fp8"
    nested = {"text_config": {**SMALL, "quantization_config": fp8}}
    both = architecture.load(config(tmp_path, "mistral3", **dict.fromkeys(SMALL), **nested))
    assert both.formats == model.formats
    assert both.warnings == (
        f"{both.file}: FLOPs and bytes include only the language model. The vision encoder is not included.",
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"torch_dtype": None}, "has no dtype. nsys-tools assumes bf16"),
        (
            {"depth_scale": 2, "sliding_window": 8},
            "sets depth_scale, sliding_window, which nsys-tools does not recognize and ignores",
        ),
        ({"architectures": ["BertModel"]}, "has the architecture BertModel"),
        ({"num_mtp_layers": 2}, "do not include multi-token prediction (MTP layers: 2)"),
        ({"architectures": ["LlamaForSequenceClassification"]}, "include the head of a language model"),
    ],
)
def test_what_is_left_out_is_said(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    (warning,) = architecture.load(config(tmp_path, "llama", **changed)).warnings
    assert message in warning


@pytest.mark.parametrize(
    ("kind", "changed", "message"),
    [
        ("qwen3_next", {}, "unsupported model_type 'qwen3_next'. Supported: deepseek_v2, deepseek_v3, gemma3"),
        ("gemma3", {"text_config": {"model_type": "gemma9"}}, "unsupported model_type 'gemma9'"),
        (
            "llama",
            {"hidden_size": "wide"},
            "hidden_size is 'wide', but must be an integer from 1 to 1,000,000,000",
        ),
        ("llama", {"num_hidden_layers": 0}, "num_hidden_layers is 0, but must be an integer from 1 to 1,000"),
        ("llama", {"num_hidden_layers": 10**12}, "num_hidden_layers is 1000000000000"),
        ("llama", {"hidden_size": 10**12}, "hidden_size is 1000000000000"),
        ("llama", {"torch_dtype": ["bfloat16"]}, "the dtype ['bfloat16'] is not supported"),
        ("gemma3", {"text_config": {"model_type": ["gemma3_text"]}}, "unsupported model_type \"['gemma3_text']\""),
        ("llama", {"num_attention_heads": True}, "num_attention_heads is True"),
        ("llama", {"num_key_value_heads": 3}, "4 query heads cannot be divided into 3 groups"),
        ("llama", {"attention_bias": "yes"}, "attention_bias is 'yes', but must be true or false"),
        ("llama", {"hidden_act": "magic"}, "the activation 'magic' is not supported"),
        ("llama", {"torch_dtype": "float8_e4m3fn"}, "the dtype 'float8_e4m3fn' is not supported"),
        ("llama", {"rope_parameters": {"partial_rotary_factor": 2}}, "partial_rotary_factor is 2"),
        ("llama", {"rope_parameters": [1]}, "rope_parameters is not an object"),
        ("llama", {"is_encoder_decoder": True}, "is_encoder_decoder is True, which nsys-tools does not support"),
        ("llama", {"quantization_config": {"quant_method": "aqlm"}}, "the method 'aqlm' is not supported"),
        ("qwen3", {"layer_types": ["full_attention", "linear_attention"] * 2}, "layers of type linear_attention"),
        ("qwen3", {"layer_types": ["full_attention"]}, "layer_types must list one type for each of the 4 layers"),
        ("qwen3_moe", {"num_experts_per_tok": 200}, "a token cannot be routed to 200 of 128 experts"),
        ("qwen3_moe", {"mlp_only_layers": 3}, "mlp_only_layers is 3, but must be a list"),
        ("deepseek_v2", {}, "num_experts_per_tok is missing"),
        ("glm4_moe_lite", {"mlp_layer_types": ["sparse"]}, "must list dense or sparse for each of the"),
        ("deepseek_v3", {"moe_layer_freq": 2}, "moe_layer_freq is 2"),
        ("gemma3_text", {"use_bidirectional_attention": True}, "use_bidirectional_attention is True"),
        (
            "gemma3",
            {"text_config": SMALL, "vision_config": {"vision_use_head": False}},
            "196 patches cannot be pooled to 256",
        ),
        ("gemma3", {"text_config": SMALL}, "vision_use_head is True"),
        ("gemma3", {"text_config": SMALL, "vision_config": {"model_type": "clip"}}, "model_type is 'clip'"),
    ],
)
def test_what_is_refused(kind: str, changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError) as refusal:
        architecture.load(config(tmp_path, kind, **changed))
    assert message in refusal.value.message


@pytest.mark.parametrize("name", AS_PUBLISHED)
def test_a_file_as_it_is_published(name: str, tmp_path: Path) -> None:
    """The keys of the published file that the shipped facts leave out change nothing, and none is unknown."""
    facts = yaml.safe_load(architecture.available()[name].read_text())["config"]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(merged(facts, AS_PUBLISHED[name])))
    model, shipped = architecture.load(str(path)), architecture.load(name)
    assert (model.layers, model.phases, model.formats) == (shipped.layers, shipped.phases, shipped.formats)
    assert [warning for warning in model.warnings if "MTP" not in warning] == []


def merged(facts: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return both merged, including nested parts."""
    parts = {key: merged(facts[key], value) for key, value in more.items() if isinstance(facts.get(key), dict)}
    return {**facts, **more, **parts}


def test_an_unknown_type_leads_to_inspect(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError) as refusal:
        nt.load_model(config(tmp_path, "qwen3_next"))
    assert "nsys-tools model inspect" in refusal.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: {model_type: llama}\n", "'name' is a required property"),
        ("name: a\ndescription: b\nsource: c\nspec: {id: d}\nconfig: {hidden_size: 5}\n", "config: 'model_type' is a"),
        ("name: a\ndescription: b\nsource: c\nspec: {id: d}\ncolor: 1\nconfig: {model_type: llama}\n", "color"),
        ("- 1\n", "is not of type 'object'"),
    ],
)
def test_facts_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(NsysToolsError) as refusal:
        architecture.load(str(path))
    assert message in refusal.value.message


def test_facts_of_ones_own_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's YAML replaces a shipped JSON file with the same name, and vice versa."""
    folder = tmp_path / "analytic" / "models"
    folder.mkdir(parents=True)
    facts = {"name": "llama-2-7b", "description": "mine", "source": "me", "spec": {"id": "me"}}
    (folder / "llama-2-7b.yaml").write_text(json.dumps({**facts, "config": {"model_type": "llama"}}))
    monkeypatch.setattr("nsys_tools.assets._own_folders", [tmp_path])
    assert architecture.load("llama-2-7b").description == "mine"
