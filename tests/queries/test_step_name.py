"""Step names: names that frameworks write are parsed, all others are ignored."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.conftest import REPOSITORY

Row = dict[str, Any]
FILES = sorted((REPOSITORY / "analytic" / "steps").glob("*.toml"))
# From the documentation and code of the frameworks, with numbers for their placeholders. None: neither a step nor a
# part of one.
WRITTEN: dict[str, Row | None] = {
    "execute_context_0(0)_generation_64(64)": {
        "source": "vllm", "phase": "decode", "context_requests": 0, "generation_requests": 64, "generation_tokens": 64,
    },
    "execute_context_3(512)_generation_0(0)": {"source": "vllm", "phase": "prefill", "context_tokens": 512},
    "execute_2_context_2(sq16sk20sqsq128sqsk160)_generation_0(sq0sk0sqsq0sqsk0)": {
        "source": "vllm_detailed", "phase": "prefill", "sq": 16, "sk": 20, "sqsq": 128, "sqsk": 160,
    },
    "step[EXTEND bs=2 toks=12 c_sq=12 c_sqsq=80 c_sqsk=120 c_sk=20]": {
        "source": "sglang", "phase": "prefill", "context_requests": 2, "context_tokens": 12, "sq": 12, "sqsk": 120,
    },
    "step[DECODE bs=64 g_sq=64]": {"source": "sglang", "phase": "decode", "generation_requests": 64, "sq": 64},
    "step[DECODE bs=64]": {"source": "sglang", "phase": "decode", "generation_requests": 64, "sq": None},
    "step[MIXED bs=3 toks=9]": {"source": "sglang", "phase": "mixed", "context_requests": None},
    "[Executor] _forward_step 8: 1 ctx reqs, 7 gen reqs": {
        "source": "tensorrt_llm", "phase": "mixed", "context_requests": 1, "generation_requests": 7,
    },
    "gpu_model_runner: preprocess": {"source": "scopes", "kind": "scope"},
    "gpu_model_runner: ModelRunnerOutput": {"source": "scopes", "kind": "scope"},
    "_prepare_inputs": {"source": "scopes", "kind": "scope"},
    "_update_requests": {"source": "scopes", "kind": "scope"},
    "forward-compute": None,
    "{'Module': 'top.model.layers.0.mlp.gate_up_proj', 'TrainableParams': {'weight': [6144, 1024]}}": None,
    "{'Outputs': [[8, 6144]]}": None,
    "aten::mm, seq = 3, op_id = 7, sizes = [[8, 1024], [1024, 6144]], input_op_ids = [(1,0), (2,0)]": None,
    "{'mod': 'torch', 'op': 'matmul', 'args': [{'shape': (8, 1024), 'dtype': 'float16'}]}": None,
}  # fmt: skip
HUGE = "9" * 40
# Names that are nearly step names: nothing is executed or overflows. Names of the right form are parsed, without the
# number that is too large.
HOSTILE: dict[str, Row | None] = {
    "execute_context_2(4096_generation_30(30)": None,
    "execute_context_2(4096))_generation_30(30)": None,
    "execute_context_-2(4096)_generation_30(30)": None,
    "execute_context_2(4096)_generation_30(30)\nexecute_context_2(4096)_generation_30(30)": None,
    f"execute_context_{HUGE}(1)_generation_1(1)": {"source": "vllm", "context_requests": None, "context_tokens": 1},
    "step[DECODE bs=__import__('os').system('false')]": None,
    "step[DECODE bs=64": None,
    "step[[DECODE bs=64]]": None,
    "step[DECODE bs=64]'; DROP TABLE StringIds; --": None,
    f"step[DECODE bs={HUGE}]": {"source": "sglang", "phase": "decode", "generation_requests": None},
    f"step[DECODE{' a=1' * 5000}]": None,  # 20 kB
    "step[" * 4000: None,
    "__import__('os')": None,
    "{'Module': __import__('os').system('false')}": None,
    "{" * 20_000: None,
    "'\"`${}%s": None,
    "[Executor] _forward_step 1: '0' ctx reqs, 32 gen reqs": None,
    f"iteration {HUGE}": {"source": "numbered", "phase": "other"},
    "step 1; step 2": None,
    "step": None,
    "footstep 3": None,
    "step\n3": None,
    "step \u0663": None,
    "": None,
}
NUL = "step 4\0'; --"


def names_of(path: Path) -> dict[str, Row]:
    with open_trace(path, cache=False) as trace:
        return {row["name"]: row for row in trace.query("step_name").records()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """Return `step_name` for a trace with all these names."""

    def fill(builder: TraceBuilder) -> None:
        for place, name in enumerate([*WRITTEN, *HOSTILE, *examples(), NUL]):
            builder.range(THREAD, name, 10 * place, 10 * place + 5)

    return names_of(build(tmp_path_factory.mktemp("names"), fill))


def examples() -> dict[str, Row]:
    """Return the examples of all files with their expected results."""
    documents = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES]
    return {
        one["text"]: {**one, "source": document["source"], "kind": document["kind"]}
        for document in documents
        for one in document["example"]
    }


def check(found: dict[str, Row], name: str, expected: Row | None) -> None:
    if expected is None:
        assert name not in found
    else:
        assert {key: found[name][key] for key in expected if key != "text"} == {
            key: value for key, value in expected.items() if key != "text"
        }


@pytest.mark.parametrize("name", WRITTEN)
def test_names_that_frameworks_write(written: dict[str, Row], name: str) -> None:
    check(written, name, WRITTEN[name])


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names(written: dict[str, Row], name: str) -> None:
    check(written, name, HOSTILE[name])


def test_a_name_with_nul_is_no_step(written: dict[str, Row]) -> None:
    assert [name for name in written if name.startswith("step 4")] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_of_files_are_what_they_say(written: dict[str, Row], path: Path) -> None:
    own = {text: row for text, row in examples().items() if row["source"] == path.stem}
    assert own
    for text, row in own.items():
        check(written, text, row)


OWN = r"""
source = "mine"
link = "https://example.org"
switched_on_by = "always"
kind = "step"
contains = "tick"
match = '^tick \d+ of \d+$'
[fields]
generation_requests = ' of (\d+)$'
[[example]]
text = "tick 1 of 8"
"""


def ticks(builder: TraceBuilder) -> None:
    for number in range(3):
        builder.range(THREAD, f"tick {number} of 8", 100 * number, 100 * number + 90)
        launch(builder, 100 * number + 10, 100 * number + 20, 100 * number + 60)


def add_own(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "analytic" / "steps").mkdir(parents=True)
    (folder / "analytic" / "steps" / "mine.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(assets, "_own_folders", [folder])


def test_a_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build(tmp_path, ticks)
    assert names_of(path) == {}
    add_own(tmp_path / "own", OWN, monkeypatch)
    with open_trace(path, cache=False) as trace:
        rows = trace.sql("SELECT found_by, phase, generation_requests, start_ns, end_ns FROM step").rows()
    assert rows == [("name: mine", "decode", 8, start, end) for start, end in [(20, 120), (120, 220), (220, 260)]]


@pytest.mark.parametrize(("text", "message"), [("source = ", r"mine\.toml"), (OWN.replace(r"\d+$'", "('"), "tick")])
def test_a_file_of_the_user_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    """The error names a file that cannot be read, and an expression that is not valid."""
    path = build(tmp_path, ticks)
    add_own(tmp_path / "own", text, monkeypatch)
    with pytest.raises(NsysToolsError, match=message), open_trace(path, cache=False) as trace:
        trace.query("step_name").rows()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_forms_do_not_tell_numbers_apart(file: Path) -> None:
    """Forms are compared with names in which other numbers occur."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    for expression in [data["match"], *data.get("fields", {}).values()]:
        assert not any(character.isdigit() for character in expression.replace(r"\d+", ""))
        assert r"\d" not in expression.replace(r"\d+", "")
