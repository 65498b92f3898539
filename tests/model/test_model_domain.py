"""Domain objects are validated, and unchanged by JSON and YAML round trips."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import architecture, operators, serialization, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.domain import (
    AnalyticReport,
    Kind,
    ModelSpec,
    ModuleMetrics,
    ModuleNode,
    OperatorCategory,
    OperatorSpec,
    TargetOperatorList,
    WorkloadProfile,
)
from nsys_tools.model.figures import Settings
from nsys_tools.model.gpus import load
from nsys_tools.model.summary import analyze


@pytest.fixture(scope="module")
def report(ocr: Model, formulas: Database) -> AnalyticReport:
    workload = workloads.load("dsocr-standard-v1")
    return analyze(ocr, formulas, Settings(peak=load("h200-sxm").peak("bf16")), workload)


def test_a_report_survives_json_and_yaml(report: AnalyticReport, tmp_path: Path) -> None:
    for name, text in (("r.json", serialization.to_json(report)), ("r.yaml", serialization.to_yaml(report))):
        (tmp_path / name).write_text(text)
        assert serialization.from_file(tmp_path / name, AnalyticReport) == report


def test_operators_survive_too(ocr: Model, formulas: Database) -> None:
    found = operators.of_model(ocr, formulas)
    assert serialization.from_data(serialization.to_data(found), TargetOperatorList, "") == found


@pytest.mark.parametrize("name", architecture.available())
def test_every_shipped_spec_is_one(name: str) -> None:
    spec = serialization.from_data(dict(architecture.load(name).spec), ModelSpec, name)
    assert spec.hidden_size
    assert spec.layers


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"id": "x", "layers": -1}, "layers"),
        ({"id": "x", "layers": "twelve"}, "twelve"),
        ({"id": ""}, "id"),
        ({"id": "x", "config_path": "/no/such/config.json"}, "/no/such/config.json does not exist"),
        ({"id": "x", "color": 1}, "color"),
        ({}, "id"),
    ],
)
def test_a_spec_that_is_none(data: dict[str, Any], message: str) -> None:
    with pytest.raises(NsysToolsError, match=r"^file\.json: ") as refusal:
        serialization.from_data(data, ModelSpec, "file.json")
    assert message in refusal.value.message


def metrics(**changed: Any) -> ModuleMetrics:
    values: dict[str, Any] = {
        "path": "a",
        "transformers_path": "a",
        "qualified_class": "x.A",
        "kind": Kind.MODULE,
        "entry": "linear",
        "category": OperatorCategory.GEMM,
        "phase": "prefill",
        "count": 1,
    }
    return ModuleMetrics(**{**values, **changed})


@pytest.mark.parametrize("changed", [{"matrix_flops": -1}, {"weight_bytes": 1.5}, {"count": 0}, {"bound": "luck"}])
def test_metrics_are_not_negative(changed: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        metrics(**changed)


def test_intensity_and_bytes() -> None:
    row = metrics(matrix_flops=60, read_bytes=1, written_bytes=2, weight_bytes=3, intermediate_bytes=100)
    assert (row.total_bytes, row.intensity) == (6, 10.0)
    assert metrics().intensity is None


def test_rows_lie_in_the_hierarchy(report: AnalyticReport) -> None:
    node = ModuleNode(
        path="a",
        transformers_path="",
        qualified_class="x.A",
        kind=Kind.MODULE,
        category=OperatorCategory.GEMM,
        count=1,
        weight_count=0,
    )
    fields = {
        "spec": report.spec,
        "workload": None,
        "inputs": {},
        "dtype": "bf16",
        "attention": "full",
        "gpu": "",
        "conventions": (),
        "nodes": (node,),
        "operators": (),
        "closed_forms": {},
    }
    assert AnalyticReport(modules=(metrics(),), **fields).modules
    with pytest.raises(ValueError, match=r"the path b is not in the hierarchy"):
        AnalyticReport(modules=(metrics(path="b"),), **fields)


def test_operator_lists_name_existing_files(tmp_path: Path) -> None:
    spec = OperatorSpec(class_name="A", qualified_class="x.A", is_builtin=False)
    assert TargetOperatorList(snapshot="s", source_folder=str(tmp_path), operators=(spec,)).operators
    with pytest.raises(ValueError, match=r"source_files: /no/file does not exist"):
        TargetOperatorList(snapshot="s", source_files=("/no/file",))
    with pytest.raises(NsysToolsError, match="OperatorCategory"):
        serialization.from_data({**serialization.to_data(spec), "category": "magic"}, OperatorSpec, "x")


def test_workloads_are_yaml_of_the_class() -> None:
    for name, path in workloads.available().items():
        assert serialization.from_file(path, WorkloadProfile) == workloads.load(name)
        assert yaml.safe_load(path.read_text())["id"] == name
