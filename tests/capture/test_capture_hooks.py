from __future__ import annotations

import pytest

from nsys_tools.capture.hooks import attached, blocks, names_at
from nsys_tools.errors import NsysToolsError

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
nn = torch.nn


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.Linear(4, 4)

    def forward(self, x):
        return self.up(x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.mlp = Mlp()
        self.experts = nn.ModuleList([Mlp(), Mlp()])

    def forward(self, x):
        return self.experts[1](self.mlp(self.norm(x)))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(4, 4)
        self.layers = nn.ModuleList([Block(), Block()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tower = Mlp()
        self.decoder = Decoder()
        self.lm_head = nn.Linear(4, 4)

    def forward(self, x):
        return self.lm_head(self.decoder(self.tower(x)))


@pytest.fixture
def model():
    return Model()


def test_blocks_are_the_outermost_repeated_modules(model):
    assert blocks(model) == {"decoder.layers.0", "decoder.layers.1"}


def test_a_layer_is_a_class_of_the_model_or_a_direct_part_of_a_block_or_stack(model):
    names = names_at(model, "layer")
    assert {"tower", "decoder", "lm_head", "decoder.embed", "decoder.layers.1", "decoder.layers.1.norm"} <= set(names)
    assert {"decoder.layers.0.mlp", "decoder.layers.0.experts.1"} <= set(names)
    assert not [name for name in names if name.endswith(".up")]


def test_an_op_is_every_module_that_can_be_called(model):
    every = {name for name, module in model.named_modules() if name and not isinstance(module, nn.ModuleList)}
    assert set(names_at(model, "op")) == every


@pytest.mark.parametrize("level", ["off", "stage"])
def test_stages_need_no_modules(model, level):
    assert names_at(model, level) == []


def test_an_unknown_level_is_refused(model):
    with pytest.raises(NsysToolsError, match="--nvtx deep is not supported"):
        names_at(model, "deep")


def test_ranges_carry_qualified_names_inside_their_stage(model, ranges, recorder):
    with attached(model, ranges, "layer", {"tower": "sam"}, spanning=("decoder",)):
        model(torch.ones(1, 4))
    layer = "decoder.layers.0"
    assert recorder.events[:4] == ["+sam", "+tower", "-", "-"]
    parts = [f"+{layer}", f"+{layer}.norm", "-", f"+{layer}.mlp", "-", f"+{layer}.experts.1", "-", "-"]
    assert recorder.events[4:12] == parts
    assert "+decoder" not in recorder.events
    assert recorder.events[-2:] == ["+lm_head", "-"]


def test_a_stage_is_opened_at_every_level_but_off(model, ranges, recorder):
    for level in ("off", "stage"):
        with attached(model, ranges, level, {"tower": "sam"}):
            model(torch.ones(1, 4))
    assert recorder.events == ["+sam", "-"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_ranges_close_when_a_module_raises_and_open_again_afterwards(model, ranges, recorder, error):
    def explode(_module, _arguments):
        raise error

    with attached(model, ranges, "op", {"tower": "sam"}):
        handle = model.decoder.layers[1].mlp.up.register_forward_pre_hook(explode)
        with pytest.raises(error), ranges.stage("prefill"):
            model(torch.ones(1, 4))
        handle.remove()
        assert ranges.depth == 0
        assert recorder.events.count("-") == len(recorder.events) / 2
        recorder.events.clear()
        with ranges.stage("prefill"):
            model(torch.ones(1, 4))
    assert recorder.events[:3] == ["+prefill", "+sam", "+tower"]
    assert recorder.events.count("-") == len(recorder.events) / 2


def test_nothing_stays_on_the_model(model, ranges, recorder):
    with attached(model, ranges, "op", {"tower": "sam"}):
        pass
    model(torch.ones(1, 4))
    assert recorder.events == []
