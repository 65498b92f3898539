"""Impossible inputs and contradictory combinations are rejected; exceeding a model's context causes a warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.model import architecture
from nsys_tools.model.figures import scope_of
from nsys_tools.model.settings import settings

SHIPPED = sorted(architecture.available())


def refused(model: str, *assignments: str, workload: str = "") -> nt.UsageError:
    with pytest.raises(nt.UsageError) as error:
        nt.load_model(model).evaluate(set=assignments, workload=workload)
    assert error.value.hint
    return error.value


@pytest.mark.parametrize("name", ["batch_size", "seq_len"])
@pytest.mark.parametrize("model", SHIPPED)
def test_a_run_of_nothing_is_refused(model: str, name: str) -> None:
    assert refused(model, f"{name}=0").message == f"{name} is 0, so there is nothing to compute."


def test_steps_that_do_not_follow_from_the_new_tokens_are_refused() -> None:
    """Of 10 new tokens, the prefill produces one, and 9 steps the others."""
    error = refused("llama-2-7b", "new_tokens=10", "decode_steps=500")
    assert error.message == "decode_steps=500 contradicts new_tokens=10, which implies decode_steps=9."
    assert error.hint == "Omit decode_steps, or new_tokens."
    both = nt.load_model("llama-2-7b").evaluate(set=("new_tokens=10", "decode_steps=9"))
    assert both.data() == nt.load_model("llama-2-7b").evaluate(set=("new_tokens=10",)).data()


def test_an_input_contradicts_only_what_it_follows_from_as_a_whole() -> None:
    """Crops follow from the grid, the prompt from image and text; without text tokens, any prompt is possible."""
    error = refused("deepseek-ocr", "crop_mode=1", "crop_rows=2", "crop_columns=3", "crops=5")
    assert error.message.startswith(
        "crops=5 contradicts crop_columns=3 and crop_mode=1 and crop_rows=2, which imply crops=6."
    )
    found = nt.load_model("deepseek-ocr")
    grid = ("crop_mode=1", "crop_rows=2", "crop_columns=2", "base_size=1024", "image_size=640")
    assert found.evaluate(set=(*grid, "seq_len=2000")).inputs["seq_len"] == 2000
    # 693 image tokens of a 2 x 2 grid: two steps away from the given input.
    error = refused("deepseek-ocr", *grid, "prompt_tokens=10", "seq_len=2000")
    assert "seq_len=2000 contradicts image_tokens=693 and prompt_tokens=10, which imply seq_len=703." in error.message
    assert found.evaluate(set=(*grid, "prompt_tokens=10", "seq_len=703")).inputs["image_tokens"] == 693


def test_choices_and_what_a_workload_or_a_run_sets_may_be_overridden() -> None:
    model = nt.load_model("llama-2-7b")
    assert model.evaluate(set=("seq_len=2048", "head_positions=1")).inputs["head_positions"] == 1
    assert model.evaluate(workload="chat-2k-v1", set=("decode_steps=100",)).inputs["decode_steps"] == 100
    known = architecture.load("llama-2-7b")
    found = settings(known, recorded=("new_tokens=8", "decode_steps=2"), assignments=("seq_len=9",))
    assert found.values == {"new_tokens": 8, "decode_steps": 2, "seq_len": 9}, "a run that was stopped early"
    found = settings(known, recorded=("new_tokens=8",), assignments=("new_tokens=9",))
    assert found.values == {"new_tokens": 9}


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (["seq_len=1..9..0"], "a step of 0 never reaches 9"),
        (["seq_len=9..3"], "the range ends before it begins"),
        (["seq_len=0..9"], "seq_len is 0"),
        (["batch_size=1,0,2"], "batch_size is 0"),
        (["new_tokens=1..3", "decode_steps=2"], "decode_steps=2 contradicts new_tokens=1"),
    ],
)
def test_axes_that_cannot_be_are_refused(over: list[str], said: str) -> None:
    with pytest.raises(nt.UsageError, match=said) as error:
        nt.load_model("llama-2-7b").evaluate().sweep(over)
    assert error.value.hint


def test_an_axis_contradicts_what_was_set_beside_it() -> None:
    model = nt.load_model("llama-2-7b")
    with pytest.raises(nt.UsageError, match="decode_steps=3 contradicts new_tokens=5"):
        model.evaluate(set=("decode_steps=3",)).sweep(["new_tokens=4,5"])
    assert model.evaluate(set=("decode_steps=3",)).sweep(["new_tokens=4"])["new_tokens"] == [4]
    assert model.evaluate(workload="chat-2k-v1").sweep(["decode_steps=1,2"])["decode_steps"] == [1, 2]
    assert model.evaluate().sweep(["seq_len=5..5"])["seq_len"] == [5]


# max_position_embeddings in the config.json on the Hub that the model file names.
CONTEXTS = {"deepseek-ocr": 8192, "llama-2-7b": 4096, "mistral-7b": 32768, "qwen3-30b-a3b": 40960}


@pytest.mark.parametrize(("model", "context"), CONTEXTS.items())
def test_more_tokens_than_the_context_are_warned_of(model: str, context: int) -> None:
    found = nt.load_model(model)
    assert not found.evaluate().warnings
    assert not found.evaluate(set={"seq_len": context - 100, "new_tokens": 100}).warnings
    (said,) = found.evaluate(set={"seq_len": context - 100, "new_tokens": 101}).warnings
    assert (
        f"{context - 100:,} prompt tokens and 101 new tokens exceed {model}'s context length of {context:,} tokens"
        in said
    )
    assert not found.evaluate(set={"seq_len": context - 100, "decode_steps": 99}).warnings
    assert found.evaluate(set={"seq_len": context - 100, "decode_steps": 100}).warnings
    swept = found.evaluate(set={"new_tokens": 100})
    assert not swept.sweep_warnings([f"seq_len=1,{context - 100}"])
    assert (
        f"{context - 99:,} prompt tokens" in swept.sweep_warnings([f"seq_len={context - 99},1", "batch_size=1..4"])[0]
    )


def test_a_model_without_a_context_is_not_warned_of(tmp_path: Path) -> None:
    data = json.loads(architecture.available()["llama-2-7b"].read_text())
    del data["spec"]["context"]
    (tmp_path / "mine.json").write_text(json.dumps(data))
    assert not nt.load_model(str(tmp_path / "mine.json")).evaluate(set={"seq_len": 10**6}).warnings


def test_a_scope_that_was_not_asked_for_is_not_compared() -> None:
    """Formulas are also evaluated at nsys-tools's own values, such as those of a check against torch."""
    model = architecture.load("llama-2-7b")
    values = {"new_tokens": 8, "decode_steps": 2}
    columns = {name: [value] for name, value in values.items()}
    assert "seq_len" in scope_of(model, columns, settings(model)).names
