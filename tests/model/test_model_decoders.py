"""The shipped decoders: Llama 2, a sliding window with grouped queries, a mixture of experts."""

from pathlib import Path

import pytest

from nsys_tools.model import architecture, demand, figures
from nsys_tools.model.database import Database
from nsys_tools.model.domain import ModuleMetrics
from nsys_tools.model.figures import Settings


def prefill(name: str, formulas: Database, attention: str = "full", **values: int) -> list[ModuleMetrics]:
    rows = figures.evaluate(architecture.load(name), formulas, Settings(values=values, attention=attention))
    return [row for row in rows if row.phase == "prefill"]


def test_llama_2_7b(formulas: Database) -> None:
    full = prefill("llama-2-7b", formulas, seq_len=2048)
    causal = prefill("llama-2-7b", formulas, "causal", seq_len=2048)
    assert figures.totals(full).matrix_flops == 29_261_612_187_648
    assert figures.totals(causal).matrix_flops == 28_162_100_559_872
    for rows in (full, causal):
        assert sum(row.matrix_flops for row in rows if row.entry == "linear") == 27_062_588_932_096
    assert figures.totals(full).weight_count == 6_738_415_616


def test_causal_changes_nothing_for_a_single_token(formulas: Database) -> None:
    model = architecture.load("llama-2-7b")
    decode = [
        figures.by_phase(model, figures.evaluate(model, formulas, Settings(attention=attention)))["decode"]
        for attention in figures.ATTENTION
    ]
    assert decode[0] == decode[1]


@pytest.mark.parametrize("steps", [0, 1, 3000])
def test_a_window_bounds_what_decoding_reads(formulas: Database, steps: int) -> None:
    model = architecture.load("mistral-7b")
    settings = Settings(values={"seq_len": 3000, "decode_steps": steps})
    rows = figures.evaluate(model, formulas, settings)
    core = next(row for row in rows if row.phase == "decode" and row.category == "attention")
    keys = [min(3000 + i, 4096) for i in range(1, steps + 1)]
    assert core.matrix_flops == 32 * sum(4 * 32 * 128 * k for k in keys)
    # The next token attends to 4,096 tokens including itself, so 4,095 earlier ones are cached.
    assert core.kv_bytes == 32 * min(3000 + steps, 4095) * 2 * 8 * 128 * 2


def test_a_window_under_the_causal_convention(formulas: Database) -> None:
    """Half of the ramp's square, then `window` keys per query; below the window, it is plain causal attention."""
    for length, pairs in ((1000, 1000 * 1000 // 2), (6000, 6000 * 4096 - 4096 * 4096 // 2)):
        rows = prefill("mistral-7b", formulas, "causal", seq_len=length)
        core = next(row for row in rows if row.category == "attention")
        assert core.matrix_flops == 32 * 4 * 32 * 128 * pairs


def test_experts_of_qwen3(formulas: Database) -> None:
    assert figures.totals(prefill("qwen3-30b-a3b", formulas, seq_len=1)).weight_count == 30_532_122_624
    rows = prefill("qwen3-30b-a3b", formulas, seq_len=1)
    experts = next(row for row in rows if row.entry == "fused_experts")
    assert experts.weight_bytes == 48 * 8 * 3 * 2048 * 768 * 2
    assert experts.matrix_flops == 48 * 8 * 2 * 3 * 2048 * 768


def test_kv_per_token(formulas: Database) -> None:
    sizes = {
        name: demand.kv_bytes_per_token(model := architecture.load(name), demand.demands(model, formulas), 2)
        for name in ("llama-2-7b", "mistral-7b", "qwen3-30b-a3b")
    }
    assert sizes == {"llama-2-7b": 524_288, "mistral-7b": 131_072, "qwen3-30b-a3b": 98_304}


@pytest.mark.parametrize("name", architecture.available())
def test_every_shipped_model_is_complete(name: str, formulas: Database) -> None:
    model = architecture.load(name)
    assert demand.unknown(model, formulas) == []
    assert figures.totals(figures.evaluate(model, formulas, Settings())).matrix_flops > 0


def test_the_earlier_documents_claim_is_taken_apart(formulas: Database) -> None:
    """Every figure of analytic/models/llama-2-7b.md, from the sizes and from the model's own layers."""
    tokens, hidden, inner, vocabulary, layers = 2048, 4096, 11008, 32000, 32
    norms, tables, dim = 2 * layers + 1, layers + 1, 128
    rows = prefill("llama-2-7b", formulas, seq_len=tokens)
    linears = [row for row in rows if row.entry == "linear"]
    outputs = layers * (5 * hidden + 2 * inner) + vocabulary
    assert sum(row.count for row in linears) == 225
    assert sum(row.written_bytes for row in linears) == 2 * tokens * outputs
    terms = {
        27_067_659_718_656: [
            sum(row.matrix_flops for row in linears),
            tokens * outputs,
            norms * tokens * (4 * hidden + 2),
            tables * tokens * 576,
        ],
        19_005_758_080: [
            sum(row.weight_bytes for row in linears),
            2 * outputs,
            sum(row.read_bytes for row in linears),
            norms * (2 * tokens * hidden + 2 * hidden),
            2 * tokens * hidden,
            4 * tokens,
            tables * (2 * tokens + dim),
        ],
        6_843_006_976: [
            2 * tokens * outputs,
            norms * 2 * tokens * hidden,
            2 * tokens * hidden,
            tables * 4 * tokens * dim,
        ],
        2_198_605_824: [norms * 2 * tokens * (2 * hidden + 1), tables * 2 * tokens * dim],
    }
    page = (Path(architecture.available()["llama-2-7b"]).with_suffix(".md")).read_text()
    for claim, parts in terms.items():
        assert sum(parts) == claim
        line = next(line for line in page.splitlines() if line.startswith(f"| {claim:,} "))
        assert all(f"{part:,}" in line for part in parts)
    attention = sum(row.matrix_flops for row in rows if row.category == "attention")
    assert f"omits {attention:,} FLOPs of attention" in page
    assert not any("bias" in layer.parameters for _, layer in architecture.load("llama-2-7b").walk())
