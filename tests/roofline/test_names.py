"""Range names in captures and layer names in the analytic model match."""

from __future__ import annotations

import re

import pytest

from nsys_tools.capture.hooks import names_at
from nsys_tools.model import architecture, database, figures, tables
from nsys_tools.model.settings import settings

transformers = pytest.importorskip("transformers", reason="needs the extra [capture]")
if not hasattr(transformers, "UnlimitedOcrConfig"):
    pytest.skip("needs transformers with unlimited_ocr", allow_module_level=True)

# Ranges inside a module that the model treats as one: their time counts there.
TAKEN_AS_ONE = {
    "layer": {"model.language_model.rotary_emb"},
    "op": {
        "model.language_model.rotary_emb",
        "model.language_model.layers.*.mlp.experts.act_fn",
        "model.vision_tower.vision_encoder.encoder.layers.*.mlp.activation_fn",
        "model.vision_tower.vision_encoder.encoder.layers.*.self_attn.q_proj",
        "model.vision_tower.vision_encoder.encoder.layers.*.self_attn.k_proj",
        "model.vision_tower.vision_encoder.encoder.layers.*.self_attn.v_proj",
    },
}


def known_names() -> set[str]:
    """Return every name that the model has for a module or for a module around one."""
    model = architecture.load("deepseek-ocr")
    columns, rows = tables.instance_table(figures.evaluate(model, database.load(), settings(model)))
    spellings = [row[columns.index(name)] for row in rows for name in ("path", "transformers_path")]
    return {".".join(name.split(".")[:depth]) for name in spellings for depth in range(1, name.count(".") + 2)}


@pytest.mark.parametrize("level", ["layer", "op"])
def test_the_model_knows_every_range_of_a_full_capture(level: str) -> None:
    import torch

    with torch.device("meta"):
        module = transformers.UnlimitedOcrForConditionalGeneration._from_config(transformers.UnlimitedOcrConfig())
    names = names_at(module, level)
    known = known_names()
    unknown = {re.sub(r"\.\d+(?=\.|$)", ".*", name) for name in names if name not in known}
    assert unknown == TAKEN_AS_ONE[level]
    blocks = {name for name in names if re.fullmatch(r"model\.language_model\.layers\.\d+", name)}
    assert len(blocks) == 12
    assert blocks <= known
