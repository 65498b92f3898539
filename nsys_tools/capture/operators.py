"""Profile operators with PyTorch's profiler, which measures their self and total time.

This requires a separate run. The profiler cannot run under nsys, because both need CUPTI.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nsys_tools.capture.options import Options
from nsys_tools.capture.run_folder import RunFolder, write_json
from nsys_tools.errors import NsysToolsError

OPERATORS_FORMAT = "nsys-tools operators 1"
COLUMNS = ("operator", "shapes", "calls", "self_cpu_us", "total_cpu_us", "self_gpu_us", "total_gpu_us")


@contextmanager
def profiled(options: Options, folder: RunFolder) -> Iterator[None]:
    """Profile the ``with`` block, and write ``operators.json`` (all operators) and ``operators.md`` (the top ones).

    Raises
    ------
    NsysToolsError
        If nothing was profiled.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    if torch.cuda.is_available() and options.device != "cpu":
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities, record_shapes=True) as profiler:
        yield
    rows = table(profiler.key_averages(group_by_input_shape=True))
    if not rows:
        raise NsysToolsError("PyTorch's profiler recorded no operators.", "Run without --profiler torch.")
    whole = {"format": OPERATORS_FORMAT, "columns": COLUMNS, "operators": rows}
    write_json(folder.file("operators.json"), whole)
    folder.file("operators.md").write_text(markdown(rows, options.top), encoding="utf-8")


def table(averages: Any) -> list[dict[str, Any]]:
    """Return one row per operator and combination of input shapes, ordered by GPU, then CPU self time, largest first.

    Times are in microseconds, as in the profiler. An operator's total time includes the operators that it calls.
    """
    rows = [
        {
            "operator": event.key,
            "shapes": event.input_shapes,
            "calls": event.count,
            "self_cpu_us": event.self_cpu_time_total,
            "total_cpu_us": event.cpu_time_total,
            "self_gpu_us": event.self_device_time_total,
            "total_gpu_us": event.device_time_total,
        }
        for event in averages
    ]
    return sorted(rows, key=lambda r: (-r["self_gpu_us"], -r["self_cpu_us"], r["operator"], str(r["shapes"])))


def markdown(rows: list[dict[str, Any]], top: int) -> str:
    """Return the first `top` rows as a Markdown table, with the total number of rows."""
    cpu, gpu = (sum(row[key] for row in rows) for key in ("self_cpu_us", "self_gpu_us"))
    lines = [
        "# Operators",
        "",
        f"{min(top, len(rows))} of {len(rows)} rows (operator and input shapes), ordered by self time. "
        f"Self time of all rows: {cpu / 1000:,.1f} ms on the CPU, {gpu / 1000:,.1f} ms on the GPU.",
        "",
        "| operator | input shapes | calls | self CPU ms | total CPU ms | self GPU ms | total GPU ms |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows[:top]:
        times = " | ".join(f"{row[key] / 1000:,.3f}" for key in COLUMNS[3:])
        shapes = " ".join(str(shape) for shape in row["shapes"] if shape)
        lines.append(f"| `{row['operator']}` | {shapes} | {row['calls']:,} | {times} |")
    return "\n".join(lines) + "\n"
