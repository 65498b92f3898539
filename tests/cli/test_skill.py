"""The skill: its ten questions for three traces, each answer compared with SQL over nsys's own tables."""

from __future__ import annotations

import json
import re
import shlex
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import nsys_tools as nt
from tests.commands import run
from tests.conftest import REPOSITORY, SHARED, traces_of

SAMPLE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
TRACES = [SAMPLE, SHARED / "traces" / "two_gpu_before.sqlite", SHARED / "traces" / "power_iteration.sqlite"]
QUESTIONS = dict(re.findall(r"^\| (.+\?) \| `(.+)` \|$", nt.skill(), re.MULTILINE))
Rows = list[dict[str, Any]]
Ask = Callable[[str], list[tuple[Any, ...]]]
_TABLES = ("KERNEL", "MEMCPY", "MEMSET", "GRAPH_TRACE")


def _operations(ask: Ask) -> str:
    """Return the SELECT of start, end and GPU of all GPU operations."""
    present = {name for (name,) in ask("SELECT name FROM sqlite_master")}
    names = [f"CUPTI_ACTIVITY_KIND_{table}" for table in _TABLES]
    return " UNION ALL ".join(f"SELECT start, end, deviceId AS gpu FROM {name}" for name in names if name in present)


def _busy(ask: Ask) -> dict[int, tuple[int, int]]:
    """Return per GPU its busy time and the time from its first to its last operation, computed in Python."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for start, end, gpu in ask(f"{_operations(ask)} ORDER BY 1, 2"):
        merged = spans.setdefault(gpu, [])
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return {gpu: (sum(end - start for start, end in parts), parts[-1][1] - parts[0][0]) for gpu, parts in spans.items()}


def stands_out(rows: Rows, ask: Ask) -> None:
    """Time at stake does not exceed the GPU time, and the largest comes first."""
    span = sum(span for _, span in _busy(ask).values())
    stakes = [row["at_stake_ns"] for row in rows if row["at_stake_ns"] is not None and not row["is_caution"]]
    assert stakes
    assert stakes == sorted(stakes, reverse=True)
    assert all(0 < stake <= span for stake in stakes)


def holds(rows: Rows, ask: Ask) -> None:
    (row,) = rows
    (expected,) = ask("SELECT count(*), sum(end - start) FROM CUPTI_ACTIVITY_KIND_KERNEL")
    assert (row["kernel_count"], row["kernel_sum_ns"]) == expected
    assert row["operation_count"] == ask(f"SELECT count(*) FROM ({_operations(ask)})")[0][0]


def busy(rows: Rows, ask: Ask) -> None:
    assert {row["gpu_id"]: (row["busy_ns"], row["span_ns"]) for row in rows} == _busy(ask)


def kernels(rows: Rows, ask: Ask) -> None:
    expected = ask(
        "SELECT value, count(*), sum(end - start) FROM CUPTI_ACTIVITY_KIND_KERNEL k JOIN StringIds s "
        "ON s.id = k.demangledName GROUP BY value ORDER BY 3 DESC, 1 LIMIT 20"
    )
    found = [(row["name"], row["instance_count"], row["sum_ns"]) for row in rows]
    assert [row[2] for row in found] == [row[2] for row in expected]
    assert {row for row in found if row[2] > expected[-1][2]} == {row for row in expected if row[2] > expected[-1][2]}


def work(rows: Rows, ask: Ask) -> None:
    assert sum(row["sum_ns"] for row in rows) == ask("SELECT sum(end - start) FROM CUPTI_ACTIVITY_KIND_KERNEL")[0][0]
    names = len(ask("SELECT DISTINCT demangledName FROM CUPTI_ACTIVITY_KIND_KERNEL"))
    assert len({row["class"] for row in rows}) == len(rows) <= names


def idle(rows: Rows, ask: Ask) -> None:
    assert sum(row["sum_ns"] for row in rows) == sum(span - used for used, span in _busy(ask).values())


def parts(rows: Rows, ask: Ask) -> None:
    """Exclusive figures add up to the run."""
    count, total = ask(f"SELECT count(*), sum(end - start) FROM ({_operations(ask)})")[0]
    assert (sum(row["exclusive_count"] for row in rows), sum(row["exclusive_ns"] for row in rows)) == (count, total)


def steps(rows: Rows, ask: Ask) -> None:
    """Steps do not overlap and are within the time of their GPU."""
    spans = _busy(ask)
    assert rows
    for row in rows:
        assert row["min_ns"] <= row["median_ns"] <= row["max_ns"]
        assert row["step_count"] * row["min_ns"] <= row["sum_ns"] <= spans[row["gpu_id"]][1]


def calls(rows: Rows, ask: Ask) -> None:
    expected = ask(
        "SELECT replace(value, substr(value, instr(value, '_v')), ''), count(*), sum(end - start) "
        "FROM CUPTI_ACTIVITY_KIND_RUNTIME r JOIN StringIds s ON s.id = r.nameId GROUP BY 1 ORDER BY 3 DESC LIMIT 1"
    )
    assert [(row["name"], row["instance_count"], row["sum_ns"]) for row in rows[:1]] == expected


def copied(rows: Rows, ask: Ask) -> None:
    present = {name for (name,) in ask("SELECT name FROM sqlite_master")}
    tables = [name for name in ("CUPTI_ACTIVITY_KIND_MEMCPY", "CUPTI_ACTIVITY_KIND_MEMSET") if name in present]
    union = " UNION ALL ".join(f"SELECT bytes, end - start AS ns FROM {name}" for name in tables)
    expected = ask(f"SELECT count(*), sum(bytes), sum(ns) FROM ({union})")[0]
    assert tuple(sum(row[key] for row in rows) for key in ("instance_count", "moved_bytes", "sum_ns")) == expected


CHECKS = dict(
    zip(
        QUESTIONS, (stands_out, holds, busy, kernels, work, idle, parts, steps, calls, copied), strict=True
    )
)  # fmt: skip


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.stem)
@pytest.mark.parametrize("question", QUESTIONS)
def test_ten_questions_over_three_traces(question: str, trace: Path, tmp_path: Path) -> None:
    if not trace.exists():
        pytest.skip(f"../shared/traces/{trace.name} is not here")
    arguments = shlex.split(QUESTIONS[question].replace("TRACE", str(trace)))
    done = run(*arguments[1:], "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    connection = sqlite3.connect(f"file:{trace}?mode=ro&immutable=1", uri=True)
    try:
        CHECKS[question](json.loads(done.stdout)["rows"], lambda sql: connection.execute(sql).fetchall())
    finally:
        connection.close()


def test_the_skill_is_one_that_agents_find(tmp_path: Path) -> None:
    """As the format requires: front matter with name and description (below 1,024 characters), and folder name."""
    done = run("skill", "--install", str(tmp_path / "skills"), cwd=tmp_path)
    file = Path(done.stdout.strip())
    assert file == tmp_path / "skills" / "nsys-tools" / "SKILL.md"
    _, head, text = file.read_text().split("---\n", 2)
    told = yaml.safe_load(head)
    assert set(told) == {"name", "description"}
    assert told["name"] == file.parent.name
    assert 50 < len(told["description"]) < 1024
    assert text.count("\n# ") == 1
    assert run("skill", cwd=tmp_path).stdout == file.read_text()
    again = run("skill", "--install", str(tmp_path / "skills"), cwd=tmp_path)
    assert again.returncode == 1
    assert "exists" in again.stderr
    assert run("skill", "--install", str(tmp_path / "skills"), "--force", cwd=tmp_path).returncode == 0


def test_every_command_of_the_skill_is_one_of_ours(tmp_path: Path) -> None:
    used = set(re.findall(r"`nsys-tools (\w+)", nt.skill()))
    shown = run("--help", cwd=tmp_path).stdout
    assert {"questions", "findings", "sql", "diff", "queries"} <= used
    assert all(re.search(rf"^\W*{name}\b", shown, re.MULTILINE) for name in used)
    known = set(nt.queries()["query"])
    named = set(re.findall(r"FROM (\w+)", nt.skill()))
    assert named <= known
    columns = {name for query in known for name in nt.describe(query)["column"]}
    words = set(re.findall(r"`(\w+_(?:ns|ratio|count))`", nt.skill()))
    assert words
    assert words <= columns


@pytest.mark.parametrize("trace", traces_of(TRACES))
def test_what_can_be_answered_is_answered(trace: Path, tmp_path: Path) -> None:
    """Every command for an answerable question runs; it has rows, or the figures confirm that there are none."""
    if not trace.exists():
        pytest.skip(f"../shared/traces/{trace.name} is not here")
    asked = json.loads(run("questions", str(trace), "--format", "json", cwd=tmp_path).stdout)
    can = [row for row in asked["rows"] if row["is_answered"]]
    assert asked["data"] == {"answered": len(can), "unanswered": len(asked["rows"]) - len(can)}
    assert asked["rows"][: len(can)] == can
    for row in can:
        done = run(*shlex.split(row["command"])[1:], "--format", "json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["rows"] or row["question"] == "Which steps take unusually long?"
    for row in asked["rows"][len(can) :]:
        assert row["command"] is None
        assert row["needs"]
        assert row["option"]


def test_what_was_not_recorded_is_said_with_its_option() -> None:
    with nt.open(SAMPLE) as session:
        needs = {row["question"]: (row["needs"], row["option"]) for row in session.questions()}
    assert needs["What does the CPU wait for outside CUDA?"] == ("OS runtime calls", "--trace=cuda,nvtx,osrt")
    assert needs["Which kernels take the most GPU time?"] == ("", "")
    with nt.open(SAMPLE, model="deepseek-ocr", gpu="h100-sxm", stages=SAMPLE.with_name("stages.toml"),
                 set={"pages": 2, "new_tokens": 13}) as session:  # fmt: skip
        answered = {row["question"]: row["is_answered"] for row in session.questions()}
    question = "How far is each stage from the roofline?"
    assert (needs[question][0], answered[question]) == ("an analytic model", True)
