"""Charts that a second process builds and draws are those that this process draws."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools import charts, processes
from nsys_tools.charts import renderer
from nsys_tools.processes import Process
from nsys_tools.synthetic.timeline import Timeline

_ONE = {"mark": {"type": "bar", "clip": True}, "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}


def specs(*counts: int) -> renderer.Specs:
    return {f"of {n}": {"data": {"values": [{"a": "x", "b": n}, {"a": "y", "b": 1}]}, **_ONE} for n in counts}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Record the processes that are started."""
    found: list[Process] = []

    def start() -> Process:
        found.append(Process())
        return found[-1]

    monkeypatch.setattr(processes, "Process", start)
    return found


def test_a_second_process_draws_the_same(started: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    own = dict(renderer.Drawn(partial(specs, 2, 3)))
    with processes.beside(), monkeypatch.context() as patch:
        patch.setitem(sys.modules, "vl_convert", None)  # this process cannot draw
        renderer.prepare(has_page=True)
        drawn = renderer.Drawn(partial(specs, 2, 3))
        assert "of 2" in drawn
        assert "of 4" not in drawn
        assert len(drawn) == 2
        assert dict(drawn) == own
    assert len(started) == 1
    assert len(own) == 2


def test_drawings_are_not_mixed_up() -> None:
    with processes.beside():
        first, second = renderer.Drawn(partial(specs, 2)), renderer.Drawn(partial(specs, 3))
        assert second["of 3"] != first["of 2"]
        assert first["of 2"] == renderer.Drawn(partial(specs, 2, 3))["of 2"]


@pytest.mark.parametrize("when", ["before", "after names", "after all"])
def test_without_the_second_process_this_one_draws(started: list[Process], when: str) -> None:
    with processes.beside():
        if when == "before":
            _kill(started[0])
        drawn = renderer.Drawn(partial(specs, 2))
        if when == "after names":
            assert list(drawn) == ["of 2"]
            _kill(started[0])
        if when == "after all":
            _kill(started[0])
        assert drawn["of 2"].startswith(b"<svg")


def _kill(process: Process) -> None:
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()


def test_a_report_is_the_same_with_the_second_process(
    sample: tuple[Path, Timeline], tmp_path: Path, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = nt.write_report(sample[0], tmp_path / "own", cache=False).path.parent
    assert started == [], "the renderer is loaded here"
    monkeypatch.delitem(sys.modules, "vl_convert")
    other = nt.write_report(sample[0], tmp_path / "other", cache=False).path.parent
    assert len(started) == 1
    names = sorted(path.relative_to(own) for path in own.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert sum(name.suffix == ".svg" for name in names) >= 5
    for name in names:
        assert (own / name).read_bytes() == (other / name).read_bytes(), name


def test_names_without_folders_are_drawn_without_folders(
    sample: tuple[Path, Timeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    draw = charts.draw
    monkeypatch.setattr(charts, "draw", lambda tables: drawn.append(tables) or draw(tables))
    with processes.beside():
        nt.write_report(sample[0], tmp_path / "report", cache=False, redact_paths=True)
    assert len(drawn) == 1, "drawn again, from the tables without folders"
