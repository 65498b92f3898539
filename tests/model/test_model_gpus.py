"""GPUs: dense peaks that match SMs x clock x FLOP/clk/SM; an unknown GPU is an error."""

from pathlib import Path

import pytest
import yaml

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import gpus, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.sources.nsys.trace import open_trace
from tests.roofline.test_card import OF_OTHER_GPUS

# Dense bf16 (fp16 on Volta and Turing, fp8 for GB10) with fp32 accumulate in TFLOP/s, and GB/s, from NVIDIA's data
# sheets. B200 and B300 have the bandwidth that their driver reports: 2 x 3,996 MHz x 7,680 bits.
EXPECTED = {
    "v100-sxm2": (125, 900),
    "v100-pcie": (112, 900),
    "t4": (65, 320),
    "quadro-rtx-8000": (130.5, 672),
    "a10": (125, 600),
    "a10g": (70, 600),
    "a30": (165, 933),
    "a40": (149.7, 696),
    "rtx-a5000": (111.1, 768),
    "rtx-a6000": (154.8, 768),
    "rtx-3060": (25.5, 360),
    "rtx-3080": (59.5, 760),
    "rtx-3090": (71, 936),
    "a100-40gb": (312, 1555),
    "a100-40gb-pcie": (312, 1555),
    "a100-80gb-pcie": (312, 1935),
    "a100-80gb-sxm": (312, 2039),
    "a800": (312, 2039),
    "l4": (121, 300),
    "l40": (181.05, 864),
    "l40s": (362.05, 864),
    "rtx-6000-ada": (364.2, 960),
    "rtx-4060": (30.2, 272),
    "rtx-4090": (165.2, 1008),
    "h100-sxm": (989.4, 3350),
    "h100-pcie": (756, 2039),
    "h100-nvl": (835, 3900),
    "h200-sxm": (989.5, 4800),
    "h200-nvl": (835.5, 4800),
    "h800": (989.4, 3350),
    "h20": (148, 4000),
    "gh200": (989.5, 4000),
    "gh200-144gb": (989.5, 4900),
    "b200": (2250, 7672.32),
    "b300": (2250, 7672.32),
    "gb200": (2500, 8000),
    "gb300": (2500, 8000),
    "rtx-5080": (112.6, 960),
    "rtx-5090": (209.5, 1792),
    "rtx-pro-6000-workstation": (503.8, 1792),
    "rtx-pro-6000-server": (480, 1597),
    "rtx-pro-6000-max-q": (438.9, 1792),
    "gb10": (250, 273),
    "jetson-agx-orin": (42.5, 204.8),
    "jetson-thor": (258.5, 273),
}

# NVIDIA's advertised figures with sparsity, twice the dense ones up to rounding, in TFLOP/s and TOP/s.
SPARSE = {
    ("a100-80gb-sxm", "int8"): 1248,
    ("a30", "bf16"): 330,
    ("rtx-a5000", "bf16"): 222.2,
    ("a40", "int8"): 598.6,
    ("l4", "fp8"): 485,
    ("l40s", "int8"): 1466,
    ("h100-sxm", "fp8"): 3958,
    ("h100-pcie", "int8"): 3026,
    ("h200-nvl", "fp8"): 3341,
    ("b200", "fp4"): 18_000,
    ("b200", "int8"): 9000,
    ("gb200", "fp4"): 20_000,
    ("gb300", "fp8"): 10_000,
    ("rtx-5090", "fp4"): 3352,
    ("rtx-5080", "fp4"): 1801,
    ("rtx-pro-6000-workstation", "fp4"): 4030,
    ("rtx-pro-6000-max-q", "fp4"): 3511,
    ("jetson-agx-orin", "int8"): 170,
    ("jetson-thor", "fp4"): 2070,
    ("gb10", "fp4"): 1000,
}


@pytest.mark.parametrize("name", gpus.available())
def test_peaks(name: str) -> None:
    gpu = gpus.load(name)
    peak = gpu.peaks[0]
    assert peak.accumulator == "fp32"
    assert (peak.flops_per_s / 1e12, gpu.bytes_per_s / 1e9) == pytest.approx(EXPECTED[name], rel=1e-4)
    for found in gpu.peaks:
        assert found.flops_per_s == pytest.approx(gpu.derived_flops_per_s(found), rel=0.05)
        assert found.source
        assert found.bandwidth_source
    assert gpu.source
    assert gpu.memory_source
    assert len({(found.dtype, found.accumulator) for found in gpu.peaks}) == len(gpu.peaks)


