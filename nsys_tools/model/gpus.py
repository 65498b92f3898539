"""GPU data: links, and dense peaks, each with its dtype, accumulator and source.

An unknown GPU is an error, because there is no fallback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

SCHEMA = "analytic/gpus/schema.json"
SUFFIXES = (".yaml", ".json")
TOLERANCE = 0.05
PCIE_GPUS = 8
"""Number of GPUs that PCIe connects in a server."""


@attrs.frozen
class Peak:
    """A dense peak of a GPU.

    Attributes
    ----------
    gpu, dtype, accumulator
        The GPU, the dtype of the factors, and the dtype of the sum.
    flops_per_s, bytes_per_s
        Dense matrix peak and DRAM bandwidth.
    flops_per_clock_per_sm
        FLOPs of one SM per clock.
    source, bandwidth_source
        Sources of the two values.
    clock_hz
        Clock at which the peak is stated, or None if it is the GPU's boost clock.
    """

    gpu: str
    dtype: str
    accumulator: str
    flops_per_s: float
    bytes_per_s: float
    flops_per_clock_per_sm: int
    source: str
    bandwidth_source: str
    clock_hz: float | None = None


@attrs.frozen
class Link:
    """A link between GPUs.

    Attributes
    ----------
    bytes_per_s
        Send bandwidth per GPU. A GPU can receive at the same bandwidth while it sends.
    source
        Source of the value.
    gpus
        Maximum number of GPUs that the link connects, or None if there is no limit.
    """

    bytes_per_s: float
    source: str
    gpus: int | None = None


@attrs.frozen
class Gpu:
    """A GPU.

    Attributes
    ----------
    name, file, source
        Product name, the file with these values, and the source of the SM count and the clock.
    trace_names
        Its names in traces.
    memory_bytes, memory_source
        Total memory as reported by the driver and shown by nvidia-smi, and the source of that value.
    sm_count, boost_clock_hz
        Number of multiprocessors, and the clock at which the peaks are stated.
    bytes_per_s
        DRAM bandwidth.
    peaks
        Dense peaks. Peaks of the same dtype are in order of preference.
    nvlink, network, pcie
        Links between several of these GPUs. A link that does not exist or is uncommon is None.
    """

    name: str
    file: str
    trace_names: tuple[str, ...]
    memory_bytes: int
    sm_count: int
    boost_clock_hz: float
    bytes_per_s: float
    source: str
    peaks: tuple[Peak, ...]
    memory_source: str = ""
    nvlink: Link | None = None
    network: Link | None = None
    pcie: Link | None = None

    def peak(self, dtype: str, accumulator: str = "") -> Peak:
        """Return the dense peak of a dtype, for the first listed accumulator unless one is given.

        Raises
        ------
        NsysToolsError
            If the GPU has no peak for this dtype and accumulator.
        """
        for peak in self.peaks:
            if peak.dtype == dtype and accumulator in ("", peak.accumulator):
                return peak
        known = ", ".join(f"{p.dtype} with {p.accumulator} accumulation" for p in self.peaks)
        wanted = f"{dtype} with {accumulator} accumulation" if accumulator else dtype
        raise NsysToolsError(f"{self.name} has no dense peak for {wanted} in {self.file}.", f"Known peaks: {known}.")

    def stated_hz(self, peak: Peak) -> float:
        """Return the clock at which a peak is stated."""
        return peak.clock_hz or self.boost_clock_hz

    def derived_flops_per_s(self, peak: Peak) -> float:
        """Return SMs x clock x FLOP/clk/SM, to check a peak."""
        return self.sm_count * self.stated_hz(peak) * peak.flops_per_clock_per_sm

    def link(self, gpus: int) -> Link:
        """Return the link between the GPUs of a group.

        NVLink is used within its domain. Otherwise, the network is used or, if there is none, PCIe within a server.

        Parameters
        ----------
        gpus
            Number of GPUs in the group.

        Raises
        ------
        NsysToolsError
            If no link connects this many GPUs.
        """
        if self.nvlink and self.nvlink.gpus and gpus <= self.nvlink.gpus:
            return self.nvlink
        if self.network:
            return self.network
        if self.pcie and gpus <= PCIE_GPUS:
            return self.pcie
        parts = [f"NVLink ({self.nvlink.gpus} GPUs)"] if self.nvlink else []
        parts += [f"PCIe ({PCIE_GPUS} GPUs)"] if self.pcie else []
        has = ", ".join(parts) or "none"
        raise NsysToolsError(
            f"{self.name} has no known link for {gpus} GPUs. Known links: {has}.",
            f"Copy {self.file}, add a network (bytes_per_s, source), and pass the copy with --gpu.",
        )


def available() -> dict[str, Path]:
    """Return the files of all known GPUs by name."""
    return documents.names("gpus", SUFFIXES)


def mentioning(names: Sequence[str]) -> list[str]:
    """Return the GPUs whose file contains one of the given names. Reading text is much faster than loading the file.

    Parameters
    ----------
    names
        Names of GPUs in traces.
    """
    texts = {gpu: path.read_text(encoding="utf-8", errors="replace") for gpu, path in available().items()}
    return [gpu for gpu, text in texts.items() if any(name in text for name in names)]


def load(name: str) -> Gpu:
    """Return a GPU, given its short name (``h200-sxm``), its full name, its name in a trace, or a file.

    Raises
    ------
    NsysToolsError
        If the GPU is unknown, its file violates the schema, a peak differs from SMs x clock x FLOP/clk/SM by more than
        5 %, or the bandwidth differs from memory clock x bus width.
    """
    return _read(documents.locate(name, "gpus", SUFFIXES, "GPU", _full_names))


def roofline_ns(flops: float, moved_bytes: float, peak: Peak) -> float:
    """Return max(FLOPs / peak, bytes / bandwidth), in nanoseconds (Williams et al. 2009)."""
    return max(flops / peak.flops_per_s, moved_bytes / peak.bytes_per_s) * 1e9


def _read(path: Path) -> Gpu:
    data = documents.read(path, SCHEMA)
    bandwidth = data["bandwidth"]
    peaks = tuple(
        Peak(
            gpu=data["name"],
            bytes_per_s=bandwidth["bytes_per_s"],
            bandwidth_source=bandwidth["source"],
            **peak,
        )
        for peak in data["peaks"]
    )
    gpu = Gpu(
        name=data["name"],
        file=str(path),
        trace_names=tuple(data["trace_names"]),
        memory_bytes=data["memory_bytes"],
        sm_count=data["sm_count"],
        boost_clock_hz=data["boost_clock_hz"],
        bytes_per_s=bandwidth["bytes_per_s"],
        source=data["source"],
        peaks=peaks,
        memory_source=data.get("memory_source", ""),
        nvlink=_link(data, "nvlink"),
        network=_link(data, "network"),
        pcie=_link(data, "pcie", PCIE_GPUS),
    )
    for peak in peaks:
        _check(gpu, peak)
    _check_bandwidth(gpu, bandwidth)
    return gpu


def _full_names() -> dict[str, Path]:
    """Return the files of all known GPUs by their full names and their names in traces."""
    found: dict[str, Path] = {}
    for path in available().values():
        gpu = _read(path)
        found |= dict.fromkeys((gpu.name, *gpu.trace_names), path)
    return found


def _link(data: Mapping[str, Any], name: str, gpus: int | None = None) -> Link | None:
    return Link(**{"gpus": gpus, **data[name]}) if name in data else None


def _check(gpu: Gpu, peak: Peak) -> None:
    derived = gpu.derived_flops_per_s(peak)
    if abs(peak.flops_per_s / derived - 1) > TOLERANCE:
        factors = (
            f"{gpu.sm_count} SMs x {gpu.stated_hz(peak) / 1e9:.3f} GHz x {peak.flops_per_clock_per_sm} FLOP/clk/SM"
        )
        given = f"{peak.dtype} is given as {peak.flops_per_s / 1e12:.1f} TFLOP/s"
        raise NsysToolsError(
            f"{gpu.file}: {given}, but {factors} is {derived / 1e12:.1f} TFLOP/s.",
            "Peaks must be dense. A sparse peak is twice the dense one.",
        )


def _check_bandwidth(gpu: Gpu, bandwidth: Mapping[str, Any]) -> None:
    """Refuse a bandwidth that differs from 2 transfers per clock x memory clock x bus width."""
    if "clock_hz" not in bandwidth:
        return
    derived = 2 * bandwidth["clock_hz"] * bandwidth["bus_bits"] / 8
    if abs(gpu.bytes_per_s / derived - 1) > TOLERANCE:
        factors = f"2 x {bandwidth['clock_hz'] / 1e9:.3f} GHz x {bandwidth['bus_bits']} bits"
        raise NsysToolsError(
            f"{gpu.file}: the bandwidth is given as {gpu.bytes_per_s / 1e9:.0f} GB/s, but {factors} is "
            f"{derived / 1e9:.0f} GB/s.",
            "clock_hz is the memory clock reported by the driver, with two transfers per clock.",
        )
