"""DeepSeek-OCR 2: views, tokens and weights by hand, and compared with transformers on the meta device."""

import json
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.model import architecture, demand, figures, operators
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.domain import Metrics
from nsys_tools.model.figures import Settings
from nsys_tools.model.settings import inputs_of

# Differences from the defaults of the classes (deepseek-ai/DeepSeek-OCR-2): the decoder is DeepSeek-OCR's, the encoder
# has the sizes of Qwen2 0.5B.
CONFIG: dict[str, Any] = {
    "model_type": "deepseek_ocr2",
    "text_config": {
        "hidden_size": 1280,
        "intermediate_size": 6848,
        "moe_intermediate_size": 896,
        "num_hidden_layers": 12,
        "num_attention_heads": 10,
        "n_routed_experts": 64,
        "n_shared_experts": 2,
        "num_experts_per_tok": 6,
        "vocab_size": 129280,
        "mlp_layer_types": ["dense", *["sparse"] * 11],
    },
    "vision_config": {
        "encoder_config": {
            "hidden_size": 896,
            "intermediate_size": 4864,
            "num_hidden_layers": 24,
            "num_attention_heads": 14,
            "num_key_value_heads": 2,
        },
    },
}


@pytest.fixture(scope="module")
def model() -> Model:
    return architecture.load("deepseek-ocr-2")


def totals(model: Model, formulas: Database, **values: int) -> dict[str, Metrics]:
    return figures.by_phase(model, figures.evaluate(model, formulas, Settings(values=values)))


def test_tokens_of_a_page(model: Model) -> None:
    """256 for the global view and a separator, 144 per crop: 256 to 1120 without the separator, as published."""
    for rows, columns, tokens in ((1, 1, 257), (2, 1, 257 + 288), (2, 3, 1121)):
        values = {"crop_rows": rows, "crop_columns": columns}
        assert inputs_of(model, Settings(values=values))["image_tokens"] == tokens
    assert inputs_of(model, Settings(values={"crop_mode": 0}))["seq_len"] == 267


def test_everything_has_a_formula(model: Model, formulas: Database) -> None:
    assert demand.unknown(model, formulas) == []
    assert operators.without_formula(operators.of_model(model, formulas)) == []


def test_the_decoder_is_that_of_deepseek_ocr(model: Model, ocr: Model, formulas: Database) -> None:
    """They are equal except for the rotary angles, which only the Hub code of DeepSeek-OCR computes as a product."""
    for phase, tokens in (("prefill", 600), ("decode", 1)):
        new, old = (
            [
                row
                for row in figures.evaluate(one, formulas, Settings(values={"seq_len": 600, "decode_steps": 1}))
                if row.phase == phase and row.category != "position"
            ]
            for one in (model, ocr)
        )
        assert figures.totals(new).matrix_flops == figures.totals(old).matrix_flops
        assert figures.totals(new).kv_bytes == figures.totals(old).kv_bytes == 12 * 2 * 1280 * 2 * (600 + (tokens == 1))


@pytest.mark.torch
@pytest.mark.filterwarnings("default")
def test_against_transformers(model: Model, formulas: Database, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra [torch]")
    pytest.importorskip("transformers", reason="needs the extra [torch]")
    from torch.utils.flop_counter import FlopCounterMode

    from nsys_tools.model.inspection.build import build

    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG))
    module = build(str(path), attention=("sdpa", "eager")).module
    assert figures.total_weights(model, formulas) == sum(weight.numel() for weight in module.parameters())

    def counted(forward: Any) -> int:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            forward()
        return int(counter.get_total_flops())

    def views(images: int, side: int) -> int:
        pixels = torch.empty(images, 3, side, side, device="meta", dtype=module.dtype)
        return counted(lambda: module.get_image_features(pixel_values=pixels))

    whole = views(2, 1024)
    assert totals(model, formulas, batch_size=2, crop_mode=0)["vision"].matrix_flops == whole
    crops = totals(model, formulas, batch_size=2, crop_rows=3)["vision"].matrix_flops - whole
    assert crops == views(2 * 6, 768)
    tokens = torch.zeros(2, 17, dtype=torch.long, device="meta")
    text = counted(lambda: module(input_ids=tokens))
    assert totals(model, formulas, batch_size=2, seq_len=17)["prefill"].matrix_flops == text
