"""Invalid formula and model files: each causes one error that names the place."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, database, demand, documents, figures
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings

ENTRY: dict[str, Any] = {
    "meaning": "a thing",
    "classes": ["some.Thing"],
    "category": "gemm",
    "parameters": {"rows": {"meaning": "rows"}, "cols": {"meaning": "columns"}},
    "formulas": {"matrix_flops": "2 * rows * cols"},
    "source": "a book",
}
MODEL: dict[str, Any] = {
    "format": 1,
    "name": "toy",
    "description": "a toy",
    "spec": {"id": "toy"},
    "dtype": "bf16",
    "inputs": {"batch_size": {"meaning": "b", "default": 2}, "seq_len": {"meaning": "s", "default": 8}},
    "phases": [{"name": "prefill", "calls": [{"name": "prompt", "set": {"cache_len": 0}}]}],
    "layers": [
        {
            "name": "body",
            "class": "torch.nn.modules.container.ModuleList",
            "sub_layers": [
                {
                    "name": "*",
                    "class": "torch.nn.modules.linear.Linear",
                    "repeat": 3,
                    "parameters": {"rows": "{batch_size} * {seq_len}", "in_features": 4, "out_features": 5},
                }
            ],
        }
    ],
}


def entries(tmp_path: Path, **changed: Any) -> Database:
    """Read a formula file in which parts of the entry `thing` are changed (None: left out)."""
    entry = {key: value for key, value in {**copy.deepcopy(ENTRY), **changed}.items() if value is not None}
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({"thing": entry}))
    data = documents.read(path, database.SCHEMA)
    return Database({name: database.entry_from(name, value, path) for name, value in data.items()})


def layer(**changed: Any) -> dict[str, Any]:
    """Return the toy model with its repeated layer changed (None: left out)."""
    data = copy.deepcopy(MODEL)
    basic = data["layers"][0]["sub_layers"][0]
    basic.update(changed)
    for key in [key for key, value in basic.items() if value is None]:
        del basic[key]
    return data


def evaluated(data: dict[str, Any], tmp_path: Path, formulas: Database) -> int:
    path = tmp_path / "toy.json"
    path.write_text(json.dumps(data))
    rows = figures.evaluate(architecture.load(str(path)), formulas, Settings())
    return figures.totals(rows).matrix_flops


def test_the_toys_are_right(tmp_path: Path, formulas: Database) -> None:
    assert evaluated(MODEL, tmp_path, formulas) == 3 * 2 * 16 * 4 * 5
    assert str(entries(tmp_path).entries["thing"].formula("matrix_flops")) == "2*cols*rows"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"formulas": {"matrix_flops": "2 * rows * colums"}},
            r"thing\.formulas\.matrix_flops: unknown variable 'colums'",
        ),
        ({"formulas": {"matrix_flops": "rows / (cols - cols)"}}, r"thing\.formulas\.matrix_flops: division by zero"),
        ({"formulas": {"matrix_flops": "__import__('os').system('x')"}}, r"thing\.formulas\.matrix_flops: a call to"),
        ({"formulas": {"matrix_flops": "rows.real"}}, r"thing\.formulas\.matrix_flops: 'rows\.real' \(Attribute\)"),
        ({"formulas": {"matrix_flops": ["rows"]}}, r"thing\.formulas\.matrix_flops: .* is not of type"),
        ({"formulas": {"speed": "rows"}}, r"thing\.formulas: .*'speed' was unexpected"),
        ({"where": {"rows": "1"}}, r"thing\.where\.rows: 'rows' is already a parameter"),
        ({"where": {"a": "b + 1", "b": "a + 1"}}, r"thing\.where: dependency cycle: (a -> b -> a|b -> a -> b)"),
        ({"where": {"a": "nothing"}}, r"thing\.where\.a: unknown variable 'nothing'"),
        ({"category": "magic"}, r"thing\.category: 'magic' is not one of"),
        ({"source": None}, r"thing\.source: this key is missing"),
        ({"children": ["thing"]}, r"thing\.children: this key is not allowed in a computed entry"),
        (
            {"children": ["other"], "formulas": None, "parameters": None, "category": "composite"},
            r"thing\.children: unknown entry 'other'",
        ),
        ({"category": "composite"}, r"thing\.children: this key is missing"),
        (
            {"category": "composite", "children": ["thing"]},
            r"thing\.formulas: this key is not allowed in a composite",
        ),
        (
            {"children": ["thing"], "formulas": None, "parameters": None, "category": "composite"},
            r"dependency cycle: thing -> thing",
        ),
        (
            {"parameters": {"rows": {"meaning": "r", "default": "2 * x"}, "cols": {"meaning": "c"}}},
            r"thing\.parameters\.rows\.default: unknown variable 'x'",
        ),
    ],
)
def test_formula_files(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(NsysToolsError, match=message):
        entries(tmp_path, **changed)


def test_a_longer_cycle_of_composites(formulas: Database, tmp_path: Path) -> None:
    base = {"meaning": "m", "classes": [], "category": "composite"}
    found = {
        name: database.entry_from(name, {**base, "children": [child]}, tmp_path / "own.yaml")
        for name, child in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    with pytest.raises(NsysToolsError, match=r"dependency cycle: "):
        Database({**formulas.entries, **found})


def test_an_entry_of_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "analytic" / "modules").mkdir(parents=True)
    (tmp_path / "analytic" / "modules" / "more.yaml").write_text(yaml.safe_dump({"linear": ENTRY}))
    monkeypatch.setattr("nsys_tools.assets._own_folders", [tmp_path])
    with pytest.raises(NsysToolsError, match=r"entry 'linear' is already defined in .*linear\.yaml"):
        database.load()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (layer(repeat=-1), r"layers\[0\]\.sub_layers\[0\]\.repeat: -1 is less than the minimum"),
        (layer(repeat=0), r"\.repeat: 0 is less than the minimum"),
        (layer(repeat="3"), r"\.repeat: '3' is not of type 'integer'"),
        (layer(repeat=2, indices=[0, 1, 2]), r"layer body\.\*: the layer is repeated 2 times, but has 3 indices"),
        (layer(name="fixed"), r"layer body\.fixed: the name of a repeated layer must contain a \*"),
        (layer(color="red"), r"'color' was unexpected"),
        (layer(parameters={"rows": 1, "in_features": 4}), r"body\.\[0-2\]: the parameter 'out_features' .* is missing"),
        (
            layer(parameters={"rows": 1, "in_features": 4, "out_features": 5, "depth": 1}),
            r"body\.\[0-2\]: linear has no parameter 'depth'",
        ),
        (
            layer(parameters={"rows": "{tokens}", "in_features": 4, "out_features": 5}),
            r"layer body\.\[0-2\], rows: unknown variable 'tokens'",
        ),
        (
            layer(parameters={"rows": [1], "in_features": 4, "out_features": 5}),
            r"parameters\.rows: \[1\] is not of type",
        ),
        (
            layer(parameters={"rows": "{seq_len} / ({batch_size} - 2)", "in_features": 4, "out_features": 5}),
            r"layer body\.\[0-2\], prefill, matrix_flops of linear: division by zero",
        ),
        (layer(phases=["training"]), r"layer body\.\[0-2\]: unknown phase 'training'"),
        (layer(entry="magic"), r"layer body\.\[0-2\]: unknown formula entry 'magic'"),
        (
            layer(**{"class": "torch.nn.modules.container.Sequential"}),
            r"container is a composite and must have sub_layers",
        ),
        ({**MODEL, "format": 2}, r"format: 1 was expected"),
        ({**MODEL, "layers": []}, r"layers: \[\] should be non-empty"),
        ({**MODEL, "layers": MODEL["layers"] * 2}, r"layer body is defined twice"),
        ({**MODEL, "phases": [{"name": "prefill"}]}, r"phases\[0\]: 'calls' is a required property"),
        (
            {**MODEL, "inputs": {"a": {"meaning": "", "default": "{b}"}, "b": {"meaning": "", "default": "{a}"}}},
            r"inputs: dependency cycle: ",
        ),
        ({**MODEL, "inputs": {"step": {"meaning": "", "default": 1}}}, r"inputs\.step: this name is reserved"),
        ({**MODEL, "inputs": {"a": {"meaning": "", "default": "open('x')"}}}, r"inputs\.a: a call to 'open'"),
    ],
)
def test_model_files(tmp_path: Path, formulas: Database, data: dict[str, Any], message: str) -> None:
    with pytest.raises(NsysToolsError, match=message):
        evaluated(data, tmp_path, formulas)


def test_a_composite_takes_only_its_children(tmp_path: Path, formulas: Database) -> None:
    data = layer()
    data["layers"][0]["class"] = "torch.nn.modules.linear.Linear"
    with pytest.raises(NsysToolsError, match=r"layer body: linear is computed as a whole and must not have sub_layers"):
        evaluated(data, tmp_path, formulas)
    data["layers"][0]["class"] = "transformers_modules.x.deepencoder.NoTPTransformer"
    with pytest.raises(NsysToolsError, match=r"layer body: clip_transformer has no child linear"):
        evaluated(data, tmp_path, formulas)


def test_a_class_without_a_formula_is_listed_and_counts_nothing(tmp_path: Path, formulas: Database) -> None:
    data = layer(**{"class": "somebody.Else", "parameters": None})
    assert evaluated(data, tmp_path, formulas) == 0
    model = architecture.load(str(tmp_path / "toy.json"))
    assert [found.qualified_class for found in demand.unknown(model, formulas)] == ["somebody.Else"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", b"{", r"line 1: invalid JSON"),
        ("x.json", b"\xff\xfe", r"is not UTF-8 text"),
        ("x.json", b'{"a": 1, "a": 2}', r"the key 'a' appears twice"),
        ("x.json", b"[" * 100_000, r"nested too deep"),
        ("x.json", b"[]", r"the file: \[\] is not of type 'object'"),
    ],
)
def test_files_that_are_no_model(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NsysToolsError, match=message):
        architecture.load(str(path))
