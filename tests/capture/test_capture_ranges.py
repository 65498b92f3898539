from __future__ import annotations

import pytest

from nsys_tools.capture.ranges import Ranges


def test_stages_nest_and_are_counted(ranges, recorder):
    with ranges.stage("image"):
        for _ in range(2):
            with ranges.stage("step"):
                assert ranges.path == "image/step"
    assert recorder.events == ["+image", "+step", "-", "+step", "-", "-"]
    assert ranges.counts == {"image": 1, "step": 2}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_closes_what_it_left_open(ranges, recorder, error):
    def work():
        with ranges.stage("image"), ranges.stage("prefill"):
            ranges.push("model.layers.0")
            ranges.push("model.layers.0.mlp")
            raise error

    with pytest.raises(error):
        work()
    assert recorder.events.count("-") == len(recorder.events) / 2 == 4
    assert ranges.depth == 0
    assert ranges.broken == "image/prefill/model.layers.0/model.layers.0.mlp"


def test_muted_ranges_are_neither_recorded_nor_counted(ranges, recorder):
    with ranges.stage("warmup"), ranges.muted(), ranges.stage("image"):
        pass
    with ranges.stage("image"):
        pass
    assert recorder.events == ["+warmup", "-", "+image", "-"]
    assert ranges.counts == {"warmup": 1, "image": 1}


def test_the_gpu_is_drained_before_a_stage_closes_and_not_in_warm_up(recorder):
    ranges = Ranges(recorder, drain=lambda: recorder.events.append("drain"))
    with ranges.stage("sam"):
        pass
    with ranges.muted(), ranges.stage("sam"):
        pass
    assert recorder.events == ["+sam", "drain", "-"]


def test_a_failing_drain_still_closes_its_stage(recorder):
    def drain() -> None:
        raise RuntimeError("CUDA error")

    ranges = Ranges(recorder, drain)
    with pytest.raises(RuntimeError), ranges.stage("sam"):
        pass
    assert recorder.events == ["+sam", "-"]


def test_without_a_recorder_ranges_are_still_counted():
    ranges = Ranges(None)
    with ranges.stage("image"):
        pass
    assert not ranges.recorded
    assert ranges.counts == {"image": 1}
