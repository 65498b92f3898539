"""--steps: by stage, by pattern of range names, as found in the trace, or none; on the command line and in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import refused, run

FOUND = "SELECT found_by, step_count, reason FROM step_found"
STAGES = """
[[stage]]
name = "decode"
match = "tick *"
{role}
[[stage]]
name = "idle"
match = "nothing"
"""
REFUSED = "no range that launched GPU work matches."


def ticks(builder: TraceBuilder) -> None:
    """Add a loop whose ranges have unknown names, and one that launches nothing."""
    for number in range(3):
        at = 100 * number
        builder.range(THREAD, f"tick {number}", at, at + 90)
        launch(builder, at + 10, at + 20, at + 60)
    builder.range(THREAD, "nothing", 300, 310)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return build(tmp_path, ticks)


def stages(folder: Path, role: str = "") -> Path:
    path = folder / "stages.toml"
    path.write_text(STAGES.format(role=role), encoding="utf-8")
    return path


def found(trace: Path, stages: Path | None = None, steps: str = "auto") -> list[tuple[object, ...]]:
    with nt.open(trace, stages=stages, steps=steps, cache=False) as session:
        return session.sql(FOUND).rows()


def test_pattern(trace: Path, tmp_path: Path) -> None:
    assert found(trace, steps="tick *") == [("pattern", 3, None)]
    done = run("sql", str(trace), FOUND, "--steps", "tick *", "--format", "csv", cwd=tmp_path)
    assert done.stdout.splitlines() == ["found_by,step_count,reason", "pattern,3,"]


def test_stage(trace: Path, tmp_path: Path) -> None:
    """The name of a stage takes precedence over a pattern of range names."""
    assert found(trace, stages(tmp_path), "decode") == [("pattern", 3, None)]


def test_role_in_the_stages_file(trace: Path, tmp_path: Path) -> None:
    with nt.open(trace, stages=stages(tmp_path, 'role = "step"'), cache=False) as session:
        rows = session.sql("SELECT found_by, phase, start_ns, end_ns FROM step").rows()
    assert rows == [("stages file: decode", "decode", at + 20, end) for at, end in [(0, 120), (100, 220), (200, 260)]]


def test_none(trace: Path, tmp_path: Path) -> None:
    path = stages(tmp_path, 'role = "step"')
    assert found(trace, path, "none") == [(None, 0, "steps were not requested")]
    done = run("sql", str(trace), FOUND, "--stages", str(path), "--steps", "none", "--format", "csv", cwd=tmp_path)
    assert done.stdout.splitlines()[1:] == [",0,steps were not requested"]


def test_auto_says_why_there_are_none(trace: Path) -> None:
    reason = "no range name identifies a step, and no operation recurs regularly"
    assert found(trace) == found(trace, steps="auto") == [(None, 0, reason)]


@pytest.mark.parametrize("steps", ["nosuch", "nothing", "idle", "tick", "(", "tick ' OR 1=1"])
def test_a_pattern_without_steps_is_refused(trace: Path, tmp_path: Path, steps: str) -> None:
    """This includes a range that exists but launched nothing, and selection by stage name."""
    arguments = ["sql", str(trace), "FROM step", "--steps", steps, "--stages", str(stages(tmp_path))]
    assert f"--steps {steps}: {REFUSED}" in refused(*arguments, cwd=tmp_path)
    with pytest.raises(nt.NsysToolsError, match=REFUSED), nt.open(trace, steps=steps, cache=False) as session:
        session.query("step")


def test_an_empty_pattern_is_refused(trace: Path, tmp_path: Path) -> None:
    assert "--steps is empty." in refused("sql", str(trace), "FROM step", "--steps", "", cwd=tmp_path)


def test_analyze_refuses_a_pattern_without_steps(trace: Path, tmp_path: Path) -> None:
    message = refused("analyze", str(trace), "--steps", "nosuch", "--out", "report", cwd=tmp_path)
    assert f"--steps nosuch: {REFUSED}" in message
    assert not (tmp_path / "report").exists()
