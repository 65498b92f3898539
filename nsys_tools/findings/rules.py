"""What stands out in a trace: sentences with their numbers, ranked by the nanoseconds at stake.

Each rule looks at tables that the report shows as well, and stays silent below `NOTICEABLE` of the time
in which the GPUs had work to do. The nanoseconds of several findings may be the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nsys_tools.units import duration

if TYPE_CHECKING:
    from nsys_tools.session.result import Result

Tables = Mapping[str, "Result"]
Row = Mapping[str, Any]
NOTICEABLE = 0.01
TINY_NS = 5_000
MANY_GAPS = 10
LAUNCH_BOUND = 0.2  # of running plus idle time
LAUNCH_GAP_NS = 50_000  # a longer gap is more than the price of a launch
PCIE_BYTES_PER_S = 20e9  # what pinned copies reach over PCIe 4.0 x16, for comparison only


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing.

    Attributes
    ----------
    kind
        Which rule it comes from.
    at_stake_ns
        Time that could at most be won.
    sentence
        What was found, with its numbers; names of the trace are in `names`.
    advice
        What to try.
    evidence
        The numbers, by name with their unit as suffix.
    names
        Names taken from the trace, to be shown as data.
    table
        The table that holds the evidence.
    """

    kind: str
    at_stake_ns: int
    sentence: str
    advice: str
    table: str
    evidence: dict[str, float | int] = field(default_factory=dict)
    names: tuple[str, ...] = ()


def find(tables: Tables) -> list[Finding]:
    """Return the findings, most nanoseconds at stake first; none of a predicted run, in which nothing can be won."""
    if tables["trace_summary"].records()[0]["origin"] == "predicted":
        return []
    span = sum(row["span_ns"] or 0 for row in tables["gpu_summary"].records())
    found = [finding for rule in _RULES for finding in rule(tables) if finding.at_stake_ns > NOTICEABLE * span]
    return sorted(found, key=lambda finding: (-finding.at_stake_ns, finding.kind, finding.names))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _late_launches(tables: Tables) -> Iterator[Finding]:
    stages = {row["stage"]: row for row in tables["stage_summary"].records() if row["instance_count"]}
    for row in tables["stage_gap"].records():
        stage = stages.get(row["stage"])
        if row["cause"] != "launch gap" or stage is None or not stage["span_ns"]:
            continue
        if row["gap_count"] < MANY_GAPS or row["median_ns"] >= LAUNCH_GAP_NS:
            yield _busy_cpu(row, stage)
        elif row["sum_ns"] > LAUNCH_BOUND * (row["sum_ns"] + stage["exclusive_ns"]):
            yield _launch_bound(row, stage)


def _launch_bound(gap: Row, stage: Row) -> Finding:
    return Finding(
        "launch-bound stage",
        gap["sum_ns"],
        f"Stage {{0}} left its GPU idle for {duration(gap['sum_ns'])}: launches came late, {gap['gap_count']:,} times, "
        f"{duration(gap['median_ns'])} each (median). For every 100 ns that its operations run, the GPU stands "
        f"still for {100 * gap['sum_ns'] / max(stage['exclusive_ns'], 1):,.0f} ns; "
        f"{stage['launches_per_instance']:,.0f} launches an instance.",
        "Launch fewer, larger kernels: CUDA graphs, `torch.compile(mode='reduce-overhead')`, fused operators, a larger "
        "batch.",
        "stage_gap",
        {
            "idle_ns": gap["sum_ns"], "gap_count": gap["gap_count"], "median_gap_ns": gap["median_ns"],
            "running_ns": stage["exclusive_ns"], "launches_per_instance_count": stage["launches_per_instance"],
        },
        (gap["stage"],),
    )  # fmt: skip


