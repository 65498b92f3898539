"""GPUs: dense peaks with dtype, accumulator and source. An unknown card is an error, never a fallback."""

from __future__ import annotations

from pathlib import Path

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

SCHEMA = "analytic/gpus/schema.json"
SUFFIXES = (".yaml", ".json")
TOLERANCE = 0.05


@attrs.frozen
class Peak:
    """A dense ceiling of a card.

    Attributes
    ----------
    gpu, dtype, accumulator
        The card, the type of the factors and of the sum.
    flops_per_s, bytes_per_s
        Dense matrix peak, DRAM bandwidth.
    flops_per_clock_per_sm
        What one SM does in one clock.
    source, bandwidth_source
        Where the two figures come from.
    """

    gpu: str
    dtype: str
    accumulator: str
    flops_per_s: float
    bytes_per_s: float
    flops_per_clock_per_sm: int
    source: str
    bandwidth_source: str


@attrs.frozen
class Gpu:
    """A card; `peaks` by falling preference for a dtype, `trace_names` as nsys records them."""

    name: str
    file: str
    trace_names: tuple[str, ...]
    memory_bytes: int
    sm_count: int
    boost_clock_hz: float
    bytes_per_s: float
    source: str
    peaks: tuple[Peak, ...]

    def peak(self, dtype: str, accumulator: str = "") -> Peak:
        """Return the dense peak of a dtype; the first listed accumulator unless one is named.

        Raises
        ------
        NsysToolsError
            If the card has none.
        """
        for peak in self.peaks:
            if peak.dtype == dtype and accumulator in ("", peak.accumulator):
                return peak
        known = ", ".join(f"{p.dtype} with {p.accumulator}" for p in self.peaks)
        wanted = f"{dtype} with {accumulator}" if accumulator else dtype
        raise NsysToolsError(f"{self.name} has no dense peak for {wanted} in {self.file}.", f"It has {known}.")

    def derived_flops_per_s(self, peak: Peak) -> float:
        """Return SMs x boost clock x FLOP/clk/SM, the check of a peak."""
        return self.sm_count * self.boost_clock_hz * peak.flops_per_clock_per_sm


def available() -> dict[str, Path]:
    """Return the files of all known cards by name."""
    return documents.names("gpus", SUFFIXES)


def load(name: str) -> Gpu:
    """Return a card by its short name (``h200-sxm``), the name that a trace records, or a file.

    Raises
    ------
    NsysToolsError
        If it is not known, breaks the schema, or a peak is more than 5 % off SMs x clock x FLOP/clk/SM.
    """
    known = available()
    if name not in known and Path(name).suffix not in SUFFIXES:
        for path in known.values():
            gpu = _read(path)
            if name in (gpu.name, *gpu.trace_names):
                return gpu
    return _read(documents.locate(name, "gpus", SUFFIXES, "GPU"))


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
    )
    for peak in peaks:
        _check(gpu, peak)
    return gpu


def _check(gpu: Gpu, peak: Peak) -> None:
    derived = gpu.derived_flops_per_s(peak)
    if abs(peak.flops_per_s / derived - 1) > TOLERANCE:
        factors = f"{gpu.sm_count} SMs x {gpu.boost_clock_hz / 1e9:.3f} GHz x {peak.flops_per_clock_per_sm}"
        given = f"{peak.dtype} is given as {peak.flops_per_s / 1e12:.1f} TFLOP/s"
        raise NsysToolsError(
            f"{gpu.file}: {given}, but {factors} make {derived / 1e12:.1f}.",
            "A sparse figure is twice the dense one; a peak has to be dense.",
        )
