"""Workload scripts alone: ranges of the Hub code, running out of memory, the PyTorch profiler."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from nsys_tools.capture import memory, workload
from nsys_tools.capture.decoding import Batch
from nsys_tools.capture.hooks import attached
from nsys_tools.capture.ranges import Ranges
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]
torch = pytest.importorskip("torch")
nn = torch.nn

TINY = ["--scale", "tiny", "--device", "cpu", "--max-new-tokens", "3", "--warmup", "0"]


@pytest.fixture
def main(script, tmp_path):
    """Run the main function of a script into a run folder; return its exit code and the folder."""

    def run(*options: str, build=None, name: str = "causal_lm"):
        module = script(name)
        make = build or (module.build if name == "deepseek_ocr" else module.CausalLM)
        return workload.main(make, "a test", [*TINY, "--out", str(tmp_path / "run"), *options]), tmp_path / "run"

    return run


def status(folder: Path) -> dict:
    return json.loads((folder / "status.json").read_text())


def test_a_script_runs_by_itself(main):
    code, folder = main("--repeats", "2", "--batch-size", "2")
    assert (code, status(folder)["state"]) == (0, "done")
    counted = json.loads((folder / "workload.json").read_text())
    assert [(one["repeat"], one["batch"]) for one in counted["prompts"]] == [(0, 0), (0, 0), (1, 0), (1, 0)]
    assert (counted["ranges"]["prompt"], counted["ranges"]["step"]) == (2, 4)


def test_warm_up_counts_nothing(main):
    _, folder = main("--warmup", "3")
    counted = json.loads((folder / "workload.json").read_text())
    assert counted["ranges"]["warmup"] == 1
    assert counted["ranges"]["prompt"] == 2


def test_without_ranges_nothing_is_recorded(main):
    _, folder = main("--nvtx", "off")
    assert not json.loads((folder / "workload.json").read_text())["nvtx_recorded"]


def test_memory_that_runs_out_is_a_sentence_with_its_place(main, script):
    class Hungry(script("causal_lm").CausalLM):
        def prefill(self, batch, ranges):
            with ranges.stage("prefill"):
                torch.empty(10**15)  # torch's own error, on any machine

    code, folder = main(build=Hungry)
    found = status(folder)
    assert (code, found["state"], found["step"]) == (1, "failed", "workload")
    assert found["message"].startswith("Out of memory in repeat/prompt/prefill: ")
    assert "--batch-size" in found["hint"]
    counted = json.loads((folder / "workload.json").read_text())
    assert not counted["complete"]
    assert counted["ranges"]["repeat"] == 1, "closed although it failed"


@pytest.mark.parametrize(
    "error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")]
)
def test_each_kind_of_memory_error_is_told(error):
    with pytest.raises(NsysToolsError, match="Out of memory in the workload"), memory.guarded(Ranges(None)):
        raise error


def test_other_errors_of_torch_are_not_taken_for_it():
    with pytest.raises(RuntimeError, match="shape"), memory.guarded(Ranges(None)):
        raise RuntimeError("shape mismatch")


def test_the_profiler_of_torch_lists_operators(main):
    code, folder = main("--profiler", "torch", "--top", "3")
    assert code == 0
    listed = json.loads((folder / "operators.json").read_text())
    linear = [row for row in listed["operators"] if row["operator"] == "aten::linear"]
    assert sum(row["calls"] for row in linear) > 0
    assert all(row["self_cpu_us"] <= row["total_cpu_us"] for row in linear)
    assert {tuple(shape) for row in linear for shape in row["shapes"]} & {(1, 128, 48), (1, 1, 48)}
    order = [(row["self_gpu_us"], row["self_cpu_us"]) for row in listed["operators"]]
    assert order == sorted(order, reverse=True)
    page = (folder / "operators.md").read_text()
    assert f"3 of {len(listed['operators'])} rows" in page
    assert len([line for line in page.splitlines() if line.startswith("| `")]) == 3


class HubLike(nn.Module):
    """A small version of the Hub code's forward: vision inside the first forward, then the decoder, then lm_head."""

    def __init__(self, fails_in: str = ""):
        super().__init__()
        self.model = nn.Module()
        self.model.sam_model, self.model.vision_model, self.model.projector = (nn.Identity() for _ in range(3))
        self.model.layers = nn.ModuleList([nn.Identity(), nn.Identity()])
        self.lm_head = nn.Identity()
        self.fails_in = fails_in

    def forward(self, input_ids, images=None, **_others):
        for _ in range(2 if images else 0):  # crops, then the page
            self.model.projector(self.model.vision_model(self.model.sam_model(input_ids)))
        if self.fails_in == "vision":
            raise ValueError
        for layer in self.model.layers:
            layer(input_ids)
        return SimpleNamespace(logits=self.lm_head(input_ids))


def hub_prefill(script, ranges, model):
    module = script("deepseek_ocr")
    batch = Batch(torch.ones(1, 2).long(), torch.ones(1, 2), {"images": [1]})
    adapter = SimpleNamespace(model=model)
    with attached(model, ranges, "layer", module.Hub.stages, module.Hub.spanning):
        return module.Hub.prefill(adapter, batch, ranges)


def test_the_hubs_prefill_begins_where_its_decoder_begins(script, ranges, recorder):
    hub_prefill(script, ranges, HubLike())
    assert [event for event in recorder.events if "." not in event] == [
        "+vision", *["+sam", "-", "-", "+clip", "-", "-", "+projector", "-", "-"] * 2, "-",
        "+prefill", "-", "-", "+lm_head", "-", "-",
    ]  # fmt: skip
    assert ranges.counts["vision"] == ranges.counts["prefill"] == 1
    assert ranges.counts["model.layers.1"] == 1


def test_a_failure_inside_the_hubs_code_leaves_nothing_open(script, ranges):
    model = HubLike(fails_in="vision")
    with pytest.raises(ValueError):  # noqa: PT011
        hub_prefill(script, ranges, model)
    assert ranges.depth == 0
    assert not model.model.layers[0]._forward_pre_hooks


def test_interrupted_by_nsys_a_script_keeps_what_it_counted(main, script):
    class Interrupted(script("causal_lm").CausalLM):
        def prefill(self, batch, ranges):
            if ranges.counts["prompt"]:
                raise KeyboardInterrupt
            return super().prefill(batch, ranges)

    code, folder = main(build=Interrupted)
    assert (code, status(folder)["state"]) == (130, "interrupted")
    counted = json.loads((folder / "workload.json").read_text())
    assert (counted["complete"], len(counted["prompts"])) == (False, 1)


def test_a_folder_holds_no_home(tmp_path, monkeypatch, main):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    code, folder = main("--weights", str(tmp_path / "nowhere"))
    assert code == 1
    assert status(folder)["message"] == "Weights missing: ~/nowhere is not a folder."
    assert RunFolder(folder).failure() is not None
