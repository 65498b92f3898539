"""Architectures of transformers: the formulas compared with torch's FlopCounterMode on the meta device."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, demand, figures
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
from nsys_tools.model.inspection.fit import NotExpressible, fit  # noqa: E402

PAGE = Path(__file__).parents[2] / "reports" / "model-inspect.md"
# The table of reports/model-inspect.md, which explains what each of them represents.
TEN = ["llama", "qwen3", "mistral", "deepseek_v3", "mixtral", "qwen3_moe", "bert", "vit", "llava", "gpt2"]
SIZES = [{"batch_size": 2, "seq_len": 7, "cache_len": 0}, {"batch_size": 3, "seq_len": 1, "cache_len": 5}]
SMALL: dict[str, Any] = {
    "hidden_size": 96,
    "intermediate_size": 160,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "head_dim": 20,
    "num_hidden_layers": 3,
    "vocab_size": 500,
}


def comparisons(source: str, formulas: Database, *overrides: str) -> list[check.Comparison]:
    built = build(source, overrides)
    model = architecture.from_data(generate.generate(built, formulas).data, source)
    assert demand.unknown(model, formulas) == []
    weights = sum(parameter.numel() for parameter in built.module.parameters())
    assert figures.total_weights(model, formulas) == weights
    return check.compare(model, formulas, built, overrides)


@pytest.mark.parametrize("source", TEN)
def test_the_ten_are_equal_and_stand_in_the_table(source: str, formulas: Database) -> None:
    name = type(build(source).module).__name__
    rows = comparisons(source, formulas)
    assert rows
    table = PAGE.read_text()
    for row in rows:
        assert row.formulas == row.counted > 0
        cells = [name, row.phase, row.sizes, str(row.formulas), str(row.counted), "yes"]
        assert any([cell.strip() for cell in line.split("|")[1:-1]] == cells for line in table.splitlines()), cells


@pytest.mark.parametrize(
    ("source", "overrides"),
    [
        ("gemma2", ("num_hidden_layers=4", "sliding_window=40")),  # every other layer has a window
        ("gemma3_text", ("num_hidden_layers=7", "sliding_window=33")),
        ("gpt_oss", ("num_hidden_layers=2", "num_local_experts=4", "num_experts_per_tok=3")),
        ("phi3", ("num_hidden_layers=2",)),  # one projection for queries, keys and values
        ("qwen2_moe", ("num_hidden_layers=2",)),  # shared expert with a gate
        ("falcon", ("num_hidden_layers=2",)),  # attention without transformers' interface
        ("opt", ("num_hidden_layers=2",)),
        ("modernbert", ("num_hidden_layers=4",)),
        ("siglip_vision_model", ("num_hidden_layers=2",)),  # torch's own attention module in its head
        ("convnext", ()),
        ("layoutlm", ("num_hidden_layers=2",)),  # reads its tokens unless a mask marks the valid ones
        ("paligemma", ("text_config.num_hidden_layers=2", "vision_config.num_hidden_layers=2")),
    ],
)
def test_other_architectures(source: str, overrides: tuple[str, ...], formulas: Database) -> None:
    assert all(row.equal for row in comparisons(source, formulas, *overrides))


@pytest.mark.parametrize(("kind", "window"), [("llama", None), ("mistral", 24), ("qwen3", None)])
def test_a_configuration_of_ones_own(kind: str, window: int | None, formulas: Database, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**SMALL, "model_type": kind, "sliding_window": window, "tie_word_embeddings": True}))
    rows = comparisons(str(path), formulas)
    assert [row.phase for row in rows] == ["prefill", "decode"]
    assert all(row.equal for row in rows)


def test_llama_2_is_the_shipped_model(formulas: Database) -> None:
    """transformers' default Llama is Llama 2 7B: both ways lead to the same figures, layer by layer."""
    generated = architecture.from_data(generate.generate(build("llama"), formulas).data, "llama")
    shipped = architecture.load("llama-2-7b")
    settings = Settings(values={"seq_len": 2048, "decode_steps": 5}, dtype="bf16")
    found = [
        {(row.phase, row.path): (row.matrix_flops, row.weight_bytes, row.kv_bytes) for row in rows if row.matrix_flops}
        for rows in (figures.evaluate(model, formulas, settings) for model in (generated, shipped))
    ]
    assert found[0] == found[1]


