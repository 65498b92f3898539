"""Call graph groups in a trace: a module has several names, and its ranges are found under each of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.model.request import Request
from nsys_tools.sources import callgraph
from nsys_tools.sources.callgraph import config
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, analyzed, build, launch, opened
from tests.conftest import SHARED
from tests.synthetic.test_prediction import predicted

HUB: dict[str, dict[str, Any]] = {
    "call_counts": {
        "layers.0": 1, "layers.1": 1, "layers.1.mlp.experts.3": 1, "sam_model": 2, "sam_model.blocks.0": 2,
    },
    "module_classes": {
        "layers.0": "L", "layers.1": "L", "layers.1.mlp.experts.3": "E", "layers.1.mlp.experts.4": "E",
    },
}  # fmt: skip
ROOTED = {key: {f"model.{name}": value for name, value in part.items()} for key, part in HUB.items()}
TRANSFORMERS = {"call_counts": {"model.language_model.layers.0": 1, "model.language_model.layers.1": 1,
                                "model.vision_tower.sam_encoder": 2}}  # fmt: skip
NAMES = {
    "hub": ("model.layers.0", "model.layers.1", "model.layers.1.mlp.experts.3", "model.sam_model"),
    "bare": ("layers.0", "layers.1", "layers.1.mlp.experts.3", "sam_model"),
    "transformers": (
        "model.language_model.layers.0", "model.language_model.layers.1", "model.language_model.layers.1.mlp.experts",
        "model.vision_tower.sam_encoder",
    ),
}  # fmt: skip
MODEL = Request("deepseek-ocr", gpu="l4", assignments=("pages=0",))


def summary(folder: Path, graph: dict[str, Any], names: tuple[str, ...], request: Request | None) -> dict[str, Any]:
    """Return measured members, instances and GPU time by group; each range has a kernel of 1, 2, 3 or 4 ns."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 1000 * len(names))
        for number, name in enumerate(names):
            at = 1000 * number
            b.range(THREAD, name, at, at + 100)
            launch(b, at + 10, at + 200, at + 201 + number)

    path = folder / "graph.json"
    path.write_text(json.dumps(graph))
    rows = analyzed(build(folder, fill), request, callgraph=path).tables["callgraph_summary"].records()
    return {
        row["line"].partition("  #")[0]: (row["measured_count"], row["instance_count"], row["sum_ns"]) for row in rows
    }


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("graph", [HUB, ROOTED], ids=["bare graph", "graph with root"])
def test_names_of_the_hub_and_of_transformers(tmp_path: Path, graph: dict[str, Any], names: tuple[str, ...]) -> None:
    """The layers of the analytic model map the names; where experts are fused, both share the only range."""
    fused = names is NAMES["transformers"]
    assert summary(tmp_path, graph, names, MODEL) == {
        "model.layers[0..1] for 2": (2, 2, 1 + 2),
        "model.layers.1.mlp.experts[3..4] for 2": (2 if fused else 1, 1, 3),
        "model.sam_model parfor 2": (1, 1, 4),
        "model.sam_model.blocks.0 parfor 2": (0, 0, None),
    }


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_a_graph_in_the_names_of_transformers(tmp_path: Path, names: tuple[str, ...]) -> None:
    found = summary(tmp_path, TRANSFORMERS, names, MODEL)
    assert found["model.language_model.layers[0..1] for 2"] == (2, 2, 1 + 2)
    assert found["model.vision_tower.sam_encoder parfor 2"] == (1, 1, 4)


@pytest.mark.parametrize(("spelling", "measured"), [("hub", 2), ("bare", 2), ("transformers", 0)])
@pytest.mark.parametrize("graph", [HUB, ROOTED], ids=["bare graph", "graph with root"])
def test_without_a_dictionary_names_are_compared_with_and_without_root(
    tmp_path: Path, graph: dict[str, Any], spelling: str, measured: int
) -> None:
    found = summary(tmp_path, graph, NAMES[spelling], None)
    (layers,) = [figures for line, figures in found.items() if "layers[0..1] for" in line]
    assert layers[0] == measured


def test_the_real_call_graph_in_a_predicted_trace(tmp_path: Path) -> None:
    """Every group equals the sum over kernels whose path contains one of its modules, by brute force."""
    real = SHARED / "deepseek-ocr" / "callgraph" / "torchlens.json"
    if not real.is_file():
        pytest.skip("../shared/deepseek-ocr is not here")
    path = tmp_path / "p.sqlite"
    values = ("new_tokens=3", "crop_rows=1")
    predicted(path, "deepseek-ocr", "h200-sxm", *values)
    with opened(path, Request("deepseek-ocr", gpu="h200-sxm", assignments=values), callgraph=real) as session:
        rows = session.analyze().tables
        found = {row["group_id"]: row for row in rows["callgraph_summary"]}
        paths = session.sql(
            "SELECT r.path, sum(o.duration_ns)::BIGINT FROM gpu_operation AS o JOIN attribution AS a "
            "USING (operation_id) JOIN range AS r USING (range_id) GROUP BY r.path"
        ).rows()
    groups = callgraph.group(callgraph.read(real), config.find("deepseek_ocr")).groups
    assert len(groups) == len(found) == 49
    for number, group in enumerate(groups):
        names = {f"model.{member}" for member in group.members}
        names |= {re.sub(r"experts\.\d+", "experts.[0-63]", name) for name in names}
        inside = [ns for path, ns in paths if names & set(path.split("/"))]
        assert found[number]["sum_ns"] == (sum(inside) if inside else None), group.name
    measured = {row["line"].partition("  #")[0]: row for row in found.values() if row["instance_count"]}
    layers = measured["model.layers[0..11] for 12"]
    assert (layers["measured_count"], layers["instance_count"]) == (12, 12 * 3)
    experts = measured["model.layers.7.mlp.experts[0..63] for 64"]
    assert (experts["measured_count"], experts["slowest"]) == (64, None)
    assert measured["model.sam_model.blocks[0..11] for 12"]["slowest"].startswith("sam_model.blocks.")
