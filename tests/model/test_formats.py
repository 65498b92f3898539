"""Number formats: bits with scales, the parts stored in each, configuration keys, and dtypes of products."""

from fractions import Fraction
from typing import Any

import attrs
import pytest

import nsys_tools as nt
from nsys_tools.model import architecture, figures, formats
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings
from nsys_tools.model.formats import Formats
from nsys_tools.model.settings import settings

QWEN = "qwen3-30b-a3b"


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("bf16", "16"),
        ("mxfp4", "4.25"),
        ("nvfp4", "4.5"),
        ("mxfp8", "8.25"),
        ("fp8-b128", "8.001953125"),
        ("int4-g128", "4.125"),
        ("int4-g32", "4.5"),
        ("int4-g128-z", "4.15625"),
    ],
)
def test_scales_are_part_of_an_element(name: str, bits: str) -> None:
    assert formats.parse(name).bits == Fraction(bits)


@pytest.mark.parametrize("text", ["fp3", "int4", "int4-g0", "weights=fp3", "wieghts=fp8", "bf16,fp8", "mxfp4", "=fp8"])
def test_what_is_no_format_is_refused(text: str) -> None:
    with pytest.raises(nt.NsysToolsError):
        formats.chosen(text, Formats("bf16"))


def test_a_plain_name_is_everything_and_parts_change_the_rest() -> None:
    own = Formats("bf16", weights="fp8-b128", activations="fp8", experts="mxfp4", kept=("lm_head",))
    assert formats.chosen("", own) == own
    assert formats.chosen("fp16", own) == Formats("fp16")
    assert formats.chosen("cache=fp8", own).cache == "fp8"
    assert formats.chosen("cache=fp8", own).weights == "fp8-b128"
    assert formats.chosen("weights=int8", own).of("experts").name == "int8"
    assert formats.chosen("experts=nvfp4,weights=int8", own).of("experts").name == "int8"
    assert formats.chosen("bf16,weights=int8,experts=nvfp4", own) == Formats("bf16", weights="int8", experts="nvfp4")


def test_products_run_in_the_wider_of_weights_and_what_enters() -> None:
    weight_only = Formats("bf16", weights="int4-g128")
    assert (weight_only.product_of("weights"), weight_only.product_of("kept")) == ("bf16", "bf16")
    both = Formats("bf16", weights="fp8", activations="fp8")
    assert (both.product_of("weights"), both.product_of("experts"), both.product_of("head")) == ("fp8", "fp8", "bf16")
    assert Formats("bf16", weights="mxfp4", activations="fp8").product_of("weights") == "fp8"
    assert Formats("bf16", weights="nvfp4", activations="nvfp4").product_of("weights") == "fp4"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"quant_method": "fp8", "activation_scheme": "dynamic", "fmt": "e4m3", "weight_block_size": [128, 128]},
            {"weights": "fp8-b128", "activations": "fp8"},
        ),
        (
            {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "lm_head"]},
            {"experts": "mxfp4", "kept": ["*model.layers.*.self_attn*", "*lm_head*"]},
        ),
        ({"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": True}, {"weights": "int4-g128-z"}),
        ({"quant_method": "gptq", "bits": 4, "group_size": 64, "sym": True}, {"weights": "int4-g64-z"}),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"type": "int", "num_bits": 4, "group_size": 32}}},
                "ignore": ["re:.*self_attn.*", "lm_head"],
            },
            {"weights": "int4-g32", "kept": ["*self_attn*", "*lm_head*"]},
        ),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {
                    "group_0": {
                        "weights": {"type": "float", "num_bits": 8},
                        "input_activations": {"type": "float", "num_bits": 8},
                    }
                },
            },
            {"weights": "fp8", "activations": "fp8"},
        ),
    ],
)
def test_a_configuration_says_what_is_quantized(config: dict[str, Any], expected: dict[str, Any]) -> None:
    assert formats.from_config(config) == expected


