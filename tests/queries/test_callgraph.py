"""Measured time of module groups, compared with a hand computation."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, answer, build, launch, text

FIGURES = (
    "line", "member_count", "measured_count", "instance_count", "operation_count", "sum_ns", "share_ratio", "member_ns",
    "slowest", "slowest_ns", "wall_ns",
)  # fmt: skip


def group(number: int, name: str, members: dict[str, tuple[str, ...]], kind: str = "for") -> list[tuple[object, ...]]:
    said = (number, f"{name} {kind} {len(members)}", name, kind, len(members), None, None)
    return [(*said, member, spelled) for member, names in members.items() for spelled in names]


def run(b: TraceBuilder) -> None:
    """Two layers, called twice; the second has experts in one fused module; a tower has a range with its own name."""
    b.range(THREAD, "tower", 0, 20)
    b.range(THREAD, "hf.tower", 1, 19)
    launch(b, 5, 1000, 1040)
    for at in (100, 200):
        b.range(THREAD, "model.layers.0", at, at + 30)
        launch(b, at + 5, 10 * at + 100, 10 * at + 150)
        b.range(THREAD, "model.layers.1", at + 30, at + 80)
        b.range(THREAD, "model.layers.1.experts", at + 40, at + 70)
        launch(b, at + 45, 10 * at + 200, 10 * at + 230)
        launch(b, at + 75, 10 * at + 240, 10 * at + 260)
    launch(b, 300, 5000, 5060)  # outside all ranges


TOWER = group(0, "tower", {"tower": ("tower", "hf.tower")}, "parfor")
LAYERS = group(1, "layers", {f"layers.{n}": (f"layers.{n}", f"model.layers.{n}") for n in range(3)})
EXPERTS = group(2, "layers.1.experts", {f"layers.1.experts.{n}": ("model.layers.1.experts",) for n in range(4)})
HEADS = group(3, "heads", {f"heads.{n}": (f"heads.{n}",) for n in range(2)})


def test_groups_equal_the_hand_computation(tmp_path: Path) -> None:
    """Of nested ranges in a group, one counts. Nested groups both count. Unmeasured groups are listed and empty."""
    tables = {"callgraph_module": [*TOWER, *LAYERS, *EXPERTS, *HEADS]}
    assert answer(build(tmp_path, run), "callgraph_summary", *FIGURES, tables=tables) == text(
        """
        line,member_count,measured_count,instance_count,operation_count,sum_ns,share_ratio,member_ns,slowest,slowest_ns,wall_ns
        layers for 3,3,2,4,6,200,0.6666666666666666,100.0,layers.1,100,160
        layers.1.experts for 4,4,4,2,2,60,0.2,15.0,,,60
        tower parfor 1,1,1,1,1,40,0.13333333333333333,40.0,,,20
        heads for 2,2,0,0,,,,,,,
        """
    )


def test_all_that_is_said_of_a_group(tmp_path: Path) -> None:
    rows = [(7, "a for 1", "a", "for", 1, "llm", "top", "a.0", "a.0")]
    found = answer(build(tmp_path, run), "callgraph_summary", "group_id", "line", "kind", "count", "stage", "parent",
                   tables={"callgraph_module": rows})  # fmt: skip
    assert found == "group_id,line,kind,count,stage,parent\n7,a for 1,for,1,llm,top"


def test_members_inside_each_other_count_once(tmp_path: Path) -> None:
    """A module that calls itself, and two members, one of which encloses the other."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "m.0", 0, 100)
        b.range(THREAD, "m.0", 10, 90)
        b.range(THREAD, "m.1", 20, 40)
        launch(b, 25, 1000, 1007)
        launch(b, 50, 1100, 1111)

    tables = {"callgraph_module": group(0, "m", {"m.0": ("m.0",), "m.1": ("m.1",)})}
    assert answer(build(tmp_path, fill), "callgraph_summary", *FIGURES[2:], tables=tables) == text(
        """
        measured_count,instance_count,operation_count,sum_ns,share_ratio,member_ns,slowest,slowest_ns,wall_ns
        2,1,2,18,1.0,9.0,m.0,18,100
        """
    )


def test_ranges_that_cross_count_an_operation_once(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "m.0", 0, 60, event_type=60)
        b.range(THREAD, "m.1", 30, 100, event_type=60)
        launch(b, 40, 1000, 1010)

    tables = {"callgraph_module": group(0, "m", {"m.0": ("m.0",), "m.1": ("m.1",)})}
    columns = ("instance_count", "operation_count", "sum_ns", "wall_ns")
    found = answer(build(tmp_path, fill), "callgraph_summary", *columns, tables=tables)
    assert found == "instance_count,operation_count,sum_ns,wall_ns\n2,1,10,130"


@pytest.mark.parametrize("rows", [[], HEADS])
def test_without_a_gpu_or_a_call_graph(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    path = build(tmp_path, lambda b: b.range(THREAD, "heads.1", 0, 9))
    columns = ("measured_count", "sum_ns", "share_ratio", "wall_ns")
    found = answer(path, "callgraph_summary", *columns, tables={"callgraph_module": rows}).splitlines()[1:]
    assert found == (["1,0,,9"] if rows else [])
