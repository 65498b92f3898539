"""The tables of a trace that are exported, and the timeline track for each table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Line = Literal["stream", "thread", "gpu", "counter"]


@dataclass(frozen=True)
class Table:
    """A query whose rows are exported.

    Attributes
    ----------
    name
        Name in the counts of an export.
    query
        Query that returns the rows. Strings are returned as ids.
    entity
        Relation with the same events, for checking the number and total duration of the written rows.
    line, title
        Kind of track, and its title, which is in `tracks.GPU_LINES` or `tracks.THREAD_LINES`.
    keys
        Columns that identify the track.
    row
        Column that orders rows with equal times.
    texts, numbers
        Columns that become annotations of a slice: string ids, and numbers.
    """

    name: str
    query: str
    entity: str
    line: Line
    title: str
    keys: tuple[str, ...]
    row: str
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def is_flat(self) -> bool:
        """Whether overlapping slices are put on separate lanes even if they nest."""
        return self.line == "stream" or self.title in {"Steps", "Idle"}

    @property
    def order(self) -> str:
        """SQL order of the rows, so that each lane is written in chronological order."""
        return f"{', '.join(self.keys)}, start_ns, end_ns{'' if self.is_flat else ' DESC'}, {self.row}"


OPERATION = Table(
    "operation", "export__operation", "_gpu_operation", "stream", "", ("gpu_id", "process_id", "stream_id"),
    "operation_id", ("label", "name", "class", "grid", "block", "stage", "layer", "range"), ("flops", "bytes"),
)  # fmt: skip
SLICES = (
    OPERATION,
    Table(
        "api", "export__api_call", "_api_call", "thread", "CUDA API", ("thread_id",), "call_id", (),
        ("correlation_id", "return_code"),
    ),
    Table(
        "nvtx", "export__range", "_range", "thread", "NVTX", ("thread_id",), "range_id", ("stage", "range"), ("flops",)
    ),
    Table("os", "export__os_call", "os_call", "thread", "OS runtime", ("thread_id",), "call_id"),
    Table(
        "stage", "export__stage", "export__extent", "gpu", "Stages", ("gpu_id",), "range_id", (), ("operation_count",)
    ),
    Table(
        "step", "export__step_slice", "step", "gpu", "Steps", ("gpu_id", "process_id"), "step_id", ("phase",),
        ("step", "busy_ns"),
    ),
    Table(
        "idle", "export__gap", "gap_list", "gpu", "Idle", ("gpu_id",), "operation_id", ("blocking_call",),
        ("launch_delay_ns",),
    ),
)  # fmt: skip
SAMPLES = (
    Table("memory", "export__memory", "export__memory", "counter", "bytes",
          ("gpu_id", "process_id", "counter"), "row_id"),
    Table("gpu metric", "export__metric", "export__metric", "counter", "", ("gpu_id", "counter"), "row_id"),
)  # fmt: skip
KINDS = ("kernel", "copy", "memset", "graph")
"""Kinds of operations, by the lowest bits of operation_id."""
