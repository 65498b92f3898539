"""A Perfetto trace read back with the official package, as viewers do: by time, then in file order."""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackDescriptor, TrackEvent


@dataclass
class Slice:
    """A slice on a track: times in ns, name, category, annotations, flows, and its nesting depth."""

    start: int
    name: str
    category: str
    annotations: dict[str, Any]
    flows: tuple[int, ...]
    depth: int
    end: int = -1


@dataclass
class Decoded:
    """The tracks of a trace by uuid, the slices of each in order, and the values of counters."""

    tracks: dict[int, TrackDescriptor] = field(default_factory=dict)
    slices: dict[int, list[Slice]] = field(default_factory=lambda: defaultdict(list))
    values: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def path(self, uuid: int) -> tuple[str, ...]:
        """Return the names from the outermost track inward."""
        track = self.tracks[uuid]
        return (*(self.path(track.parent_uuid) if track.parent_uuid else ()), track.name)

    def by_path(self) -> dict[tuple[str, ...], list[Slice]]:
        """Return the slices by the path of their track; the lanes of a line are combined."""
        found: dict[tuple[str, ...], list[Slice]] = defaultdict(list)
        for uuid, slices in self.slices.items():
            found[self.path(uuid)] += slices
        return dict(found)

    def of(self, *categories: str) -> list[Slice]:
        """Return the slices of the given categories."""
        return [one for slices in self.slices.values() for one in slices if one.category in categories]

    def lanes(self, last: str) -> list[list[Slice]]:
        """Return the slices of each track with the given name."""
        return [slices for uuid, slices in self.slices.items() if self.tracks[uuid].name == last]


def decode(file: Path) -> Decoded:
    """Read a trace. Assert that each end closes the slice opened last, and that every track is described first."""
    content = file.read_bytes()
    trace = Trace.FromString(gzip.decompress(content) if file.suffix == ".gz" else content)
    found, words, events = Decoded(), _Words(), []
    for packet in trace.packet:
        words.add(packet)
        if packet.HasField("track_descriptor"):
            described = packet.track_descriptor
            assert described.uuid not in found.tracks
            assert not described.parent_uuid or described.parent_uuid in found.tracks
            found.tracks[described.uuid] = described
        if packet.HasField("track_event"):
            assert packet.track_event.track_uuid in found.tracks
            events.append((packet.timestamp, packet.trusted_packet_sequence_id, packet.track_event))
    open_slices: dict[int, list[Slice]] = defaultdict(list)
    for time, sequence, event in sorted(events, key=lambda one: one[0]):  # stable, as viewers sort
        track, stack = event.track_uuid, open_slices[event.track_uuid]
        if event.type == TrackEvent.TYPE_COUNTER:
            found.values[track].append((time, event.counter_value))
        elif event.type == TrackEvent.TYPE_SLICE_BEGIN:
            one = Slice(time, *words.told(sequence, event), tuple(event.flow_ids), len(stack))
            stack.append(one)
            found.slices[track].append(one)
        else:
            assert event.type == TrackEvent.TYPE_SLICE_END
            stack.pop().end = time
    assert not any(open_slices.values())
    return found


class _Words:
    """The interned texts of each packet sequence."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, int], str] = {}

    def add(self, packet: Any) -> None:
        sequence = packet.trusted_packet_sequence_id
        for kind in ("event_categories", "event_names", "debug_annotation_names"):
            for entry in getattr(packet.interned_data, kind):
                assert (sequence, kind, entry.iid) not in self._found
                self._found[sequence, kind, entry.iid] = entry.name
        for entry in packet.interned_data.debug_annotation_string_values:
            self._found[sequence, "text", entry.iid] = entry.str.decode()

    def told(self, sequence: int, event: Any) -> tuple[str, str, dict[str, Any]]:
        annotations = {
            self._found[sequence, "debug_annotation_names", one.name_iid]: (
                self._found[sequence, "text", one.string_value_iid]
                if one.HasField("string_value_iid")
                else one.int_value
            )
            for one in event.debug_annotations
        }
        (category,) = event.category_iids
        return (
            self._found[sequence, "event_names", event.name_iid],
            self._found[sequence, "event_categories", category],
            annotations,
        )
