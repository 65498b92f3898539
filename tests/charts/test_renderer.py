"""SVGs that a second process draws are those that this process draws."""

from __future__ import annotations

import os
import signal
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from nsys_tools.charts import renderer
from nsys_tools.processes import Process

SPECS: dict[str, dict[str, Any]] = {
    name: {
        "data": {"values": [{"a": "x", "b": 1}, {"a": "y", "b": count}]},
        "mark": {"type": "bar", "clip": True},
        "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
    }
    for name, count in (("one", 2), ("two", 3))
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Record the processes that are started, as if this process had not loaded the renderer."""
    found: list[Process] = []

    def start() -> Process:
        found.append(Process())
        return found[-1]

    monkeypatch.setattr(renderer, "Process", start)
    monkeypatch.setattr(renderer, "sys", SimpleNamespace(modules={}))
    return found


def test_a_second_process_draws_the_same(started: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name: renderer.Drawn({name: spec})[name] for name, spec in SPECS.items()}
    with renderer.beside(has_page=True), monkeypatch.context() as patch:
        patch.setitem(sys.modules, "vl_convert", None)  # this process cannot draw
        drawn = renderer.Drawn(SPECS)
        assert "one" in drawn
        assert "three" not in drawn
        assert drawn._found is None  # only reading an SVG waits for it
        assert dict(drawn) == own
    assert len(started) == 1


def test_drawings_are_not_mixed_up(started: list[Process]) -> None:
    with renderer.beside(has_page=False):
        first, second = renderer.Drawn({"one": SPECS["one"]}), renderer.Drawn({"two": SPECS["two"]})
        assert second["two"] != first["one"]
        assert first["one"] == renderer.Drawn(SPECS)["one"]
    assert len(started) == 1


@pytest.mark.parametrize("is_early", [True, False])
def test_without_the_second_process_this_one_draws(started: list[Process], *, is_early: bool) -> None:
    with renderer.beside(has_page=False):
        if is_early:
            _kill(started[0])
        drawn = renderer.Drawn(SPECS)
        if not is_early:
            _kill(started[0])
        assert drawn["one"].startswith(b"<svg")


def _kill(process: Process) -> None:
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()


def test_no_process_is_started_if_the_renderer_is_loaded(
    started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "sys", SimpleNamespace(modules={"vl_convert": None}))
    with renderer.beside(has_page=True):
        assert renderer.Drawn(SPECS)["one"].startswith(b"<svg")
    assert started == []