def test_every_card_is_expected() -> None:
    assert gpus.available().keys() == EXPECTED.keys()


@pytest.mark.parametrize(("name", "dtype"), SPARSE)
def test_no_peak_is_sparse(name: str, dtype: str) -> None:
    assert gpus.load(name).peak(dtype).flops_per_s == pytest.approx(SPARSE[name, dtype] / 2 * 1e12, rel=0.0025)


@pytest.mark.parametrize("name", gpus.available())
def test_dtypes_of_tensor_cores(name: str) -> None:
    # Halving the bits does not lower the rate; GPUs with FP8 have the tensor cores of Ada, Hopper or Blackwell.
    gpu = gpus.load(name)
    rates = {found.dtype: found.flops_per_s for found in reversed(gpu.peaks)}
    steps = [rates[dtype] for dtype in ("fp32", "tf32", "bf16", "fp8", "fp4") if dtype in rates]
    assert steps == sorted(steps)
    assert rates.get("bf16", rates.get("fp16")) == rates.get("fp16")
    assert "fp32" in rates or name == "h20"


def test_the_clock_of_a_peak_takes_precedence() -> None:
    # NVIDIA states fp32 of H100 SXM at its highest clock, and tensor cores at 1.83 GHz: 132 x 1.98 GHz x 2 x 128.
    gpu = gpus.load("h100-sxm")
    assert gpu.derived_flops_per_s(gpu.peak("fp32")) == pytest.approx(66.9e12, rel=1e-3)
    assert (gpu.stated_hz(gpu.peak("fp32")), gpu.stated_hz(gpu.peak("bf16"))) == (1.98e9, 1.83e9)


@pytest.mark.parametrize("name", gpus.available())
def test_memory_is_whole_mib_of_the_driver(name: str) -> None:
    gpu = gpus.load(name)
    said = int(gpu.memory_source.split()[0].replace(",", ""))
    assert gpu.memory_bytes == said * (2**20 if " MiB" in gpu.memory_source else 1)


def test_what_traces_say(shared_trace: Path) -> None:
    shipped = {name: gpu for gpu in map(gpus.load, gpus.available()) for name in gpu.trace_names}
    with open_trace(shared_trace, cache=False) as trace:
        described = [row for row in trace.query("gpu").records() if row["bandwidth_bytes_per_s"]]
    rows = [row for row in described if row["name"] in shipped]
    assert bool(rows) == (shared_trace.stem not in OF_OTHER_GPUS)
    for row in rows:
        gpu = shipped[row["name"]]
        assert gpu.bytes_per_s == pytest.approx(row["bandwidth_bytes_per_s"], rel=0.05)
        assert gpu.sm_count == row["sm_count"]
        assert gpu.boost_clock_hz <= row["clock_hz"]
        # CUDA, which nsys queries, reports less than nvidia-smi, because it reserves some memory.
        assert 0.98 <= row["memory_bytes"] / gpu.memory_bytes <= 1


def test_accumulators_are_told_apart() -> None:
    gpu = gpus.load("rtx-4090")
    assert gpu.peak("fp16", "fp16").flops_per_s == pytest.approx(2 * gpu.peak("fp16").flops_per_s, rel=1e-3)
    with pytest.raises(NsysToolsError, match=r"no dense peak for bf16 with fp16"):
        gpu.peak("bf16", "fp16")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"peaks.0.flops_per_s": 1979e12},
            r"bf16 is given as 1979\.0 TFLOP/s, but 132 SMs x 1\.830 GHz x 4096 FLOP/clk/SM is",
        ),
        ({"peaks.0.source": ""}, r"peaks\[0\]\.source"),
        ({"sm_count": -1}, r"sm_count: -1"),
        ({"bandwidth.bytes_per_s": "fast"}, r"bandwidth\.bytes_per_s: 'fast'"),
        ({"bandwidth.bytes_per_s": 9.6e12}, r"given as 9600 GB/s, but 2 x 3\.201 GHz x 6144 bits is 4917"),
        ({"nvlink.gpus": 1}, r"nvlink\.gpus: 1"),
        ({"network.bytes_per_s": 0}, r"network\.bytes_per_s: 0"),
        ({"peaks.0.dtype": "fp5"}, r"peaks\[0\]\.dtype"),
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