def _busy_cpu(gap: Row, stage: Row) -> Finding:
    return Finding(
        "GPU waits for CPU work",
        gap["sum_ns"],
        f"Before operations of stage {{0}} a GPU stood idle for {duration(gap['sum_ns'])} in {gap['gap_count']:,} gaps "
        "while the launching thread did not wait for it: the CPU was doing something else.",
        "Overlap that CPU work (loading, preprocessing, tokenizing, sampling) with the GPU's, on another thread or "
        "ahead of time; `--sample=process-tree` shows what it is.",
        "stage_gap",
        {"idle_ns": gap["sum_ns"], "gap_count": gap["gap_count"], "stage_wall_ns": stage["wall_ns"]},
        (gap["stage"],),
    )


def _idle(tables: Tables) -> Iterator[Finding]:
    idle = sum(row["idle_ns"] or 0 for row in tables["gpu_summary"].records())
    for row in tables["gap_summary"].records():
        if row["cause"] == "synchronization":
            yield Finding(
                "idle after a wait",
                row["sum_ns"],
                f"The GPUs ran dry {_times(row['gap_count'])}, {duration(row['sum_ns'])} in all "
                f"({_share(row['sum_ns'], idle)} of idle time), while the CPU came back from {{0}}.",
                "Avoid the synchronization (`.item()`, `.cpu()`, printing a tensor, `cudaDeviceSynchronize`), or queue "
                "the next work before waiting.",
                "gap_summary",
                {"idle_ns": row["sum_ns"], "gap_count": row["gap_count"], "longest_ns": row["max_ns"]},
                (row["blocking_call"] or "a blocking call",),
            )
        elif row["cause"] == "dependency":
            yield Finding(
                "idle with work queued",
                row["sum_ns"],
                f"The GPUs stood still for {duration(row['sum_ns'])} in {row['gap_count']:,} gaps although the next "
                f"operation had been launched ({_share(row['sum_ns'], idle)} of idle time).",
                "Look for dependencies: events between streams, copies on the same stream, another process's turn; "
                "back-to-back launches cost about a microsecond each.",
                "gap_summary",
                {"idle_ns": row["sum_ns"], "gap_count": row["gap_count"], "median_gap_ns": row["median_ns"]},
            )


def _waits(tables: Tables) -> Iterator[Finding]:
    for row in tables["api_summary"].records():
        if row["waits"]:
            yield Finding(
                "blocking call",
                row["sum_ns"],
                f"The CPU spent {duration(row['sum_ns'])} in {row['instance_count']:,} calls of {{0}} (median "
                f"{duration(row['median_ns'])}, longest {duration(row['max_ns'])}).",
                "Harmless where the GPU is busy meanwhile and nothing else is to be prepared; see the idle time that "
                "follows such waits.",
                "api_summary",
                {"cpu_ns": row["sum_ns"], "call_count": row["instance_count"], "longest_ns": row["max_ns"]},
                (row["name"],),
            )


def _pageable(tables: Tables) -> Iterator[Finding]:
    rows = [r for r in tables["copy_summary"].records() if "Pageable" in (r["source_memory"], r["destination_memory"])]
    total, moved = sum(r["sum_ns"] for r in rows), sum(r["moved_bytes"] for r in rows)
    if total > 0:
        count = sum(r["instance_count"] for r in rows)
        yield Finding(
            "pageable copies",
            total,
            f"{count:,} copies between the GPU and pageable host memory took {duration(total)} for "
            f"{moved / 1e6:,.1f} MB: {moved / total:.2f} GB/s; such copies also block the CPU. Pinned ones reach about "
            f"{PCIE_BYTES_PER_S / 1e9:.0f} GB/s over PCIe 4.0.",
            "Pin the host memory (`pin_memory=True`, `cudaHostAlloc`) and copy with `non_blocking=True`.",
            "copy_summary",
            {"sum_ns": total, "copy_count": count, "moved_bytes": moved, "bandwidth_bytes_per_s": moved * 1e9 / total},
        )


