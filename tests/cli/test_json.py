"""``--format json`` of every command, validated against the schema that ships for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator

import nsys_tools as nt
from nsys_tools.cli import app
from nsys_tools.synthetic.job import JobPlan, build_job
from tests.commands import run
from tests.conftest import REPOSITORY, SHARED, traces_of

SAMPLES = REPOSITORY / "capture" / "samples"
TRACE, STAGES, NCU = (str(SAMPLES / name) for name in ("sample.sqlite", "stages.toml", "ncu.csv"))
GPU = ("--gpu", "h100-sxm")
COMPARED = ("--model", "deepseek-ocr", *GPU, "--set", "pages=2", "--set", "new_tokens=13")
CASES: dict[str, list[tuple[str, ...]]] = {
    "sql": [
        (TRACE, "FROM kernel"), (TRACE, "FROM kernel", "--limit", "2"), (TRACE, "SELECT 'NaN'::FLOAT AS a, now() AS b"),
        (TRACE, "FROM stage_summary", "--stages", STAGES), (TRACE, "FROM kernel WHERE false"), (TRACE, "SHOW TABLES"),
        (TRACE, "FROM rank", "--ranks"), (TRACE, "SELECT MAP {1: [2.5]} AS a, {'b': NULL} AS c, 'x'::BLOB AS d"),
    ],
    "queries": [(), ("--area", "kernel"), ("kernel",)],
    "questions": [(TRACE,)],
    "findings": [(TRACE,), (TRACE, "--top", "1"), (TRACE, "--stages", STAGES, "--rule", "cuda_api_sync")],
    "ncu": [(NCU,), *((NCU, "--trace", TRACE, "--show", show) for show in ("join", "match", "coverage"))],
    "counters": [(NCU,)],
    "doctor": [()],
    "diff": [(TRACE, TRACE), (TRACE, TRACE, "--by", "kernel")],
    "stats": [(TRACE, "-r", "cuda_gpu_kern_sum"), (TRACE, "-r", "nvtx_sum")],
    "rules": [("gpu_gaps:gap=0", TRACE), ("cuda_api_sync:rows=2", TRACE)],
    "analyze": [(TRACE, "--stages", STAGES), (TRACE, "--stages", STAGES, *COMPARED)],
    "model list": [()],
    "model show": [("deepseek-ocr",), ("qwen3-0.6b",)],
    "model flops": [
        ("deepseek-ocr",), ("qwen3-0.6b", *GPU), ("deepseek-r1", "--by", "class", *GPU),
        ("llama-2-7b", "--by", "serving", *GPU), ("qwen3-0.6b", "--by", "phase"),
        ("qwen3-0.6b", "--closed-form", "all"),
    ],
    "model operators": [("deepseek-ocr",)],
    "model sweep": [("qwen3-0.6b", "--over", "batch_size=1,2"), ("qwen3-0.6b", "--over", "tp=1,2", *GPU)],
    "model predict": [("qwen3-0.6b", *GPU, "--out", "predicted.sqlite")],
    "model compare": [("qwen3-0.6b.json",)],
}  # fmt: skip
PLAIN = {"stats", "rules"}  # output of nsys
NAMES = {"counters": "ncu", "analyze": "metrics"}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Return the commands that have ``--format`` with JSON."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
            continue
        for option in command.params:
            if "--format" in option.opts and "json" in f"{option.help} {option.metavar} {option.default}":
                yield " ".join((*path, name))


def check(name: str, answer: object) -> None:
    schema = nt.json_schema(name)
    Draft202012Validator.check_schema(schema)
    assert [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer)] == []


def strict(text: str) -> Any:
    """Read strict JSON, without NaN and infinite numbers, which only Python accepts."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        pytest.param(command, case, id=f"{command} {Path(case[0]).name if case else ''} {' '.join(case[1:3])}",
                     marks=[pytest.mark.torch] if command == "model compare" else [])
        for command, cases in CASES.items() for case in cases
    ],
)  # fmt: skip
def test_the_answer_is_as_its_schema_says(command: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    if command == "model compare":
        (tmp_path / "qwen3-0.6b.json").write_text(json.dumps(TINY))
    more = ["--out", "r"] if command == "analyze" else ["-q"] if command in PLAIN else []
    done = run(*command.split(), *arguments, "--format", "json", *more, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    name = NAMES.get(command, command).replace(" ", "-")
    answer = strict((tmp_path / "r" / "metrics.json").read_text() if command == "analyze" else done.stdout)
    check(name, answer)
    if command in PLAIN:
        assert answer
    elif command != "analyze":
        assert answer["command"] == NAMES.get(command, command)
        assert set(answer["units"]) <= {key for row in answer["rows"] for key in row} or not answer["rows"]


TINY = {
    "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "hidden_size": 64, "intermediate_size": 128,
    "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 256,
}  # fmt: skip


def test_every_command_with_json_has_a_case_and_a_schema() -> None:
    found = set(commands(typer.main.get_command(app)))
    assert found == set(CASES)
    assert {NAMES.get(name, name).replace(" ", "-") for name in found} | {"ranks"} == set(nt.json_schemas())


SHARED_TRACES = sorted((SHARED / "traces").glob("*.sqlite"))


@pytest.mark.parametrize("trace", traces_of(SHARED_TRACES))
def test_answers_of_recorded_traces(trace: Path, tmp_path: Path) -> None:
    """These traces lack parts that the sample has."""
    for command, more in (("findings", ()), ("questions", ()), ("sql", ("FROM gap_summary",)), ("diff", (str(trace),))):
        done = run(command, str(trace), *more, "--format", "json", cwd=tmp_path)
        if done.returncode == 0:
            check(command, strict(done.stdout))
        else:  # no kernels whose steps could be compared
            assert command == "diff"
            assert done.stdout == ""
    assert run("analyze", str(trace), "--out", "r", "--format", "json", cwd=tmp_path).returncode == 0
    check("metrics", strict((tmp_path / "r" / "metrics.json").read_text()))


def test_a_report_of_ranks(tmp_path: Path) -> None:
    job = build_job(tmp_path, JobPlan(files=2, processes=1, steps=4))
    done = run("analyze", *map(str, job.paths), "--out", "r", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    check("ranks", strict((tmp_path / "r" / "metrics.json").read_text()))
    done = run("sql", str(tmp_path / "*.sqlite"), "FROM rank", "--format", "json", cwd=tmp_path)
    answer = strict(done.stdout)
    check("sql", answer)
    assert answer["trace"] == "2 traces"


def test_the_docs_list_every_schema() -> None:
    page = (REPOSITORY / "docs" / "reference" / "schemas.md").read_text(encoding="utf-8")
    for name in (*nt.json_schemas(), "envelope"):
        assert f"\n## {name}\n" in page, name


def test_what_a_schema_refuses() -> None:
    with nt.open(TRACE) as session:
        good = nt.envelope("sql", session.sql("SELECT 1 AS a_ns"), trace=session.name)
    assert good["units"] == {"a_ns": "ns"}
    check("sql", good)
    for wrong in ({"rows": [1]}, {"truncated": 0}, {"schema": "nsys-tools/findings/1"}, {"data": {}}, {"more": 1},
                  {"next": ["rm -r ."]}, {"warnings": [""]}):  # fmt: skip
        with pytest.raises(AssertionError):
            check("sql", {**good, **wrong})
    for key in good:
        with pytest.raises(AssertionError):
            check("sql", {name: value for name, value in good.items() if name != key})
    with pytest.raises(nt.NsysToolsError, match="There is no schema 'kernel'"):
        nt.json_schema("kernel")


def test_units_are_those_of_the_columns_or_of_their_suffix() -> None:
    rows = [{"tokens_per_s": 1.0, "read_bytes_per_s": 2.0, "sum_ns": 3, "busy_ratio": 0.5, "name": "a", "count_of": 1}]
    units = {"tokens_per_s": "tokens/s", "read_bytes_per_s": "bytes/s", "sum_ns": "ns", "busy_ratio": "ratio"}
    assert nt.envelope("sql", rows)["units"] == units
    with nt.open(TRACE) as session:
        found = session.query("kernel_summary", top=1)
        assert nt.envelope("sql", found)["units"] == found.units


def test_one_shape_of_a_finding(tmp_path: Path) -> None:
    """The same in the report file and on stdout."""
    run("analyze", TRACE, "--stages", STAGES, "--out", "r", "--format", "json", cwd=tmp_path)
    metrics = strict((tmp_path / "r" / "metrics.json").read_text())
    with nt.open(TRACE, stages=STAGES) as session:
        assert metrics["findings"] == session.findings().data()["rows"] != []


def test_next_commands_run(tmp_path: Path) -> None:
    """The commands that an answer suggests are run exactly as printed."""
    import shlex

    first = strict(run("sql", TRACE, "FROM kernel", "--limit", "3", "--format", "json", cwd=tmp_path).stdout)
    (lead,) = first["next"]
    second = strict(run(*shlex.split(lead)[1:], "--format", "json", cwd=tmp_path).stdout)
    assert (len(first["rows"]), len(second["rows"])) == (3, 30)
    assert second["rows"][:3] == first["rows"]
    stands_out = strict(run("findings", TRACE, "--format", "json", cwd=tmp_path).stdout)
    assert stands_out["next"]
    for lead in stands_out["next"]:
        assert run(*shlex.split(lead)[1:], cwd=tmp_path).returncode == 0


def test_a_file_has_the_same_envelope(tmp_path: Path) -> None:
    asked = ("sql", TRACE, "FROM stage_summary", "--format", "json")
    shown = run(*asked, cwd=tmp_path)
    run(*asked, "--out", "a.json", cwd=tmp_path)
    assert (tmp_path / "a.json").read_text() == shown.stdout
