"""Cards: dense peaks that fit SMs x clock x FLOP/clk/SM; an unknown card is an error."""

from pathlib import Path

import pytest
import yaml

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import gpus, workloads
from nsys_tools.model.architecture import Model

# Dense bf16 (fp16 on the oldest) with fp32 accumulate in TFLOP/s, and GB/s, as NVIDIA's data sheets state them.
EXPECTED = {
    "v100-sxm2": (125, 900),
    "v100-pcie": (112, 900),
    "t4": (65, 320),
    "a10": (125, 600),
    "a10g": (70, 600),
    "a40": (149.7, 696),
    "rtx-a6000": (154.8, 768),
    "a100-40gb": (312, 1555),
    "a100-80gb-pcie": (312, 1935),
    "a100-80gb-sxm": (312, 2039),
    "l4": (121, 300),
    "l40": (181.05, 864),
    "l40s": (362.05, 864),
    "h100-sxm": (989.4, 3350),
    "h100-pcie": (756, 2039),
    "h100-nvl": (835, 3900),
    "h200-sxm": (989.5, 4800),
    "b200": (2250, 8000),
    "rtx-4090": (165.2, 1008),
    "rtx-5090": (209.5, 1792),
}


@pytest.mark.parametrize("name", gpus.available())
def test_peaks(name: str) -> None:
    gpu = gpus.load(name)
    peak = gpu.peaks[0]
    assert peak.accumulator == "fp32"
    assert (peak.flops_per_s / 1e12, gpu.bytes_per_s / 1e9) == pytest.approx(EXPECTED[name])
    for found in gpu.peaks:
        assert found.flops_per_s == pytest.approx(gpu.derived_flops_per_s(found), rel=0.05)
        assert found.source
        assert found.bandwidth_source


def test_every_card_is_expected() -> None:
    assert gpus.available().keys() == EXPECTED.keys()


def test_a_card_by_the_name_in_a_trace() -> None:
    assert gpus.load("NVIDIA H200").name == "NVIDIA H200 SXM"
    assert gpus.load("NVIDIA A100-SXM4-80GB").bytes_per_s == 2039e9


@pytest.mark.parametrize("name", ["h100", "RTX 9090", "NVIDIA B300", ""])
def test_an_unknown_card_is_an_error(name: str) -> None:
    with pytest.raises(NsysToolsError, match=r"The GPU .* is not known"):
        gpus.load(name)


def test_accumulators_are_told_apart() -> None:
    gpu = gpus.load("rtx-4090")
    assert gpu.peak("fp16", "fp16").flops_per_s == pytest.approx(2 * gpu.peak("fp16").flops_per_s, rel=1e-3)
    with pytest.raises(NsysToolsError, match=r"no dense peak for bf16 with fp16"):
        gpu.peak("bf16", "fp16")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peaks.0.flops_per_s": 1979e12}, r"bf16 is given as 1979\.0 TFLOP/s, but 132 SMs x 1\.830 GHz x 4096 make"),
        ({"peaks.0.source": ""}, r"peaks\[0\]\.source"),
        ({"sm_count": -1}, r"sm_count: -1"),
        ({"bandwidth.bytes_per_s": "fast"}, r"bandwidth\.bytes_per_s: 'fast'"),
    ],
)
def test_a_faulty_card(tmp_path: Path, change: dict[str, object], message: str) -> None:
    data = yaml.safe_load(gpus.available()["h200-sxm"].read_text())
    for place, value in change.items():
        target = data
        *above, last = place.split(".")
        for part in above:
            target = target[int(part) if part.isdecimal() else part]
        target[last] = value
    path = tmp_path / "card.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(NsysToolsError, match=message):
        gpus.load(str(path))


def test_roofline_time_by_hand() -> None:
    peak = gpus.load("a100-40gb").peak("bf16")
    assert gpus.roofline_ns(312e12, 1555e9 / 2, peak) == pytest.approx(1e9)
    assert gpus.roofline_ns(312e12 / 2, 1555e9, peak) == pytest.approx(1e9)


def test_workloads(ocr: Model, tmp_path: Path) -> None:
    for name in workloads.available():
        assert workloads.load(name).id == name
    assert workloads.inputs(workloads.load("dsocr-base-v1"), ocr)["crop_mode"] == 0
    path = tmp_path / "own.yaml"
    path.write_text("id: own\ndescription: mine\nnew_tokens: -3\n")
    with pytest.raises(NsysToolsError, match=r"new_tokens: -3 is less than the minimum"):
        workloads.load(str(path))