@pytest.mark.parametrize(
    "config",
    [
        {"quant_method": "bitsandbytes"},
        {"quant_method": "gptq", "bits": 3},
        {"quant_method": "fp8", "weight_block_size": [64, 64]},
        {"quant_method": "compressed-tensors", "config_groups": {}},
        {},
    ],
)
def test_what_a_configuration_says_otherwise_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(nt.NsysToolsError, match="quantization_config"):
        formats.from_config(config)


def _rows(formulas: Database, dtype: str, name: str = QWEN) -> dict[str, Any]:
    model = architecture.load(name)
    rows = figures.evaluate(model, formulas, Settings(values={"seq_len": 1}, dtype=dtype))
    return {row.path: row for row in rows if row.phase == "prefill"}


def test_each_part_has_its_own_bytes(formulas: Database) -> None:
    """By hand: one token of Qwen3-30B-A3B uses 8 experts of 3 x 2048 x 768 in each of 48 layers."""
    plain = _rows(formulas, "")
    mixed = _rows(formulas, "weights=int4-g128,experts=mxfp4,cache=fp8,head=fp8")
    layer = "model.layers.[0-47]"
    expected = {
        f"{layer}.mlp.experts": 48 * 8 * 3 * 2048 * 768 * 4.25 / 8,
        f"{layer}.self_attn.q_proj": 48 * 2048 * 4096 * 4.125 / 8,
        "lm_head": 2048 * 151_936,
        f"{layer}.mlp.gate": 48 * 2048 * 128 * 2,
        f"{layer}.input_layernorm": 48 * 2048 * 2,
    }
    assert {path: mixed[path].weight_bytes for path in expected} == expected
    core = f"{layer}.self_attn.core"
    assert (plain[core].kv_bytes, mixed[core].kv_bytes) == (48 * 2 * 4 * 128 * 2, 48 * 2 * 4 * 128)
    assert sum(row.matrix_flops for row in mixed.values()) == sum(row.matrix_flops for row in plain.values())
    assert mixed[f"{layer}.mlp.experts"].held_bytes == 48 * 128 * 3 * 2048 * 768 * 17 // 32


def test_kept_layers_stay_in_the_dtype(formulas: Database) -> None:
    model = architecture.load(QWEN)
    kept = formats.of_data({"weights": "fp8", "kept": ["*.o_proj"]}, "bf16")
    rows = figures.evaluate(_with(model, kept), formulas, Settings(values={"seq_len": 1}))
    size = {row.path.rpartition(".")[2]: row.weight_bytes for row in rows if row.phase == "prefill"}
    assert size["q_proj"] == 48 * 2048 * 4096
    assert size["o_proj"] == 48 * 2048 * 4096 * 2


def _with(model: architecture.Model, own: Formats) -> architecture.Model:
    return attrs.evolve(model, formats=own)


def test_the_roofline_uses_the_peak_of_the_products_format(formulas: Database) -> None:
    model = architecture.load("llama-2-7b")
    values = ["seq_len=4096"]
    times = {}
    for dtype in ("", "weights=fp8,activations=fp8", "weights=fp8"):
        found = settings(model, assignments=values, dtype=dtype, gpu="h100-sxm")
        rows = figures.evaluate(model, formulas, found)
        mlp = next(row for row in rows if row.path.endswith("up_proj") and row.phase == "prefill")
        times[dtype] = mlp.roofline_ns
        assert mlp.bound == "compute"
        assert found.peak is not None
        assert found.peak.dtype == ("fp8" if "activations" in dtype else "fp16")
    assert times["weights=fp8"] == times[""]
    assert times["weights=fp8,activations=fp8"] == pytest.approx(times[""] * 989.4 / 1979)


def test_closed_forms_name_the_formats_bytes() -> None:
    text = nt.load_model(QWEN).evaluate(dtype="experts=mxfp4").closed_forms("lm_head", "decode").rows()
    assert ("weight_bytes", "622329856*decode_steps") in {row[2:] for row in text}
