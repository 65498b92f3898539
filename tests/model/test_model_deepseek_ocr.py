"""DeepSeek-OCR: the figures equal those of torch's FlopCounterMode, and its table of parameters."""

import csv
import json
import math
from collections import Counter
from pathlib import Path

import pytest

from nsys_tools.model import demand, figures, tables, tree
from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import Number
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings


def flops(ocr: Model, formulas: Database, **values: int) -> dict[str, int]:
    rows = figures.evaluate(ocr, formulas, Settings(values=values))
    return {phase: total.matrix_flops for phase, total in figures.by_phase(ocr, rows).items()}


def sam(side: int) -> int:
    """Count SAM's matrix FLOPs by hand, as a reference that shares no code with the formulas."""
    g = side // 16
    n, w = g * g, math.ceil(g / 14) ** 2
    m = 196 * w
    window = (
        2 * m * 768 * 2304 + 4 * w * 196**2 * 768 + 2 * m * 768**2 + 4 * n * 768 * 3072 + 2 * w * 12 * 196 * 28 * 64
    )
    whole = 2 * n * 768 * 2304 + 4 * n**2 * 768 + 2 * n * 768**2 + 4 * n * 768 * 3072 + 2 * 12 * n * 2 * g * 64
    neck = 2 * n * 768 * 768 + 2 * n * 768 * 256 + 2 * n * 256 * 256 * 9
    ends = 2 * (g // 2) ** 2 * 256 * 512 * 9 + 2 * (g // 4) ** 2 * 512 * 1024 * 9
    return 8 * window + 4 * whole + neck + ends


def clip(side: int) -> int:
    t = (side // 64) ** 2 + 1
    return 24 * (8 * t * 1024**2 + 4 * t**2 * 1024 + 4 * t * 1024 * 4096)


def view(side: int) -> int:
    return sam(side) + clip(side) + 2 * (side // 64) ** 2 * 2048 * 1280


def test_every_measured_row(ocr: Model, formulas: Database, facts: Path) -> None:
    with (facts / "flops" / "measured_by_flop_counter.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 24
    for row in rows:
        values = {"crop_rows": int(row["crop_rows"]), "crop_columns": int(row["crop_columns"])}
        if row["decode_steps"]:
            values["decode_steps"] = int(row["decode_steps"])
        found = flops(ocr, formulas, **values)  # seq_len follows from the grid
        assert sum(found[stage] for stage in row["stage"].split("+")) == int(row["flops"]), row
        if row["context_tokens"]:
            assert flops(ocr, formulas, **values, seq_len=int(row["context_tokens"])) == found


@pytest.mark.parametrize(
    "values",
    [
        {
            "crop_rows": 1,
            "crop_columns": 1,
            "base_size": 1024,
            "image_size": 640,
            "prompt_tokens": 10,
            "decode_steps": 7,
        },
        {
            "crop_rows": 3,
            "crop_columns": 3,
            "base_size": 1024,
            "image_size": 640,
            "prompt_tokens": 31,
            "decode_steps": 0,
        },
        {
            "crop_rows": 2,
            "crop_columns": 1,
            "base_size": 640,
            "image_size": 512,
            "prompt_tokens": 0,
            "decode_steps": 1,
        },
        {
            "crop_rows": 1,
            "crop_columns": 9,
            "base_size": 1280,
            "image_size": 1024,
            "prompt_tokens": 5,
            "decode_steps": 513,
        },
    ],
)
def test_other_grids_and_lengths(ocr: Model, formulas: Database, values: dict[str, int]) -> None:
    rows, columns, base, crop, prompt, steps = values.values()
    crops = rows * columns if rows * columns > 1 else 0
    q, t = base // 64, crop // 64
    length = prompt + q * (q + 1) + 1 + ((t * columns + 1) * t * rows if crops else 0)
    assert flops(ocr, formulas, **values) == {
        "vision": view(base) + crops * view(crop),
        "prefill": 2 * length * 574_095_360 + 12 * 4 * length**2 * 1280 + 1536 * length,
        "decode": sum(1_148_190_720 + 61_440 * (length + i) + 1536 for i in range(1, steps + 1)),
    }


@pytest.mark.parametrize(
    ("side", "tokens"),
    [(512, 73), (640, 111), (1024, 273), (1280, 421)],
    ids=["tiny", "small", "base", "large"],
)
def test_image_tokens_of_the_modes(ocr: Model, side: int, tokens: int) -> None:
    scope = figures.scope_of(ocr, {"crop_mode": [0], "base_size": [side]}, Settings())
    assert scope.values(ocr.inputs["image_tokens"].default, "") == [tokens]


def test_without_the_head(ocr: Model, formulas: Database) -> None:
    rows = figures.evaluate(ocr, formulas, Settings(values={"seq_len": 1000, "decode_steps": 1}))
    body = {
        phase: sum(
            r.matrix_flops for r in rows if r.phase == phase and r.path != "lm_head" and r.entry != "rotary_table"
        )
        for phase in ("prefill", "decode")
    }
    # The facts count L cached tokens and one new one, which take 12*4*1*(L+1)*1280.
    assert body == {"prefill": 878_673_920_000, "decode": 817_233_920 + 12 * 4 * 1001 * 1280}
    one = figures.evaluate(ocr, formulas, Settings(values={"seq_len": 1000, "head_positions": 1}))
    assert next(r for r in one if r.path == "lm_head").matrix_flops == 330_956_800


def test_parameters_of_every_part(ocr: Model, formulas: Database) -> None:
    counts = {layer.path: demand.weight_count(ocr, layer, formulas) for _, layer in ocr.walk()}
    assert figures.total_weights(ocr, formulas) == 3_336_106_240
    assert {path: counts[f"model.{path}"] for path in ("sam_model", "vision_model", "projector", "embed_tokens")} == {
        "sam_model": 95_569_152,
        "vision_model": 303_177_728,
        "projector": 2_622_720,
        "embed_tokens": 165_478_400,
    }
    assert counts["model.image_newline"] + counts["model.view_seperator"] == 2_560
    assert counts["model.vision_model.embeddings.patch_embedding"] == 602_112
    assert counts["lm_head"] == 165_478_400
    assert counts["model"] == 3_170_627_840
    norms = sum(
        n for path, n in counts.items() if path.endswith(("input_layernorm", "post_attention_layernorm", ".norm"))
    )
    assert norms == 32_000
    dense = counts["model.layers.0"] - 2 * 1280
    moe = counts["model.layers.[1-11]"] - 11 * 2 * 1280
    assert (dense, moe) == (32_852_480 - 2 * 1280, 11 * (233_720_320 - 2 * 1280))


def test_parameters_as_torchinfo_counts_them(ocr: Model, formulas: Database, facts: Path) -> None:
    torchinfo = json.loads((facts / "torchinfo" / "torchinfo-unique-layers.json").read_text())
    core = next(layer for layer in ocr.layers if layer.path == "model")
    assert demand.weight_count(ocr, core, formulas) == torchinfo["total_params"]


def test_classes_are_those_of_torchinfo(ocr: Model, facts: Path) -> None:
    torchinfo = json.loads((facts / "torchinfo" / "torchinfo-unique-layers.json").read_text())
    ours = {layer.qualified_class for _, layer in ocr.walk() if layer.kind == "module"}
    assert len(ours) == 29
    assert {name.rpartition(".")[2] for name in ours} == {row["class_name"] for row in torchinfo["layers"]}


def test_instances_are_those_of_torchlens(ocr: Model, facts: Path) -> None:
    """Every module below the model, by class."""
    recorded = Counter(json.loads((facts / "callgraph" / "torchlens.json").read_text())["module_classes"].values())
    ours: Counter[str] = Counter()
    for _, layer in ocr.walk():
        if layer.kind == "module" and layer.path != "lm_head":
            ours[layer.qualified_class.rpartition(".")[2]] += layer.count
    del ours["DeepseekOCRModel"]  # TorchLens has no name for the model itself
    ours["LlamaAttention"] = ours.pop("LlamaFlashAttention2")  # recorded without flash attention
    assert ours == recorded


def test_names_of_all_instances_are_those_of_torchlens(ocr: Model, facts: Path) -> None:
    recorded = json.loads((facts / "callgraph" / "torchlens.json").read_text())["module_classes"]
    ours = {
        path.removeprefix("model.")
        for _, layer in ocr.walk()
        if layer.kind == "module" and layer.path not in ("lm_head", "model")
        for path, _ in tree.instances(layer.path)
    }
    assert ours == recorded.keys()


def test_instances_share_what_their_layer_needs(ocr: Model, formulas: Database) -> None:
    rows = figures.evaluate(ocr, formulas, Settings(values={"decode_steps": 3}))
    columns, body = tables.instance_table(rows)
    records = [dict(zip(columns, row, strict=True)) for row in body]
    assert len({(row["phase"], row["path"]) for row in records}) == len(records) == sum(row.count for row in rows)
    for row in rows[::7]:
        parts = [r["matrix_flops"] for r in records if (r["phase"], r["layer"]) == (row.phase, row.path)]
        assert sum(parts) == pytest.approx(row.matrix_flops)
    gate = next(r for r in records if r["path"] == "model.layers.7.mlp.gate" and r["phase"] == "decode")
    assert gate["transformers_path"] == "model.language_model.layers.7.mlp.gate"
    assert gate["matrix_flops"] == 3 * 2 * 1280 * 64


def test_memory_of_decoding(ocr: Model, formulas: Database) -> None:
    rows = figures.evaluate(ocr, formulas, Settings(values={"decode_steps": 1}))
    decode = figures.by_phase(ocr, rows)["decode"]
    products = sum(r.weight_bytes for r in rows if r.phase == "decode" and r.matrix_flops)
    assert products == 2 * 574_095_360
    assert f"{decode.weight_bytes / 1e9:.3f}" == "1.148"
    assert demand.kv_bytes_per_token(ocr, demand.demands(ocr, formulas), 2) == 61_440
    assert decode.kv_bytes == 61_440 * (703 + 1)


def test_expected_experts_of_a_prompt(ocr: Model, formulas: Database) -> None:
    """Weights that a prompt reads: 64*(1-(1-6/64)^T) experts per layer, and everything else once."""
    tokens = 40
    rows = figures.evaluate(ocr, formulas, Settings(values={"seq_len": tokens, "decode_steps": 0}))
    experts = [r for r in rows if ".experts." in r.path and r.phase == "prefill" and r.weight_count]
    one = 3 * 1280 * 896 * 2
    expected = 11 * 64 * (1 - (58 / 64) ** tokens) * one
    assert sum(r.weight_bytes for r in experts) == pytest.approx(expected, abs=2)
    assert sum(r.matrix_flops for r in experts) == 11 * 6 * tokens * 2 * 3 * 1280 * 896


def test_closed_forms_are_short_and_right(ocr: Model, formulas: Database) -> None:
    found = demand.demands(ocr, formulas)
    decode = demand.closed_form(found, "matrix_flops", "", "decode")
    assert str(decode) == (
        "61440*batch_size*decode_steps*pages*seq_len + 30720*batch_size*decode_steps^2*pages"
        " + 1148222976*batch_size*decode_steps*pages"
    )
    q_proj = demand.closed_form(found, "matrix_flops", "model.layers.0.self_attn.q_proj", "prefill")
    assert str(q_proj) == "3276800*batch_size*pages*seq_len"
    whole: Number | None = demand.closed_form(found, "matrix_flops", "model.sam_model", "decode").value
    assert whole == 0


def test_names_lead_to_transformers(ocr: Model) -> None:
    names = {layer.path: layer.transformers for _, layer in ocr.walk()}
    assert names["model.layers.[1-11].mlp.experts.[0-63].up_proj"] == "model.language_model.layers.[1-11].mlp.experts"
    assert names["model.sam_model.neck.0"] == "model.vision_tower.sam_encoder.neck.conv1"
    assert names["model.sam_model.blocks.[0-1,3-4,6-7,9-10]"].endswith("sam_encoder.layers.[0-1,3-4,6-7,9-10]")
