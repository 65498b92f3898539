"""Interactive pictures: valid specs without trace data, lanes and nodes from the tables, few rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from nsys_tools import charts
from nsys_tools.charts.picture import Picture
from nsys_tools.session.result import Result
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.timeline import Timeline
from tests.case import PROCESS, THREAD, analyzed, build, launch
from tests.queries.test_timeline import many
from tests.report.test_report import STAGES


def values(column: Any) -> list[Any]:
    return [column["of"][n] for n in column["at"]] if isinstance(column, dict) else column


def by_name(tables: Mapping[str, Result]) -> dict[str, Picture]:
    return {picture.name: picture for picture in charts.draw(tables).pictures()}


@pytest.fixture(scope="module")
def drawn(sample: tuple[Path, Timeline]) -> dict[str, Picture]:
    return by_name(analyzed(sample[0], stages=STAGES).tables)


@pytest.mark.parametrize("name", ["timeline", "flame"])
def test_specs_are_vega_lite_and_hold_no_data(drawn: dict[str, Picture], name: str) -> None:
    picture = drawn[name]
    for spec in picture.specs.values():
        kind = alt.LayerChart if "layer" in spec else alt.Chart
        kind.from_dict(spec, validate=True)
        assert "datasets" not in spec
    lengths = {key: {len(values(column)) for column in columns.values()} for key, columns in picture.data.items()}
    assert all(len(one) == 1 for one in lengths.values()), "columns of one length"


def test_lanes_of_the_timeline(drawn: dict[str, Picture], sample: tuple[Path, Timeline]) -> None:
    bars = drawn["timeline"].data["bars"]
    lanes = list(dict.fromkeys(values(bars["lane"])))
    assert lanes[:4] == ["steps: decode", "sam", "step", "prefill"]
    assert [lane for lane in lanes if lane.startswith(("idle", "CPU"))] == [
        "idle: dependency", "idle: launch gap", "CPU launch", "CPU wait",
    ]  # fmt: skip
    units = values(bars["unit"])
    work = [ns for ns, unit in zip(bars["sum"], units, strict=True) if unit == "operation"]
    assert sum(work) == sample[1].exclusive_ns.total()
    assert min(bars["from"]) == 0
    assert max(bars["to"]) == drawn["timeline"].extent[1]


def test_gpus_and_processes_are_told_apart(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n in range(2):
            process, thread = process_key(n + 1), thread_key(n + 1, 1)
            b.range(thread, "work", 0, 100)
            correlation = b.correlation(process)
            b.call(thread, "cudaLaunchKernel_v7000", 5, 7, correlation)
            b.kernel(process, "k", 10, 50 + n, correlation, device=n)

    lanes = by_name(analyzed(build(tmp_path, fill)).tables)["timeline"].data["lanes"]["lane"]
    assert lanes == ["GPU 0 work", "GPU 1 work", "CPU 1 launch", "CPU 2 launch"]


def test_stages_that_are_called_alike_have_lanes_of_their_own(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n in range(3):
            b.range(THREAD, f"{'long ' * 20}{chr(97 + n)}", 100 * n, 100 * n + 90)
            launch(b, 100 * n + 5, 100 * n + 10, 100 * n + 80 - n)

    lanes = by_name(analyzed(build(tmp_path, fill)).tables)["timeline"].data["lanes"]["lane"]
    assert len([lane for lane in lanes if lane.startswith("long")]) == 3


def test_nodes_of_the_flame(drawn: dict[str, Picture], sample: tuple[Path, Timeline]) -> None:
    nodes = drawn["flame"].data["nodes"]
    assert drawn["flame"].extent == (0, sample[1].exclusive_ns.total())
    paths, labels = values(nodes["path"]), values(nodes["label"])
    assert "image/decode/step *" in paths
    assert labels[paths.index("image/decode/step *")] == "step *"
    place = {path: n for n, path in enumerate(paths)}
    for path, n in place.items():
        around = place.get(path.rpartition("/")[0])
        if around is not None and nodes["depth"][n]:
            assert nodes["from"][around] <= nodes["from"][n] < nodes["to"][n] <= nodes["to"][around]  # type: ignore[index]


def test_no_data_no_picture(tmp_path: Path) -> None:
    assert by_name(analyzed(build(tmp_path, lambda b: None)).tables) == {}
    (tmp_path / "kernel").mkdir()
    found = by_name(analyzed(build(tmp_path / "kernel", lambda b: b.kernel(PROCESS, "k", 0, 9, 0))).tables)
    assert list(found) == ["timeline"], "without ranges there is no flame"


def test_pictures_are_small(tmp_path: Path) -> None:
    for picture in by_name(analyzed(build(tmp_path, many)).tables).values():
        assert len(json.dumps(picture.data)) < 600_000