def test_deepseek_ocr_in_transformers(formulas: Database) -> None:
    """The same architecture under other names: a global view costs the same, and so does a prompt."""
    model = architecture.from_data(generate.generate(build("unlimited_ocr"), formulas).data, "unlimited_ocr")
    rows = figures.evaluate(model, formulas, Settings(values={"images": 1, "seq_len": 703}))
    totals = figures.by_phase(model, rows)
    assert totals["vision"].matrix_flops == 1_139_967_033_344
    # Only the Hub code computes rotary angles as a product, 1536 FLOPs per token.
    assert totals["prefill"].matrix_flops == 2 * 703 * 574_095_360 + 12 * 4 * 703**2 * 1280
    assert figures.total_weights(model, formulas) == 3_336_106_240 - 602_112  # without CLIP's unused convolution


def test_what_has_no_formula_is_listed_and_not_guessed(formulas: Database) -> None:
    built = build("bloom", ("n_layer=2",))
    found = generate.generate(built, formulas)
    model = architecture.from_data(found.data, "bloom")
    assert {"transformers.models.bloom.modeling_bloom.BloomAttention.forward"} <= {
        layer.qualified_class for layer in demand.unknown(model, formulas)
    }
    assert sum("multiplies matrices, but has no formula" in line for line in found.diagnostics) == 2
    rows = check.compare(model, formulas, built, ("n_layer=2",))
    assert all(row.formulas < row.counted for row in rows)


def test_the_same_bytes_and_the_cache(formulas: Database, tmp_path: Path) -> None:
    texts = {
        generate.text(generate.generate(build("qwen3", ("num_hidden_layers=2",)), formulas).data) for _ in range(2)
    }
    assert len(texts) == 1
    built = build("qwen3", ("num_hidden_layers=2",))
    path, notes, is_new = generate.cached(built, formulas, tmp_path)
    assert is_new
    assert path.read_text() == texts.pop()
    assert json.loads(notes.read_text()) == []
    path.write_text(path.read_text() + " ")
    assert generate.cached(built, formulas, tmp_path) == (path, notes, False)
    assert path.read_text().endswith(" ")
    assert generate.cached(built, formulas, tmp_path, force=True) == (path, notes, True)
    assert not path.read_text().endswith(" ")
    other = build("qwen3", ("num_hidden_layers=3",))
    assert generate.cached(other, formulas, tmp_path)[0] != path
    # A user's formula can be that of a class in the model.
    more = Database({**formulas.entries, "linear": attrs.evolve(formulas.entries["linear"], classes=("a.*Linear",))})
    assert generate.fingerprint(built, more) != generate.fingerprint(built, formulas)


@pytest.mark.parametrize(
    ("source", "overrides", "message"),
    [
        ("NoSuchModel", (), "is not a class or model type"),
        ("org/no-such-model", (), "is not in the local Hub cache"),
        ("no/such/config.json", (), "cannot be read"),
        ("AutoModel", (), "is not a class"),
        ("llama", ("depth=3",), "has no setting 'depth'"),
        ("llama", ("num_hidden_layers",), "does not have the form NAME=VALUE"),
        ("llama", ('hidden_size="wide"',), "rejects these values"),
        ("moonshine", ("num_hidden_layers=1",), "does not run on the meta device"),
        ("xlm", ("n_layers=1",), "does not run on the meta device"),
    ],
)
def test_what_cannot_be_inspected(source: str, overrides: tuple[str, ...], message: str, formulas: Database) -> None:
    with pytest.raises(NsysToolsError, match=message):
        generate.generate(build(source, overrides), formulas)


@pytest.mark.parametrize(
    ("values", "template"),
    [
        ((14, 3), "{batch_size} * {seq_len}"),
        ((28, 6), "{batch_size} * {seq_len} * 2"),
        ((7, 1), "{seq_len}"),
        ((26, 39), "{batch_size} * 13"),
        ((5, 5), 5),
        ((7, 6), "({cache_len} + {seq_len})"),
        ((49, 1), "{seq_len} ** 2"),
    ],
)
def test_sizes_become_templates(values: tuple[int, int], template: str | int) -> None:
    assert fit(list(zip(SIZES, map(Fraction, values), strict=True))) == template


def test_sizes_that_are_no_template() -> None:
    with pytest.raises(NotExpressible, match="its sizes are not multiples of the inputs: 14 at"):
        fit(list(zip(SIZES, map(Fraction, (14, 4)), strict=True)))
