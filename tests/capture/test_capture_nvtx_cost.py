from __future__ import annotations

import pytest

from nsys_tools.capture.options import Options
from nsys_tools.capture.run_folder import RunFolder
from tests import nvtx_cost

TIMES = {"off": [1.0, 2.0, 1.0], "stage": [1.0, 2.0, 1.0], "layer": [1.1, 2.1, 1.3], "op": [1.5, 2.5, 1.5]}
COUNTS = {"off": 0, "stage": 10, "layer": 100, "op": 1000}
ENVIRONMENT = {
    "gpus": [],
    "cpu": {"name": "CPU", "cores": 2},
    "nsys": "2023.4",
    "packages": {"nvtx": "0.2.11"},
    "python": "3.11",
}


@pytest.fixture
def measured():
    return nvtx_cost.result(TIMES, COUNTS, Options(scale="tiny"))


def test_a_level_is_compared_within_its_round(measured):
    layer = measured["levels"][2]
    assert layer["level"] == "layer"
    assert layer["slowdown_ratio"] == pytest.approx(1.1)
    assert layer["per_range_us"] == pytest.approx([1000.0, 1000.0, 2000.0])
    assert measured["levels"][0]["per_range_us"] == []


def test_the_page_has_a_row_per_level_and_place(measured):
    page = nvtx_cost.markdown([measured, {**measured, "under_nsys": True}], "make x", ENVIRONMENT)
    assert "Written by `make x`" in page
    assert "| without nsys | op | 1,000 | 1500.0 | +50.0 % | 500.0 | 500.0 .. 500.0 |" in page
    assert "| under nsys | off | 0 | 1000.0 | - | - | |" in page
    assert len([line for line in page.splitlines() if line.startswith(("| without", "| under"))]) == 8


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore")
def test_every_level_is_measured_on_a_model(script, tmp_path):
    module = script("causal_lm")
    options = Options(scale="tiny", device="cpu", max_new_tokens=3, out=tmp_path)
    measured = nvtx_cost.measure(module.CausalLM(options, RunFolder(tmp_path)), options, 2)
    levels = measured["levels"]
    assert measured["rounds"] == 2
    counts = [level["ranges"] for level in levels]
    assert [level["level"] for level in levels] == ["off", "stage", "layer", "op"]
    assert counts[0] == 0 < counts[1] < counts[2] < counts[3]
    assert all(level["median_s"] > 0 for level in levels)
