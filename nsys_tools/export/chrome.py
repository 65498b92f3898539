"""Timelines in Chrome's JSON format for older viewers. Each line is an event, and times are in µs with three decimals.

Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from nsys_tools.export.events import CATEGORIES, Samples, Slices, Text, Track


class ChromeWriter:
    """Writes events to a stream. Strings stay in memory, because the format has no interned strings."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._texts: dict[tuple[int, int], str] = {}
        self._tracks: dict[int, Track] = {}
        self._places: dict[int, str] = {}
        self._separator = ""
        out.write(b'{"displayTimeUnit":"ns","traceEvents":[')

    def trace(self, number: int) -> None:
        """Begin a trace."""

    def texts(self, trace: int, texts: Sequence[Text]) -> None:
        """Store strings as JSON."""
        self._texts.update({(trace, one.number): json.dumps(one.text) for one in texts})

    def track(self, track: Track) -> None:
        """Write the names of a track. The outermost track becomes a process, and all tracks below it become threads."""
        self._tracks[track.uuid] = track
        above = [track]
        while above[-1].parent:
            above.append(self._tracks[above[-1].parent])
        root = above[-1]
        self._places[track.uuid] = f'"pid":{root.uuid},"tid":{track.uuid}'
        named = " / ".join(one.name for one in reversed(above[:-1])) or track.name
        kind, name = ("thread", named) if track.parent else ("process", track.name)
        told: list[tuple[str, dict[str, Any]]] = [
            (f"{kind}_name", {"name": name}), (f"{kind}_sort_index", {"sort_index": track.uuid})
        ]  # fmt: skip
        place = {"pid": root.uuid, "tid": track.uuid}
        self._write(json.dumps({"ph": "M", "name": what, **place, "args": args}) for what, args in told)

    def slices(self, slices: Slices) -> None:
        """Write one complete event per slice, and a flow event if the slice is a launch or was launched."""
        lists = [
            (one.name, one.values.tolist(), one.present.tolist(), one.is_text) for one in slices.annotations
        ]  # fmt: skip
        columns = (
            slices.tracks,
            slices.starts,
            slices.ends,
            slices.titles,
            slices.categories,
            slices.flows,
            slices.has_flow,
        )
        texts, trace, phase = self._texts, slices.trace, "s" if slices.is_launch else "t"

        def lines() -> Iterator[str]:
            for row, values in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
                track, start, end, title, category, flow, has_flow = values
                place = self._places[track]
                args = ",".join(
                    f'"{name}":{texts[trace, found[row]] if is_text else found[row]}'
                    for name, found, present, is_text in lists
                    if present[row]
                )
                yield (
                    f'{{"ph":"X","name":{texts[trace, title]},"cat":"{CATEGORIES[category]}",{place},'
                    f'"ts":{_micros(start)},"dur":{_micros(end - start)},"args":{{{args}}}}}'
                )
                if has_flow:
                    yield (
                        f'{{"ph":"{phase}","name":"launch","cat":"launch","id":{flow},{place},"ts":{_micros(start)}}}'
                    )

        self._write(lines())

    def samples(self, samples: Samples) -> None:
        """Write one counter event per value."""
        rows = zip(samples.tracks.tolist(), samples.times.tolist(), samples.values.tolist(), strict=True)
        self._write(
            f'{{"ph":"C","name":{json.dumps(self._tracks[track].name)},{self._places[track]},"ts":{_micros(time)},'
            f'"args":{{"value":{value}}}}}'
            for track, time, value in rows
        )

    def _write(self, lines: Iterator[str]) -> None:
        if text := ",\n".join(lines):
            self._out.write(f"{self._separator}\n{text}".encode("utf-8", "replace"))
            self._separator = ","

    def end(self) -> None:
        """Close the list of events."""
        self._out.write(b"\n]}\n")


def _micros(nanoseconds: int) -> str:
    """Return the exact time in µs."""
    return f"{nanoseconds // 1000}.{nanoseconds % 1000:03d}"
