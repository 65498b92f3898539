"""Recording a call graph with PyTorch: actual calls compared with operations."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.callgraph import record

MODEL = """
import torch

class Block(torch.nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)
        self.norm = norm

    def forward(self, x):
        return self.norm(self.linear(x)) + x

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        norm = torch.nn.LayerNorm(4)
        self.layers = torch.nn.ModuleList([Block(norm) for _ in range(3)])

    def forward(self, x, *, times):
        for _ in range(times):
            for layer in self.layers[:2]:
                x = layer(x)
        return x

def build():
    return Model(), (torch.ones(2, 4),), {"times": 3}
"""


@pytest.fixture
def target(tmp_path: Path) -> str:
    pytest.importorskip("torch", reason="needs the extra [torch]")
    (tmp_path / "small_model.py").write_text(MODEL)
    return f"{tmp_path / 'small_model.py'}:build"


@pytest.mark.torch
def test_hooks_count_calls_and_shapes(target: str) -> None:
    graph = record.record(*record.build(target), operations=False)
    assert graph["call_counts"] == {
        "layers.0": 3, "layers.0.linear": 3, "layers.0.norm": 6, "layers.1": 3, "layers.1.linear": 3,
    }  # fmt: skip
    assert graph["edge_calls"]["layers.1->layers.0.norm"] == 3, "a shared module counts under each caller"
    assert graph["module_children"][""] == ["layers.0", "layers.1"]
    assert graph["module_classes"]["layers.2"] == "Block", "one that is never called is known all the same"
    assert graph["shapes"]["layers.0.linear"] == "in [2, 4] torch.float32 | out [2, 4] torch.float32"
    assert graph["edges"] == {}


@pytest.mark.torch
def test_operations_are_kept_apart(target: str) -> None:
    pytest.importorskip("torchlens", reason="needs the extra [torch]")
    graph = record.record(*record.build(target))
    assert graph["op_call_counts"]["layers.0"] == 9, "three operations in each of three calls"
    assert graph["edges"]["layers.0->layers.0.linear"] == 3
    assert graph["call_counts"]["layers.0"] == 3


@pytest.mark.torch
def test_hooks_are_taken_off_after_an_error(target: str) -> None:
    model, arguments, _ = record.build(target)
    with pytest.raises(TypeError):
        record.record(model, arguments, {}, operations=False)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("nothing", "is not a valid target"),
        ("no_such_module_here:build", "cannot be imported"),
        ("none.py:build", "does not exist"),
        ("json:nothing", "no function 'nothing'"),
        ("json.decoder:JSONDecoder", "did not return a model"),
    ],
)
def test_wrong_targets_are_refused(given: str, says: str) -> None:
    with pytest.raises(NsysToolsError, match=says):
        record.build(given)
