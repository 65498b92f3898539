from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from nsys_tools.capture.options import Options, about, parse

OTHER = {
    "out": Path("elsewhere"), "weights": "id/x", "seed": 3, "scale": "tiny", "pages": "pages.txt",
    "page_size": "90x120",    "crops": "none", "prompt_tokens": 5,
    "batch_size": 2, "max_new_tokens": 4, "repeats": 3, "warmup": 0,
    "dtype": "float16", "device": "cuda:1", "attention": "eager", "nvtx": "op", "sync": True, "stop_at_end": True,
    "profiler": "torch", "top": 7,
}  # fmt: skip


def test_arguments_say_what_the_options_say():
    assert set(OTHER) == {one.name for one in fields(Options)} == set(about())
    assert parse(Options(**OTHER).arguments(), "") == Options(**OTHER)
    assert Options().arguments() == []
    assert parse([], "") == Options()


def test_random_weights_are_the_default_and_exclude_weights(capsys):
    assert parse(["--random-weights"], "") == Options()
    with pytest.raises(SystemExit) as stop:
        parse(["--random-weights", "--weights", "id/x"], "")
    assert stop.value.code == 2
    assert "are mutually exclusive" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [["--batch-size", "0"], ["--max-new-tokens", "0"], ["--repeats", "-1"], ["--warmup", "-1"], ["--nvtx", "deep"],
     ["--scale", "huge"], ["--page-size", "90"], ["--page-size", "0x9"], ["--dtype", "int8"], ["--what", "x"]],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(wrong, capsys):
    with pytest.raises(SystemExit) as stop:
        parse(wrong, "")
    assert stop.value.code == 2
    assert wrong[0] in capsys.readouterr().err
