"""Bad values exit with 2, bad files with 1, and both print a message; `tests/torture` has many more."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import nsys_tools as nt
from tests.commands import refused
from tests.conftest import REPOSITORY
from tests.test_names import trace_of

DIGITS = "9" * 100_000
NEGATIVE = "id: w\ndescription: d\ndocument_kind: k\nseq_len: -1\n"
FLOPS = ("model", "flops", "llama-2-7b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", f"seq_len={DIGITS}"), "digits"), (("--set", "seq_len"), "is not a valid setting"),
        (("--dtype", "foo"), "Unknown dtype 'foo'"), (("--attention", "both"), "both"),
        (("--gpu", "nosuch"), "Unknown GPU 'nosuch'"), (("--workload", "nosuch"), "Unknown workload 'nosuch'"),
        (("--by", "color"), "color"), (("--phase", "nosuch"), "no phase"),
        (("--format", "pdf"), "Unknown format 'pdf'"),
    ],
)  # fmt: skip
def test_a_value_that_means_nothing(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(*FLOPS, *arguments, cwd=tmp_path, code=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [1]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9)), "alias"),
        ("[" * 100_000, "nested too deep"),
        (f"id: w\nseq_len: {DIGITS}\n", "invalid number or date"), (NEGATIVE, "seq_len"),
    ],
    ids=["bomb", "deep", "digits", "negative"],
)  # fmt: skip
def test_a_workload_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "w.yaml").write_text(text)
    begin = time.process_time()
    message = refused(*FLOPS, "--workload", "w.yaml", cwd=tmp_path)
    assert "w.yaml" in message
    assert said in message
    assert time.process_time() - begin < 5


def test_a_negative_amount_in_a_model(tmp_path: Path) -> None:
    text = (REPOSITORY / "analytic" / "models" / "llama-2-7b.json").read_text()
    (tmp_path / "m.json").write_text(text.replace('"out_features": 4096', '"out_features": -1'))
    assert json.loads((tmp_path / "m.json").read_text()) != json.loads(text)
    for command in ("show", "flops"):
        assert "negative" in refused("model", command, "m.json", cwd=tmp_path)


@pytest.mark.parametrize(
    "given", [{"gpu": "h100-sxm"}, {"dtype": "bf16"}, {"attention": "causal"}, {"set": {"x": 1}}, {"workload": "w"}]
)
def test_nothing_to_compare_with(tmp_path: Path, given: dict[str, object]) -> None:
    path = trace_of(tmp_path, 1)
    said = f"{next(iter(given))} has no effect(: no model was specified| without a model)"
    with pytest.raises(nt.UsageError, match=said):
        nt.open(path, **given)  # type: ignore[arg-type]


def test_a_model_that_covers_no_stage(tmp_path: Path) -> None:
    path = trace_of(tmp_path, 1)
    (tmp_path / "s.toml").write_text('[[stage]]\nname = "other"\nmatch = "*"\n')
    with pytest.raises(nt.NsysToolsError, match="No stage in the trace is a phase of the model"):
        nt.open(path, stages=tmp_path / "s.toml", model="llama-2-7b", gpu="h100-sxm", cache=False)
