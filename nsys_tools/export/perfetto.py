"""Timelines for Perfetto as protocol buffers, without using Perfetto's package.

Field numbers are from https://perfetto.dev/docs/reference/trace-packet-proto. Encoding with the ``perfetto`` package
takes many times as long (reports/benchmark-export.md). The tests use that package to decode the output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from nsys_tools.export.events import ANNOTATIONS, CATEGORIES, Annotation, Samples, Slices, Text, Track
from nsys_tools.export.packed import (
    Flags,
    Numbers,
    Packed,
    column,
    constant,
    field,
    fixed_column,
    joined,
    message,
)  # fmt: skip

# Trace and TracePacket
_PACKET, _TIMESTAMP, _SEQUENCE, _EVENT, _INTERNED, _FLAGS, _DESCRIPTOR = 1, 8, 10, 11, 12, 13, 60
_CLEARED, _NEEDS_STATE = 1, 2
# TrackEvent
_CATEGORY, _ANNOTATION, _TYPE, _TITLE, _TRACK, _VALUE, _FLOW = 3, 4, 9, 10, 11, 30, 47
_BEGIN, _END, _COUNTER = 1, 2, 4
# DebugAnnotation, InternedData
_NAME, _NUMBER, _TEXT = 1, 4, 17
_CATEGORIES, _TITLES, _NAMES, _TEXTS = 1, 2, 3, 29
# TrackDescriptor
_UUID, _CALLED, _PROCESS, _THREAD, _PARENT, _COUNTED, _CHILDREN, _PLACE = 1, 2, 3, 4, 5, 8, 11, 12
_BY_PLACE, _BYTES = 3, 3
_AT_ONCE = 10_000  # rows per batch: a few MB


class PerfettoWriter:
    """Writes packets to a stream. Each trace is a separate packet sequence with separate interned strings."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def _packet(self, trace: int, *fields: bytes) -> None:
        self._out.write(field(_PACKET, b"".join([field(_SEQUENCE, trace), *fields])))

    def trace(self, number: int) -> None:
        """Begin a sequence, and write the names that all traces use."""
        words = [(_CATEGORIES, CATEGORIES), (_NAMES, ANNOTATIONS)]
        interned = [
            field(table, field(1, place + 1) + field(2, word))
            for table, found in words
            for place, word in enumerate(found)
        ]
        self._packet(number, field(_FLAGS, _CLEARED), field(_INTERNED, b"".join(interned)))

    def texts(self, trace: int, texts: Sequence[Text]) -> None:
        """Write interned strings."""
        interned = []
        for one in texts:
            entry = field(1, one.number) + field(2, one.text)
            interned += [field(_TITLES, entry)] * one.is_name + [field(_TEXTS, entry)] * one.is_value
        self._packet(trace, field(_FLAGS, _NEEDS_STATE), field(_INTERNED, b"".join(interned)))

    def track(self, track: Track) -> None:
        """Write the descriptor of a track."""
        parts = [field(_UUID, track.uuid), field(_CALLED, track.name)]
        if track.parent:
            parts.append(field(_PARENT, track.parent))
        if track.tid:
            parts.append(field(_THREAD, field(1, track.pid) + field(2, track.tid) + field(5, track.name)))
        elif track.pid:
            parts.append(field(_PROCESS, field(1, track.pid) + field(6, track.name)))
        if track.unit is not None:
            parts.append(field(_COUNTED, field(3, _BYTES) if track.unit == "bytes" else field(6, track.unit)))
        parts += [field(_CHILDREN, _BY_PLACE), field(_PLACE, track.order)]
        self._packet(1, field(_DESCRIPTOR, b"".join(parts)))

    def slices(self, slices: Slices) -> None:
        """Write a begin and an end event per slice. Readers sort by time and keep the order of simultaneous events."""
        for first in range(0, len(slices.starts), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            tracks = slices.tracks[part]
            parts = [
                column(_CATEGORY, slices.categories[part] + 1), constant(len(tracks), field(_TYPE, _BEGIN)),
                column(_TITLE, slices.titles[part]), column(_TRACK, tracks),
                *(_annotation(one, part) for one in slices.annotations if one.present[part].any()),
            ]  # fmt: skip
            if slices.has_flow[part].any():
                parts.append(fixed_column(_FLOW, slices.flows[part], slices.has_flow[part]))
            end = [constant(len(tracks), field(_TYPE, _END)), column(_TRACK, tracks)]
            packets = [
                _packets(slices.trace, slices.starts[part], parts), _packets(slices.trace, slices.ends[part], end)
            ]  # fmt: skip
            self._out.write(joined(packets).tobytes())

    def samples(self, samples: Samples) -> None:
        """Write one counter event per value."""
        for first in range(0, len(samples.times), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            tracks = samples.tracks[part]
            kind = constant(len(tracks), field(_TYPE, _COUNTER))
            parts = [kind, column(_TRACK, tracks), column(_VALUE, samples.values[part])]
            self._out.write(_packets(samples.trace, samples.times[part], parts).tobytes())

    def end(self) -> None:
        """Do nothing, because the format has no trailer."""


def _packets(trace: int, times: Numbers, event: Sequence[Packed]) -> Packed:
    """Return one packet per row, with its time and event."""
    head = constant(len(times), field(_SEQUENCE, trace) + field(_FLAGS, _NEEDS_STATE))
    return message(_PACKET, [head, column(_TIMESTAMP, times), message(_EVENT, event)])


def _annotation(one: Annotation, part: slice) -> Packed:
    present: Flags = one.present[part]
    values = np.where(present, one.values[part], 0)
    name = constant(len(values), field(_NAME, ANNOTATIONS.index(one.name) + 1))
    return message(_ANNOTATION, [name, column(_TEXT if one.is_text else _NUMBER, values)], present)
