"""The explicit loop produces the tokens of ``generate()``, with and without crops, padding and end tokens."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from nsys_tools.capture.decoding import decode
from nsys_tools.capture.hooks import names_at
from nsys_tools.capture.options import Options
from nsys_tools.capture.ranges import Ranges
from nsys_tools.capture.run_folder import RunFolder

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]
torch = pytest.importorskip("torch")

NEW = 9
TINY = Options(scale="tiny", device="cpu", max_new_tokens=NEW, page_size="140x180", pages="2")


def generated(adapter, batch, **settings):
    """Return the tokens that transformers' own generate() appends to a prompt."""
    ends = {"eos_token_id": None, "pad_token_id": 0, **settings}
    whole = adapter.model.generate(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask, **batch.inputs,
        max_new_tokens=NEW, do_sample=False, **ends,
    )  # fmt: skip
    return whole[:, batch.input_ids.shape[1] :]


@pytest.fixture
def adapter_of(script, tmp_path):
    def build(name: str, options: Options):
        module = script(name)
        make = module.build if name == "deepseek_ocr" else module.CausalLM
        return make(options, RunFolder(tmp_path / "run"))

    return build


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.large) for seed in (2, 3))])
@pytest.mark.parametrize("crops", ["auto", "none"])
def test_tokens_equal_generate(adapter_of, seed, crops):
    adapter = adapter_of("deepseek_ocr", replace(TINY, seed=seed, crops=crops))
    with torch.inference_mode():
        for page in adapter.items():
            batch = adapter.prepare([page])
            assert (batch.inputs["pixel_values_local"] is None) == (crops == "none")
            tokens = decode(adapter, batch, NEW, Ranges(None))
            assert tokens.shape == (1, NEW)
            assert torch.equal(tokens, generated(adapter, batch))


def test_half_precision_decodes_alike(adapter_of):
    adapter = adapter_of("deepseek_ocr", replace(TINY, dtype="bfloat16"))
    assert {parameter.dtype for parameter in adapter.model.parameters()} == {torch.bfloat16}
    assert adapter.model.model.language_model.rotary_emb.inv_freq.dtype == torch.float32
    with torch.inference_mode():
        batch = adapter.prepare(adapter.items()[:1])
        assert torch.equal(decode(adapter, batch, NEW, Ranges(None)), generated(adapter, batch))


def test_the_full_size_model_is_deepseek_ocr(adapter_of):
    """On the meta device: all 3,336,106,240 parameters except CLIP's own patch convolution, which never runs."""
    adapter = adapter_of("deepseek_ocr", Options(scale="full", device="meta", dtype="bfloat16", pages="1"))
    assert sum(parameter.numel() for parameter in adapter.model.parameters()) == 3_336_106_240 - 602_112
    names = names_at(adapter.model, "layer")
    language, tower = "model.language_model.layers", "model.vision_tower"
    assert sum(name.startswith(language) and name.endswith("norm") for name in names) == 24
    assert sum(name.startswith(language) and name.endswith("mlp.gate") for name in names) == 11
    stacks = {language: 12, f"{tower}.sam_encoder.layers": 12, f"{tower}.vision_encoder.encoder.layers": 24}
    for stack, blocks in stacks.items():
        assert {name for name in names if re.fullmatch(rf"{re.escape(stack)}\.\d+", name)} == {
            f"{stack}.{block}" for block in range(blocks)
        }


def test_pages_of_different_lengths_share_a_batch(adapter_of, tmp_path):
    from nsys_tools.capture import pages

    [large] = pages.draw(tmp_path / "large", 1, (140, 180), 0)
    [small] = pages.draw(tmp_path / "small", 1, (100, 120), 0)
    (tmp_path / "both.txt").write_text(f"{large}\n{small}\n")
    adapter = adapter_of("deepseek_ocr", replace(TINY, pages=str(tmp_path / "both.txt")))
    with torch.inference_mode():
        batch = adapter.prepare(adapter.items())
        assert [one["crops"] for one in batch.counts] == [6, 0]
        assert batch.attention_mask.sum(-1).tolist() == [one["prompt_tokens"] for one in batch.counts]
        tokens = decode(adapter, batch, NEW, Ranges(None))
        assert torch.equal(tokens, generated(adapter, batch))


def test_images_matter(adapter_of):
    """If random weights made all pages the same, the comparison above would be worthless."""
    adapter = adapter_of("deepseek_ocr", TINY)
    with torch.inference_mode():
        first, second = (decode(adapter, adapter.prepare([page]), NEW, Ranges(None)) for page in adapter.items())
    assert not torch.equal(first, second)
    assert len(set(first[0].tolist())) > NEW // 2


@pytest.mark.parametrize("seed", [0, 1])
def test_a_plain_language_model_decodes_alike(adapter_of, seed):
    adapter = adapter_of("causal_lm", replace(TINY, seed=seed, prompt_tokens=17))
    with torch.inference_mode():
        batch = adapter.prepare(adapter.items())
        tokens = decode(adapter, batch, NEW, Ranges(None))
        assert torch.equal(tokens, generated(adapter, batch))


def test_texts_end_at_their_end_token_as_generate_ends_them(adapter_of):
    adapter = adapter_of("deepseek_ocr", TINY)
    with torch.inference_mode():
        batch = adapter.prepare(adapter.items())
        free = decode(adapter, batch, NEW, Ranges(None))
        adapter.end_tokens = (int(free[0, 3]),)
        ended = decode(adapter, batch, NEW, Ranges(None), stop=True)
        theirs = generated(adapter, batch, eos_token_id=adapter.end_tokens[0], pad_token_id=adapter.end_tokens[0])
    assert torch.equal(ended, theirs)
    assert ended[0, 4:].tolist() == [adapter.end_tokens[0]] * (ended.shape[1] - 4)


def test_one_token_needs_no_step(adapter_of):
    adapter = adapter_of("causal_lm", TINY)
    counted = Ranges(None)
    with torch.inference_mode():
        decode(adapter, adapter.prepare(adapter.items()), 1, counted)
    assert counted.counts == {"prefill": 1, "sample": 1, "decode": 1}


def test_the_same_seed_gives_the_same_weights(adapter_of):
    first, again = (adapter_of("causal_lm", replace(TINY, seed=5)).model.state_dict() for _ in range(2))
    other = adapter_of("causal_lm", replace(TINY, seed=6)).model.state_dict()
    assert all(torch.equal(value, again[name]) for name, value in first.items())
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])
