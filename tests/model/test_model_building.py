"""Configurations and architectures that model inspect builds, or rejects with a reason."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, figures
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
from nsys_tools.model.inspection.build import EXPERTS, build, require_torch  # noqa: E402
from nsys_tools.model.inspection.check import Comparison  # noqa: E402
from nsys_tools.model.inspection.counter import count  # noqa: E402
from nsys_tools.model.inspection.faults import reason_of, remedy  # noqa: E402
from nsys_tools.model.inspection.probe import mask  # noqa: E402

SMALL: dict[str, Any] = {"hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 128}


def test_floats_that_json_does_not_have(tmp_path: Path) -> None:
    """transformers 5 writes them as objects; a configuration that it saved is read back unchanged."""
    special = {"a": "Infinity", "b": "-Infinity", "c": "NaN"}
    data = {"model_type": "llama", **SMALL, **{key: {"__float__": text} for key, text in special.items()}}
    (tmp_path / "config.json").write_text(json.dumps({**data, "d": {"__float__": "other"}}))
    config = build(str(tmp_path)).config
    assert (config.a, config.b, config.d) == (math.inf, -math.inf, {"__float__": "other"})
    assert math.isnan(config.c)
    saved = tmp_path / "saved"
    transformers.Mamba2Config(
        hidden_size=64, num_heads=8, head_dim=16, num_hidden_layers=1, time_step_limit=(0.0, math.inf)
    ).save_pretrained(saved)
    assert '"__float__": "Infinity"' in (saved / "config.json").read_text()
    assert list(build(str(saved)).config.time_step_limit) == [0.0, math.inf]


def test_a_setting_that_only_the_model_reads(formulas: Database) -> None:
    """Qwen3MoeConfig declares no head_dim and does not write one, but Qwen3MoeAttention reads it."""
    assert "head_dim" not in transformers.Qwen3MoeConfig().to_dict()
    sizes = []
    for head_dim in (64, 128):
        built = build("qwen3_moe", ["num_hidden_layers=1", f"head_dim={head_dim}"])
        attention = built.module.model.layers[0].self_attn
        assert attention.q_proj.weight.shape == (built.config.num_attention_heads * head_dim, built.config.hidden_size)
        model = architecture.from_data(generate.generate(built, formulas).data, "qwen3_moe")
        rows = figures.evaluate(model, formulas, Settings(values={"seq_len": 100}, dtype="bf16"))
        sizes.append(sum(row.kv_bytes for row in rows if row.phase == "prefill"))
    assert sizes == [100 * 2 * 4 * 64 * 2, 100 * 2 * 4 * 128 * 2]
    with pytest.raises(NsysToolsError, match="has no setting 'head_dims'"):
        build("qwen3_moe", ["head_dims=64"])


def test_settings_that_only_fit_each_other() -> None:
    assert build("clip_text_model", ["hidden_size=60", "num_attention_heads=5"]).config.hidden_size == 60
    with pytest.raises(NsysToolsError, match="not a multiple"):
        build("clip_text_model", ["hidden_size=60"])


@pytest.mark.parametrize("token", [128, 5000])
def test_a_padding_token_outside_the_vocabulary(token: int) -> None:
    with pytest.raises(NsysToolsError, match="cannot be built on the meta device") as caught:
        build("llama", ["vocab_size=128", "num_hidden_layers=1", f"pad_token_id={token}"])
    assert caught.value.hint.startswith("pad_token_id must be less than vocab_size")
    assert build("llama", ["vocab_size=128", "num_hidden_layers=1", "pad_token_id=127"])


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line of such a transformers error is empty, and the second names the package."""
    text = "\nSome requires the nosuch library but it was not found in your environment.\n`pip install nosuch`.\n"

    def refuse(*_: Any, **__: Any) -> None:
        raise ImportError(text)

    monkeypatch.setattr(transformers.LlamaForCausalLM, "_from_config", refuse)
    with pytest.raises(NsysToolsError, match="it requires the nosuch package, which is not installed") as caught:
        build("llama")
    assert caught.value.hint == "Run `pip install nosuch`."
    monkeypatch.setattr(transformers.LlamaConfig, "from_dict", refuse)
    with pytest.raises(NsysToolsError, match=r"LlamaConfig cannot be created: it requires the nosuch package"):
        build("llama")


@pytest.mark.parametrize(
    ("error", "reason", "hint"),
    [
        (ModuleNotFoundError("No module named 'a.b'", name="a.b"), "it requires the a package, which", "install a`."),
        (ImportError("\nX requires the y library but"), "it requires the y package, which is not", "`pip install y`."),
        (ImportError(""), "ImportError: no reason given", ""),
        (ValueError("\n  first\nsecond"), "ValueError: first", ""),
        (AssertionError("Padding_idx must be within"), "AssertionError: Padding_idx", "less than vocab_size"),
    ],
)
def test_reasons(error: Exception, reason: str, hint: str) -> None:
    assert reason_of(error).startswith(reason)
    assert hint in remedy(error)
    assert bool(hint) == bool(remedy(error))


def test_transformers_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of None makes Python refuse the import, as a missing package does."""
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(NsysToolsError, match="requires the transformers package, which is not installed") as caught:
        require_torch()
    assert "nsys-tools[torch]" in caught.value.hint


def test_experts_of_a_part_are_counted(formulas: Database) -> None:
    """In Kimi-K2.5, only the language model has experts; the counter returns 0 for those in one grouped product."""
    overrides = ("text_config.num_hidden_layers=2", "text_config.first_k_dense_replace=1")
    built = build("kimi_k25", overrides)
    experts = built.module.model.language_model.layers[1].mlp.experts
    assert experts.config._experts_implementation == EXPERTS
    model = architecture.from_data(generate.generate(built, formulas).data, "kimi_k25")
    prefill = next(row for row in check.compare(model, formulas, built, overrides) if row.phase == "prefill")
    assert prefill.verdict == "yes"


def test_grouped_products_and_what_the_counter_does_not_know() -> None:
    with torch.device("meta"):
        rows, experts, vector = torch.empty(48, 32), torch.empty(3, 32, 64), torch.empty(32)
        ends = torch.tensor([16, 32, 48], dtype=torch.int32)
    grouped = count(lambda: torch._grouped_mm(rows.bfloat16(), experts.bfloat16(), offs=ends))
    assert (grouped.flops, grouped.unknown) == (2 * 48 * 32 * 64, ())
    product = count(lambda: rows @ vector)
    assert (product.flops, product.unknown) == (0, ("aten.mv",))


def test_verdicts() -> None:
    assert Comparison("prefill", "", 5, 5).verdict == "yes"
    assert Comparison("prefill", "", 5, 4).verdict == "NO"
    assert Comparison("prefill", "", 5, 4, ("aten.mv",)).verdict == "not counted: aten.mv"
    assert Comparison("prefill", "", 5, 6, ("aten.mv",)).verdict == "NO"


def test_masks_have_a_shape() -> None:
    found = mask(2, 3, 5, device="meta", dtype=torch.float32, mask_function=None)
    assert (tuple(found.shape), found.dtype, found.device.type) == ((2, 1, 3, 5), torch.bool, "meta")
