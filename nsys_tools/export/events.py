"""What a viewer is told of: tracks, slices on them, and counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nsys_tools.export.packed import Flags, Numbers

CATEGORIES = ("kernel", "copy", "memset", "graph", "api", "nvtx", "os", "stage", "step", "idle")
"""What slices can be; their place here is their number."""
ANNOTATIONS = (
    "label", "name", "class", "grid", "block", "stage", "step", "layer", "range", "flops", "bytes", "correlation_id",
    "return_code", "operation_count", "phase", "busy_ns", "blocking_call", "launch_delay_ns",
)  # fmt: skip
"""What can stand beside a slice; their place here is their number."""


@dataclass(frozen=True)
class Track:
    """A line of the timeline, or what holds lines.

    Attributes
    ----------
    uuid
        Its number, from 1.
    parent
        That of the track around it; 0 for none.
    name
        What the viewer shows.
    pid, tid
        Of a process, or of a thread in it; else 0.
    order
        Its place among the tracks of its parent.
    unit
        Of a counter: ``bytes``, or empty for a plain number; None for what holds slices.
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
    """One of `ANNOTATIONS` for each of some slices.

    Attributes
    ----------
    name
        Which.
    values
        Numbers, or numbers of texts.
    present
        Which slices have it.
    is_text
        Whether the values are numbers of texts.
    """

    name: str
    values: Numbers
    present: Flags
    is_text: bool


@dataclass(frozen=True)
class Slices:
    """Slices of several tracks: on each in the order of their starts, those around others first.

    Attributes
    ----------
    trace
        The number of the trace, from 1: numbers of texts are those of the trace.
    tracks, starts, ends
        Track and times in ns of each slice.
    titles
        Numbers of texts.
    categories
        Places in `CATEGORIES`.
    annotations
        What stands beside them.
    flows, has_flow
        The launch that each belongs to, and whether it does.
    is_launch
        Whether they are the calls that launched, and not what was launched.
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
    """Values of counters: track, time in ns and value of each."""

    trace: int
    tracks: Numbers
    times: Numbers
    values: Numbers


@dataclass(frozen=True)
class Text:
    """A text of a trace, by its number there; whether slices are called so, and whether it stands beside them."""

    number: int
    text: str
    is_name: bool
    is_value: bool


class Writer(Protocol):
    """Writes a timeline in the format of some viewer."""

    def trace(self, number: int) -> None:
        """Begin a trace; numbers count from 1."""

    def texts(self, trace: int, texts: Sequence[Text]) -> None:
        """Write texts that slices of the trace use."""

    def track(self, track: Track) -> None:
        """Write a track; the one around it has been written."""

    def slices(self, slices: Slices) -> None:
        """Write slices."""

    def samples(self, samples: Samples) -> None:
        """Write values of counters."""

    def end(self) -> None:
        """Write what stands at the end."""
