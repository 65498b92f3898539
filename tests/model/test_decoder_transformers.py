"""The builder compared with transformers on the meta device: defaults, weights, and matrix FLOPs counted by torch."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from nsys_tools.model import architecture, demand, figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.decoder.families import FAMILIES, KNOWN, NESTED
from nsys_tools.model.figures import Settings

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
transformers = pytest.importorskip("transformers", reason="needs the extra [torch]")
pytestmark = [
    pytest.mark.torch,
    # Ignore warnings of torch and transformers.
    pytest.mark.filterwarnings("default"),
]

from nsys_tools.model.inspection.build import build  # noqa: E402

FACTS = {name: path for name, path in architecture.available().items() if path.suffix == ".yaml"}
ALIASES = {"kimi_k2": "deepseek_v3"}  # transformers has no separate class for it
SMALL = {
    "hidden_size": 96,
    "intermediate_size": 160,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "num_hidden_layers": 5,
    "vocab_size": 300,
}
MOE = {"num_experts_per_tok": 3, "moe_intermediate_size": 24}
LATENT = {"kv_lora_rank": 40, "qk_nope_head_dim": 16, "qk_rope_head_dim": 8, "v_head_dim": 12, "num_key_value_heads": 6}
SIGLIP = {"hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 2, "num_attention_heads": 4}
SIGLIP |= {"image_size": 56, "patch_size": 7, "vision_use_head": False}
# Type -> settings in addition to SMALL, so that each option of a type is used at least once.
REDUCED: dict[str, list[dict[str, Any]]] = {
    "llama": [{"attention_bias": True, "mlp_bias": True}, {"head_dim": 20, "tie_word_embeddings": True}],
    "mistral": [{"sliding_window": 11, "head_dim": 20}, {"sliding_window": None}],
    "mixtral": [{"num_local_experts": 4, "num_experts_per_tok": 3, "sliding_window": 9}],
    "qwen2": [{"use_sliding_window": True, "sliding_window": 13, "max_window_layers": 2}, {}],
    "qwen3": [{"head_dim": 20, "attention_bias": True}],
    "qwen3_moe": [
        {**MOE, "num_experts": 7, "decoder_sparse_step": 2, "mlp_only_layers": [3]},
        {**MOE, "num_experts": 7, "use_sliding_window": True, "sliding_window": 8, "head_dim": 20},
    ],
    "deepseek_v2": [
        {**MOE, **LATENT, "n_routed_experts": 8, "q_lora_rank": None, "first_k_dense_replace": 1},
        {**MOE, **LATENT, "n_routed_experts": 8, "q_lora_rank": 28, "n_shared_experts": 3, "mlp_bias": True},
    ],
    "deepseek_v3": [{**MOE, **LATENT, "n_routed_experts": 8, "q_lora_rank": 28, "n_group": 2, "topk_group": 1}],
    "kimi_k2": [{**MOE, **LATENT, "n_routed_experts": 8, "attention_bias": True, "n_group": 1, "topk_group": 1}],
    "gpt_oss": [{"num_local_experts": 6, "num_experts_per_tok": 3, "sliding_window": 10, "head_dim": 20}],
    "gemma3_text": [{"head_dim": 20, "sliding_window": 14, "sliding_window_pattern": 3}],
    "glm4_moe": [
        {**MOE, "n_routed_experts": 6, "use_qk_norm": True, "attention_bias": True, "head_dim": 20},
        {**MOE, "n_routed_experts": 6, "n_group": 1, "first_k_dense_replace": 0, "partial_rotary_factor": 0.25},
    ],
    "glm4_moe_lite": [
        {**MOE, **LATENT, "n_routed_experts": 6, "q_lora_rank": 28},
        {**MOE, **LATENT, "n_routed_experts": 6, "mlp_layer_types": ["sparse", "dense", "sparse", "dense", "sparse"]},
    ],
    "gemma3": [{"vision_config": SIGLIP, "mm_tokens_per_image": 16, "text_config": {**SMALL, "sliding_window": 12}}],
    "mistral3": [{"text_config": {**SMALL, "head_dim": 20}, "vision_config": {}, "tie_word_embeddings": False}],
    "kimi_k25": [
        {
            "text_config": {**SMALL, **MOE, **LATENT, "n_routed_experts": 8, "n_group": 2, "topk_group": 1},
            "tie_word_embeddings": False,
        }
    ],
}
LEFT_OUT = {"mistral3": ("vision_tower", "multi_modal_projector"), "kimi_k25": ("vision_tower", "mm_projector")}
CASES = [(kind, changed) for kind, cases in REDUCED.items() for changed in cases]


def built(kind: str, values: dict[str, Any], folder: Path) -> tuple[Model, Any]:
    """Return the builder's model and transformers' module of one configuration."""
    ours, theirs = folder / "ours" / "config.json", folder / "theirs" / "config.json"
    for path, name in ((ours, kind), (theirs, ALIASES.get(kind, kind))):
        path.parent.mkdir()
        path.write_text(json.dumps({"torch_dtype": "bfloat16", **values, "model_type": name}))
    return architecture.load(str(ours)), build(str(theirs), attention=("sdpa", "eager")).module


def weights(module: Any) -> int:
    """Return the parameters of a module, and the buffers that correct routers, which files also store as weights."""
    corrections = (buffer for name, buffer in module.named_buffers() if name.endswith("e_score_correction_bias"))
    return sum(part.numel() for part in (*module.parameters(), *corrections))


def counted(forward: Any) -> tuple[int, Any]:
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        result = forward()
    return counter.get_total_flops(), result


def tokens(batch: int, length: int) -> Any:
    return torch.zeros(batch, length, dtype=torch.long, device="meta")


def test_every_type_is_compared() -> None:
    assert sorted(REDUCED) == list(KNOWN)


@pytest.mark.parametrize("name", FACTS)
def test_weights_of_shipped_models_are_those_of_transformers(name: str, formulas: Database, tmp_path: Path) -> None:
    """All layers are built: without weights, even 126 of them take less than a second."""
    values = yaml.safe_load(FACTS[name].read_text())["config"]
    values.pop("quantization_config", None)
    _, module = built(values["model_type"], values, tmp_path)
    assert figures.total_weights(architecture.load(name), formulas) == weights(module)


@pytest.mark.parametrize(("kind", "changed"), CASES)
def test_weights_and_flops(kind: str, changed: dict[str, Any], formulas: Database, tmp_path: Path) -> None:
    model, module = built(kind, changed if kind in NESTED else {**SMALL, **changed}, tmp_path)
    assert demand.unknown(model, formulas) == []
    part = (getattr(module.model, name) for name in LEFT_OUT.get(kind, ()))
    assert figures.total_weights(model, formulas) == weights(module) - sum(map(weights, part))
    batch, length = 2, 19
    prefill, first = counted(lambda: module(input_ids=tokens(batch, length), use_cache=True))
    cache = first["past_key_values"]
    decode, _ = counted(lambda: module(input_ids=tokens(batch, 1), past_key_values=cache, use_cache=True))
    settings = Settings(values={"batch_size": batch, "seq_len": length, "decode_steps": 1}, expanded=True)
    found = figures.by_phase(model, figures.evaluate(model, formulas, settings))
    assert (found["prefill"].matrix_flops, found["decode"].matrix_flops) == (prefill, decode)
    held = [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]
    assert found["decode"].kv_bytes == 2 * sum(tensor.numel() for tensor in held)


def test_flops_of_images(formulas: Database, tmp_path: Path) -> None:
    model, module = built("gemma3", REDUCED["gemma3"][0], tmp_path)
    images = torch.empty(3, 3, 56, 56, device="meta", dtype=module.dtype)
    flops, _ = counted(lambda: module.get_image_features(pixel_values=images))
    found = figures.by_phase(model, figures.evaluate(model, formulas, Settings(values={"images": 3})))
    assert found["vision"].matrix_flops == flops
    without = figures.by_phase(model, figures.evaluate(model, formulas, Settings()))
    assert without["vision"].matrix_flops == without["vision"].total_bytes == 0


@pytest.mark.parametrize("kind", sorted(FAMILIES.keys() - ALIASES.keys()))
def test_defaults_are_those_of_the_class(kind: str) -> None:
    """Published files leave out the defaults of the class; only values that no file leaves out have no default here."""
    theirs = transformers.CONFIG_MAPPING[kind]()
    for name, value in FAMILIES[kind].defaults.items():
        other = "hidden_activation" if name == "hidden_act" and not hasattr(theirs, name) else name
        found = getattr(theirs, other, None)
        if name in ("sliding_window", "partial_rotary_factor") and found is None:
            continue  # the class clears an unused window, and stores the factor with the values of the rotation
        if name == "num_experts" and found is None:
            found = theirs.n_routed_experts
        if name == "first_k_dense_replace" and found is None:
            found = theirs.mlp_layer_types.index("sparse")
        assert found == value, name