def _tiny(tables: Tables) -> Iterator[Finding]:
    rows = tables["kernel_duration"].records()
    tiny = [row for row in rows if row["to_ns"] <= TINY_NS * 1.13]  # the bin that ends nearest to 5 µs
    count, total = sum(r["kernel_count"] for r in tiny), sum(r["sum_ns"] for r in tiny)
    every = sum(r["kernel_count"] for r in rows)
    if count:
        yield Finding(
            "tiny kernels",
            total,
            f"{count:,} of {every:,} kernels ({_share(count, every)}) run shorter than {duration(tiny[-1]['to_ns'])}, "
            f"about what a launch costs on the CPU; {duration(total)} in all.",
            "Fuse elementwise kernels (torch.compile, fused norms and activations), or capture them in a CUDA graph.",
            "kernel_duration",
            {"kernel_count": count, "sum_ns": total, "all_kernel_count": every},
        )


def _unattributed(tables: Tables) -> Iterator[Finding]:
    row = next(r for r in tables["trace_conservation"].records() if r["kind"] == "all")
    if row["unattributed_ns"] > 0 and row["attributed_count"]:
        yield Finding(
            "unattributed operations",
            row["unattributed_ns"],
            f"{row['unattributed_count']:,} of {row['operation_count']:,} GPU operations belong to no range: "
            f"{duration(row['unattributed_ns'])}, {_share(row['unattributed_ns'], row['sum_ns'])} of GPU time.",
            "Open ranges on the threads that launch them (autograd runs backward on threads of its own), and let the "
            "recording start before the program does.",
            "range_unattributed",
            {"operation_count": row["unattributed_count"], "sum_ns": row["unattributed_ns"]},
        )


def _opaque(tables: Tables) -> Iterator[Finding]:
    summary = tables["trace_summary"].records()[0]
    if summary["graph_run_count"]:
        yield Finding(
            "opaque CUDA graphs",
            summary["graph_run_sum_ns"],
            f"{summary['graph_run_count']:,} executions of CUDA graphs were recorded as a whole, without the kernels "
            f"inside: {duration(summary['graph_run_sum_ns'])}, "
            f"{_share(summary['graph_run_sum_ns'], summary['operation_sum_ns'])} of GPU time.",
            "Record with `--cuda-graph-trace=node` to see them (it costs some time per node).",
            "trace_summary",
            {"graph_run_count": summary["graph_run_count"], "sum_ns": summary["graph_run_sum_ns"]},
        )


_SLOW_ADVICE = {
    "compute": "Profile its kernels with ncu: are tensor cores used, do tiles fit the shapes, is work padded? A fused "
    "attention or another dtype comes next.",
    "memory": "Move fewer bytes: fuse elementwise operations into the products, quantize weights or the KV cache, take "
    "a larger batch.",
}


def _inefficient(tables: Tables) -> Iterator[Finding]:
    if "roofline_exclusive" not in tables:
        return
    for row in tables["roofline_exclusive"].records():
        if not row["bound"] or row["inefficiency_ns"] <= 0:
            continue
        ops = [op for op in tables["roofline_op"].records() if op["stage"] == row["stage"]]
        worst = max(ops, key=lambda op: op["inefficiency_ns"])
        yield Finding(
            "slower than the hardware allows",
            round(row["inefficiency_ns"]),
            f"Stage {{0}} kept its GPU busy for {duration(row['busy_ns'])}; at the roofline its layers need "
            f"{duration(row['roofline_ns'])} (bound by {row['bound']}), "
            f"{_share(row['roofline_ns'], row['busy_ns'])} of that. Most is lost in {{1}}: "
            f"{duration(worst['inefficiency_ns'])}.",
            _SLOW_ADVICE[row["bound"]],
            "roofline_op",
            {
                "busy_ns": row["busy_ns"], "roofline_ns": row["roofline_ns"],
                "inefficiency_ns": row["inefficiency_ns"], "worst_inefficiency_ns": worst["inefficiency_ns"],
            },
            (row["stage"], worst["name"]),
        )  # fmt: skip


_RULES: tuple[Callable[[Tables], Iterator[Finding]], ...] = (
    _late_launches, _idle, _waits, _pageable, _tiny, _unattributed, _opaque, _inefficient,
)  # fmt: skip
