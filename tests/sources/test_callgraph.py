"""Call graphs: reading, grouping, and the real recording of DeepSeek-OCR."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.report.callgraph import as_json, as_markdown
from nsys_tools.sources.callgraph import Group, config, group, line, ranges, read
from tests.case import text
from tests.conftest import SHARED

REAL = SHARED / "deepseek-ocr" / "callgraph"

# A tower that runs twice, three layers of two classes, and experts, one of which got no token.
SMALL: dict[str, Any] = {
    "call_counts": {
        "tower": 2, "tower.proj": 2, "layers.0": 1, "layers.1": 1, "layers.2": 1, "layers.10": 1,
        "layers.1.experts.0": 1, "layers.1.experts.2": 1, "head": 1,
    },
    "edges": {"tower->tower.proj": 8, "layers.1->layers.1.experts.0": 5, "layers.1->layers.1.experts.2": 5},
    "op_call_counts": {"tower": 12, "layers.0": 30},
    "module_children": {
        "tower": ["tower.proj"], "layers.1": ["layers.1.experts.0", "layers.1.experts.2"],
    },
    "module_classes": {
        "tower": "Tower", "tower.proj": "Linear", "layers": "ModuleList", "layers.0": "Dense", "layers.1": "MoE",
        "layers.2": "MoE", "layers.10": "MoE", "layers.1.experts": "ModuleList", "layers.1.experts.0": "MLP",
        "layers.1.experts.1": "MLP", "layers.1.experts.2": "MLP", "head": "Linear",
    },
}  # fmt: skip


def write(folder: Path, data: object, name: str = "graph.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def grouped(path: Path, chosen: str | None = None, hooks: Path | None = None) -> list[Group]:
    seen = read(hooks) if hooks else None
    return list(group(read(path), config.find(chosen), hooks=seen).groups)


def lines(path: Path, chosen: str | None = None) -> str:
    result = group(read(path), config.find(chosen))
    return "\n".join(line(item, result.root) for item in result.groups)


@pytest.mark.parametrize("spelling", ["module_classes", "module_types"])
def test_groups_of_a_small_model(tmp_path: Path, spelling: str) -> None:
    """A single dense layer is not a family; an expert without tokens is a member; operations at edges never count."""
    data = {key: value for key, value in SMALL.items() if key != "module_classes"} | {spelling: SMALL["module_classes"]}
    assert lines(write(tmp_path, data)) == text(
        """
        layers[1..2,10] for 3  # MoE
        layers.1.experts[0..2] for 3  # MLP, called 2/3
        tower parfor 2
        tower.proj parfor 2  # 1 per parent call
        """
    )


def test_parents_come_from_calls_not_from_containers(tmp_path: Path) -> None:
    parents = {(item.name, item.kind): item.parent for item in grouped(write(tmp_path, SMALL))}
    assert parents == {
        ("layers", "for"): None,
        ("layers.1.experts", "for"): "layers.1",
        ("tower", "parfor"): None,
        ("tower.proj", "parfor"): "tower",
    }


def test_numbers_of_operations_change_nothing(tmp_path: Path) -> None:
    other = SMALL | {"edges": dict.fromkeys(SMALL["edges"], 999), "op_call_counts": {}}
    assert grouped(write(tmp_path, other)) == grouped(write(tmp_path, SMALL))


def test_alike_modules_with_different_calls_are_different_groups(tmp_path: Path) -> None:
    calls = {"a.0": 3, "a.0.x": 6, "a.1": 3, "a.1.x": 6, "a.2": 5, "a.2.x": 5}
    data = {"call_counts": calls, "module_children": {f"a.{n}": [f"a.{n}.x"] for n in range(3)}}
    assert lines(write(tmp_path, data)) == text(
        """
        a[0..2] for 3
        a.2 parfor 5
        a.2.x parfor 5  # 1 per parent call
        a[0..1] parfor 3  # each of 2
        a[0..1].x parfor 6  # each of 2, 2 per parent call
        """
    )


def test_a_shared_module_counts_per_caller_where_the_recording_tells(tmp_path: Path) -> None:
    data: dict[str, Any] = {
        "call_counts": {"a": 1, "b": 1, "norm": 5},
        "edges": {"a->norm": 40, "b->norm": 60},
        "module_children": {"a": ["norm"], "b": ["norm"]},
    }
    (together,) = grouped(write(tmp_path, data))
    assert (together.count, together.annotations) == (5, ("5 per parent call", "total calls from 2 parents"))
    told = grouped(write(tmp_path, data | {"edge_calls": {"a->norm": 2, "b->norm": 3}}))
    assert [(item.parent, item.count) for item in told] == [("a", 2), ("b", 3)]


def test_configuration(tmp_path: Path) -> None:
    written = tmp_path / "own.toml"
    written.write_text(
        'root = "model"\nsmallest = { for = 3 }\nkinds = []\nnever = ["*.experts"]\n'
        '[[stage]]\nname = "vision"\nmodules = ["tower"]\nkinds = ["parfor"]\n'
        '[[stage]]\nname = "llm"\nmodules = ["layers"]\n[labels]\n"layers" = "decoder layers"\n'
    )
    path = write(tmp_path, SMALL)
    assert lines(path, str(written)) == text(
        """
        model.tower parfor 2
        model.tower.proj parfor 2  # 1 per parent call
        model.layers[1..2,10] for 3  # decoder layers, MoE
        """
    )
    assert [item.stage for item in grouped(path, str(written))] == ["vision", "vision", "llm"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("stages = 1", "unknown key 'stages'"),
        ("smallest = { for = 0 }", "'smallest'"),
        ('kinds = ["while"]', "'while'"),
        ('[[stage]]\nname = "x"', "must have 'name' and 'modules'"),
        ('[[stage]]\nname = "x"\nmodule = ["a"]', "'module' in a stage"),
        ("never = 3", "'never'"),
        ("[labels]\nx = 1", "'labels'"),
        ("= 1", "cannot be read"),
    ],
)
def test_wrong_configurations_are_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(NsysToolsError, match=re.escape(says)):
        config.find(str(path))


def test_an_unknown_configuration_names_the_shipped_ones() -> None:
    with pytest.raises(NsysToolsError) as refused:
        config.find("nothing")
    assert "deepseek_ocr" in refused.value.hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "neither call_counts"),
        ('{"edges": {}}', "neither call_counts"),
        ('{"call_counts": []}', "call_counts is not an object"),
        ('{"call_counts": {"a": 1.5}}', "call_counts['a'] is 1.5"),
        ('{"call_counts": {"a": -1}}', "call_counts['a'] is -1"),
        ('{"call_counts": {"a": true}}', "call_counts['a'] is True"),
        ('{"module_children": {"a": "b"}}', "module_children['a'] is not a list"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(NsysToolsError, match=re.escape(says)):
        read(write(tmp_path, content))


def test_missing_files_and_empty_graphs(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="cannot be read"):
        read(tmp_path / "none.json")
    with pytest.raises(NsysToolsError, match="no forward-hook edges"):
        read(write(tmp_path, "digraph g {}", "g.dot"))
    nothing = group(read(write(tmp_path, {"call_counts": {}})), config.find(None))
    assert "The call graph has no groups." in as_markdown(nothing)
    assert json.loads(as_json(nothing))["groups"] == []


def test_a_graph_of_hooks_is_read(tmp_path: Path) -> None:
    dot = text(
        r"""
        digraph g {
          "model" [label="M @ model\nout [1, 9] torch.bfloat16"];
          "model.block.0" [label="B @ model.block.0\nin [1, 9] torch.bfloat16"];
          "model.block.1" [label="B @ model.block.1\nin [1, 9] torch.bfloat16"];
          "model" -> "model.block.0" [label="2"];
          "model" -> "model.block.1";
        }
        """
    )
    graph = read(write(tmp_path, dot, "hooks.dot"))
    assert graph.calls == {"model.block.0": 2, "model.block.1": 1}
    assert graph.classes["model.block.0"] == "B"
    assert graph.shapes["model.block.0"] == "in [1, 9] torch.bfloat16"


def test_hooks_go_before_call_counts_and_differences_are_told(tmp_path: Path) -> None:
    dot = write(tmp_path, '"model" -> "model.tower" [label="3"];\n"model" -> "model.head" [label="1"];', "h.dot")
    result = group(read(write(tmp_path, SMALL)), config.find(None), hooks=read(dot))
    assert [item.count for item in result.groups if item.name.endswith("tower")] == [3]
    assert result.metadata["hooks_differ"] == ["tower"]
    other = write(tmp_path, '"model" -> "model.decoder" [label="1"];', "o.dot")
    with pytest.raises(NsysToolsError, match="no module in common"):
        grouped(write(tmp_path, SMALL), hooks=other)


def test_an_expert_that_the_hooks_did_not_see_is_not_called(tmp_path: Path) -> None:
    """Two recordings route differently; their calls are not mixed within a family."""
    dot = write(tmp_path, '"m.layers.1" -> "m.layers.1.experts.1";\n"m" -> "m.layers.1";', "h.dot")
    experts = next(g for g in grouped(write(tmp_path, SMALL), hooks=dot) if g.name == "layers.1.experts")
    assert experts.annotations == ("MLP", "called 1/3")


def test_same_input_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    texts = []
    for name, data in (("a", SMALL), ("b", {key: SMALL[key] for key in reversed(SMALL)})):
        (tmp_path / name).mkdir()
        result = group(read(write(tmp_path / name, data)), config.find("deepseek_ocr"))
        texts.append((as_json(result).replace(result.metadata["sha256"], ""), as_markdown(result)))
    assert texts[0] == texts[1]
    assert json.loads(as_json(result))["metadata"]["time"] is None


def test_time_is_the_recordings_or_the_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    path = write(tmp_path, SMALL | {"metadata": {"generated_at": "2026-01-02T03:04:05Z", "model": "Tiny"}})
    result = group(read(path), config.find(None))
    metadata = json.loads(as_json(result))["metadata"]
    assert (metadata["time"], metadata["model"], metadata["source"]) == ("2026-01-02T03:04:05Z", "Tiny", "graph.json")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert json.loads(as_json(result))["metadata"]["time"] == "1970-01-02T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(NsysToolsError, match="SOURCE_DATE_EPOCH"):
        as_json(result)


def test_ranges() -> None:
    assert ranges([0, 1, 2, 5, 7, 8]) == "0..2,5,7..8"
    assert ranges([]) == ""


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip("../shared/deepseek-ocr/callgraph is not here")
    return REAL


@pytest.mark.parametrize("chosen", [None, "deepseek_ocr"])
def test_loops_of_deepseek_ocr(real: Path, chosen: str | None) -> None:
    loops = {item.name: item for item in grouped(real / "torchlens.json", chosen) if item.kind == "for"}
    assert (loops["sam_model.blocks"].count, loops["vision_model.transformer.layers"].count) == (12, 24)
    assert loops["layers"].indices == tuple(range(12))
    experts = [item for name, item in loops.items() if name.endswith(".experts")]
    assert [item.name for item in experts] == [f"layers.{n}.mlp.experts" for n in range(1, 12)]
    assert all(item.indices == tuple(range(64)) for item in experts)
    assert [item.annotations[-1] for item in experts if "called" in item.annotations[-1]] == [
        "called 62/64", "called 63/64", "called 63/64",
    ]  # fmt: skip


def spread(item: Group) -> list[str]:
    """Return the modules that a parfor represents."""
    return [item.name.replace("*", str(index)) for index in item.indices] or [item.name]


def test_calls_of_deepseek_ocr_are_those_of_the_hooks(real: Path) -> None:
    text_of_hooks = (real / "hooks.dot").read_text()
    found = re.findall(r'"([^"]+)" -> "model\.([^"]+)" \[label="(\d+)"\]', text_of_hooks)
    true = {module: int(count) for _, module, count in found}
    repeats = [item for item in grouped(real / "torchlens.json") if item.kind == "parfor"]
    counted = {name: item.count for item in repeats for name in spread(item)}
    assert {name: count for name, count in counted.items() if name in true} == {
        name: count for name, count in true.items() if count > 1
    }
    assert {name.partition(".")[0] for name in counted} == {"sam_model", "vision_model", "projector"}
    wrong = json.loads((real / "grouped-reference-with-wrong-parfor.json").read_text())["groups"]
    ops = {item["name"]: item["count"] for item in wrong if item["kind"] == "parfor"}
    ours = {item.name: item.count for item in repeats}
    assert ops["sam_model.blocks.*.attn"] != ours["sam_model.blocks.*.attn"] == 2
    assert "layers.*.mlp" in ops
    assert "layers.*.mlp" not in ours


@pytest.mark.parametrize("chosen", [None, "deepseek_ocr"])
def test_hooks_beside_the_recording_of_deepseek_ocr(real: Path, chosen: str | None) -> None:
    """The hooks' names begin with the outer model, TorchLens's below it; counts in both agree."""
    alone = grouped(real / "torchlens.json", chosen)
    result = group(read(real / "torchlens.json"), config.find(chosen), hooks=read(real / "hooks.dot"))
    assert result.metadata["hooks_differ"] == []
    assert [g for g in result.groups if g.kind == "parfor"] == [g for g in alone if g.kind == "parfor"]


def test_every_parent_of_deepseek_ocr_is_the_hooks_caller(real: Path) -> None:
    text_of_hooks = (real / "hooks.dot").read_text()
    callers = {m: c for c, m in re.findall(r'"(?:model\.)?([^"]+)" -> "model\.([^"]+)"', text_of_hooks)}
    checked = 0
    for item in grouped(real / "torchlens.json"):
        if item.kind == "parfor" and not item.indices and item.name in callers:
            assert (item.parent or "model") == callers[item.name], item
            checked += 1
    assert checked >= 10


def as_dot(edges: dict[str, int], names: str = "{}") -> str:
    """Return edges ``caller->module`` as Graphviz."""
    lines = []
    for edge, count in edges.items():
        caller, module = (names.format(name) for name in edge.split("->"))
        lines.append(f'  "{caller}" -> "{module}" [label="{count}"];')
    return "\n".join(["digraph g {", *lines, "}"])


def test_a_dot_of_torchlens_is_refused_because_its_edges_count_operations(tmp_path: Path) -> None:
    """The block has 9 operations, 5 and 3 of them inside the modules that it calls."""
    dot = as_dot({"m->m.block": 9, "m.block->m.block.a": 5, "m.block->m.block.b": 3, "m->m.head": 1})
    with pytest.raises(NsysToolsError, match=r"'m\.block' has 9, and the 2 modules that it calls have 8") as refused:
        read(write(tmp_path, dot, "operations.dot"))
    assert "TorchLens's JSON" in refused.value.hint


@pytest.mark.parametrize(
    "edges",
    [
        {"m->m.block": 2, "m.block->m.block.a": 2, "m.block->m.block.b": 1},  # b on one of two calls
        {"m->m.a": 40, "m->m.b": 2},  # nothing calls the outermost module
        {"m->m.a": 3, "m.a->m.a.b": 3, "m.a.b->m.a.b.c": 3},  # each calls one other
        # One module calls one of two, the others all their modules.
        {
            "m->m.moe": 4, "m.moe->m.moe.0": 3, "m.moe->m.moe.1": 1,
            "m.moe.0->m.moe.0.up": 3, "m.moe.0->m.moe.0.down": 3,
        },
    ],
)  # fmt: skip
def test_calls_are_read_however_often_modules_are_called(tmp_path: Path, edges: dict[str, int]) -> None:
    calls = {module: count for edge, count in edges.items() for module in [edge.split("->")[1]]}
    assert read(write(tmp_path, as_dot(edges), "calls.dot")).calls == calls


def test_real_hooks_are_told_from_a_dot_of_the_real_torchlens(tmp_path: Path) -> None:
    if not REAL.is_dir():
        pytest.skip("../shared/deepseek-ocr is not here")
    graph = read(REAL / "hooks.dot")
    assert set(graph.calls.values()) == {1, 2}
    operations = json.loads((REAL / "torchlens.json").read_text())["edges"]
    for names in ("{}", "model.{}"):
        dot = write(tmp_path, as_dot(operations, names), "torchlens.dot")
        with pytest.raises(NsysToolsError, match="count operations instead of calls"):
            read(dot)
        with pytest.raises(NsysToolsError, match="count operations instead of calls"):
            grouped(REAL / "torchlens.json", hooks=dot)
