"""The elements of a timeline: tracks, slices on tracks, and counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nsys_tools.export.packed import Flags, Numbers

CATEGORIES = ("kernel", "copy", "memset", "graph", "api", "nvtx", "os", "stage", "step", "idle")
"""Categories of slices. The index is the id."""
ANNOTATIONS = (
    "label", "name", "class", "grid", "block", "stage", "step", "layer", "range", "flops", "bytes", "correlation_id",
    "return_code", "operation_count", "phase", "busy_ns", "blocking_call", "launch_delay_ns",
)  # fmt: skip
"""Names of annotations. The index is the id."""


@dataclass(frozen=True)
class Track:
    """A line of the timeline, or a group of lines.

    Attributes
    ----------
    uuid
        Unique number, starting at 1.
    parent
        Number of the parent track, or 0 if there is none.
    name
        Name in the viewer.
    pid, tid
        Ids of the process and thread, or 0 for other tracks.
    order
        Position among the tracks of its parent.
    unit
        Unit of a counter (``bytes``, or empty for a plain number), or None for tracks of slices.
    """

    uuid: int
    parent: int
    name: str
    pid: int = 0
    tid: int = 0
    order: int = 0
    unit: str | None = None


@dataclass(frozen=True)
class Annotation:
    """The values of one annotation for several slices.

    Attributes
    ----------
    name
        One of `ANNOTATIONS`.
    values
        Numbers or string ids.
    present
        Mask of the slices that have the annotation.
    is_text
        Whether the values are string ids.
    """

    name: str
    values: Numbers
    present: Flags
    is_text: bool


@dataclass(frozen=True)
class Slices:
    """Slices of several tracks. On each track, they are ordered by start, and parents precede their children.

    Attributes
    ----------
    trace
        Number of the trace, starting at 1. Each trace has its own string ids.
    tracks, starts, ends
        Track of each slice, and its start and end in ns.
    titles
        String ids.
    categories
        Indices in `CATEGORIES`.
    annotations
        Annotations of the slices.
    flows, has_flow
        Id of the launch that each slice belongs to, and whether it belongs to one.
    is_launch
        Whether the slices are launching calls instead of launched operations.
    """

    trace: int
    tracks: Numbers
    starts: Numbers
    ends: Numbers
    titles: Numbers
    categories: Numbers
    annotations: Sequence[Annotation]
    flows: Numbers
    has_flow: Flags
    is_launch: bool = False


@dataclass(frozen=True)
class Samples:
    """Values of counters, each with its track and time in ns."""

    trace: int
    tracks: Numbers
    times: Numbers
    values: Numbers


@dataclass(frozen=True)
class Text:
    """A string in a trace, with its id and flags that tell whether titles and annotations use it."""

    number: int
    text: str
    is_name: bool
    is_value: bool


class Writer(Protocol):
    """Interface for writing a timeline in the format of a viewer."""

    def trace(self, number: int) -> None:
        """Begin a trace. Trace numbers start at 1."""

    def texts(self, trace: int, texts: Sequence[Text]) -> None:
        """Write the strings that the trace's slices use."""

    def track(self, track: Track) -> None:
        """Write a track. Its parent must already be written."""

    def slices(self, slices: Slices) -> None:
        """Write slices."""

    def samples(self, samples: Samples) -> None:
        """Write values of counters."""

    def end(self) -> None:
        """Write the end of the file."""
