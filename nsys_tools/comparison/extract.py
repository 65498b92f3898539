"""Extract a snapshot from an open trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from nsys_tools.comparison.snapshot import Launch, Row, Snapshot, StepKernel, Steps
from nsys_tools.sources.source import Read

_MOST_STEPS = 5000
_MOST_ROWS = 20_000


def snapshot(
    read: Read, *, source: str, workload: Mapping[str, str], rows: Sequence[str], has_model: bool = False
) -> Snapshot:
    """Return the data that a comparison needs from a trace.

    Parameters
    ----------
    read
        Function that returns the result of a query.
    source
        Name of the trace.
    workload
        Known facts about the run.
    rows
        Rows to extract in addition to steps, from `nsys_tools.comparison.snapshot.ROWS`.
    has_model
        Whether the trace was compared with a model, which provides an MFU.
    """
    summary = read("trace_summary").one()
    found = read("step_found")
    has_steps = any(found["step_count"])
    reasons = sorted({reason for reason in found["reason"] if reason})
    return Snapshot(
        source=source,
        origin=summary["origin"] or "",
        gpus=sorted(name or "" for name in read("gpu_summary")["name"]),
        steps=_steps(read) if has_steps else [],
        step_kernels=_step_kernels(read) if has_steps else [],
        sequence=[
            Launch(one["phase"] or "", one["name"], one["detail"], one["class"] or "other")
            for one in (read("step_sequence").records() if "kernel" in rows else [])
        ],
        no_steps="" if has_steps else "; ".join(reasons) or "nothing ran on a GPU",
        rows={what: _rows(read(f"change_{what}").records()) for what in rows},
        figures=_figures(read, has_model=has_model),
        workload=dict(workload),
    )


def _rows(records: Sequence[dict[str, Any]]) -> list[Row]:
    """Return the rows. If there are too many, the smallest rows are dropped, since they take almost no time."""
    return [
        Row(
            one["name"], one["detail"], one["class"] or "", one["instance_count"], one["sum_ns"], one["quantiles"],
            one["early_median_ns"], one["late_median_ns"],
        )
        for one in records[:_MOST_ROWS]
    ]  # fmt: skip


def _steps(read: Read) -> list[Steps]:
    terms = read("step_term").pl().filter(pl.col("blocking_call").is_null())
    wide = terms.pivot(on="term", index="step_id", values="ns")
    steps = read("step").pl().join(wide, on="step_id").sort("start_ns")
    owners = steps.select("gpu_id", "process_id").unique().sort("gpu_id", "process_id").rows()
    number = {owner: n for n, owner in enumerate(owners)}
    rates = {(row["phase"], row["gpu_id"], row["process_id"]): _rate(row) for row in read("step_summary")}
    made = []
    for (phase, gpu, process), group in steps.group_by("phase", "gpu_id", "process_id", maintain_order=True):
        # If there are too many steps, evenly spaced steps represent all of them.
        kept = group.gather_every(-(-len(group) // _MOST_STEPS))
        made.append(
            Steps(
                phase=str(phase), gpu=number[gpu, process], found_by=group["found_by"][0],
                terms={name: kept[name].to_list() for name in wide.columns if name != "step_id"},
                context_tokens=_median(group["context_tokens"]),
                generation_tokens=_median(group["generation_tokens"]),
                requests=_median(group["context_requests"].fill_null(0) + group["generation_requests"].fill_null(0)),
                tokens_per_s=rates[phase, gpu, process],
            )
        )  # fmt: skip
    return made


def _rate(row: Mapping[str, Any]) -> float | None:
    """Return generated tokens per second if there are any, otherwise context tokens per second."""
    rate: float | None = row["generation_tokens_per_s"] or row["context_tokens_per_s"]
    return rate


def _median(values: pl.Series) -> float | None:
    """Return the median, or None if there are no values or the median is 0."""
    found = values.drop_nulls().median()
    return float(found) if isinstance(found, int | float) and found else None


def _step_kernels(read: Read) -> list[StepKernel]:
    frame = read("step_kernel").pl()
    grouped = frame.group_by("phase", "name", "class").agg(pl.col("run_count").sum(), pl.col("sum_ns").sum())
    return [
        StepKernel(one["phase"], one["name"] or "(no name)", one["class"] or "other", one["run_count"], one["sum_ns"])
        for one in grouped.sort("sum_ns", "name", "phase", "class", descending=[True, False, False, False]).to_dicts()
    ]


def _figures(read: Read, *, has_model: bool) -> dict[str, float]:
    figures = {}
    memory = read("memory_peak")["peak_bytes"]
    if memory:
        figures["memory_bytes"] = float(max(memory))
    if has_model:
        for row in read("roofline_stage"):
            value = row["mfu_ratio"] if row["mfu_ratio"] is not None else row["util_span_ratio"]
            if value is not None:
                figures[f"mfu_ratio:{row['stage']}"] = value
    return figures
