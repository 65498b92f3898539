"""The tracks of a timeline: their hierarchy, names and order."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from nsys_tools.export.events import Track, Writer

# Bit positions in nsys's keys of processes and threads, see queries/views/thread.sql.
_BITS, _NUMBER = 24, (1 << 24) - 1
_HIGHEST = (1 << 31) - 1
# Below a GPU, summary tracks come first, then streams, then counters. Lanes of a line are adjacent.
GPU_LINES = {"Steps": 1, "Stages": 2, "Idle": 3}
THREAD_LINES = {"NVTX": 1, "CUDA API": 2, "OS runtime": 3}
_STREAMS, _STREAMS_AT_MOST, _LANES = 10, 10_000, 1_000


@dataclass(frozen=True)
class Owner:
    """The number of a trace, and the prefixes and names for its tracks.

    Attributes
    ----------
    number
        Number of the trace, starting at 1.
    prefix
        Prefix of the names of its outermost tracks, or an empty string for a single trace.
    ranks
        Ranks by process (nsys's globalPid), or an empty mapping for a single trace.
    gpus
        Names of GPUs by number.
    """

    number: int
    prefix: str
    ranks: Mapping[int, int]
    gpus: Mapping[int, str]

    def called(self, process: int) -> str:
        """Return the prefix of a process name."""
        return f"Rank {self.ranks[process]}: " if process in self.ranks else self.prefix


class Tracks:
    """Creates tracks and writes each one on first use."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._found: dict[Hashable, Track] = {}
        self._pids: set[int] = set()
        self._tids: set[int] = set()

    def all(self) -> list[Track]:
        """Return all tracks in the order of their creation."""
        return list(self._found.values())

    def _add(self, key: Hashable, parent: int, name: str, order: int, **given: Any) -> Track:
        track = self._found[key] = Track(len(self._found) + 1, parent, name, order=order, **given)
        self._writer.track(track)
        return track

    def _process(self, owner: Owner, process: int) -> Track:
        key, pid = (owner.number, "process", process), process >> _BITS & _NUMBER
        if key in self._found:
            return self._found[key]
        name = f"{owner.called(process)}Process {pid}"
        return self._add(key, 0, name, len(self._found), pid=_free(pid, self._pids))

    def _thread(self, owner: Owner, thread: int) -> Track:
        key, tid = (owner.number, "thread", thread), thread & _NUMBER
        if key in self._found:
            return self._found[key]
        process = self._process(owner, thread & ~_NUMBER)
        return self._add(key, process.uuid, f"Thread {tid}", tid, pid=process.pid, tid=_free(tid, self._tids))

    def _gpu(self, owner: Owner, gpu: int) -> Track:
        key = (owner.number, "gpu", gpu)
        if key in self._found:
            return self._found[key]
        name = f" ({owner.gpus[gpu]})" if owner.gpus.get(gpu) else ""
        return self._add(key, 0, f"{owner.prefix}GPU {gpu}{name}", len(self._found))

    def of_thread(self, owner: Owner, line: str, thread: int, lane: int) -> int:
        """Return the track for a thread's line, which is one of `THREAD_LINES`."""
        key = (owner.number, line, thread, lane)
        if key not in self._found:
            self._add(key, self._thread(owner, thread).uuid, line, THREAD_LINES[line] * _LANES + lane)
        return self._found[key].uuid

    def of_gpu(self, owner: Owner, line: str, gpu: int, lane: int, process: int = 0) -> int:
        """Return the track for a GPU's line (one of `GPU_LINES`), or for one process on the GPU if its key is given."""
        key = (owner.number, line, gpu, process, lane)
        if key not in self._found:
            self._add(key, self._gpu(owner, gpu).uuid, line, GPU_LINES[line] * _LANES + lane)
        return self._found[key].uuid

    def of_stream(self, owner: Owner, gpu: int, process: int, stream: int, lane: int) -> int:
        """Return the track of a stream of a process on a GPU."""
        key = (owner.number, "stream", gpu, process, stream, lane)
        if key not in self._found:
            name = f"Stream {stream} ({owner.called(process)}Process {process >> _BITS & _NUMBER})"
            order = (_STREAMS + stream % _STREAMS_AT_MOST) * _LANES + lane
            self._add(key, self._gpu(owner, gpu).uuid, name, order)
        return self._found[key].uuid

    def of_counter(self, owner: Owner, gpu: int, process: int, name: str, unit: str) -> int:
        """Return the track of a counter for a GPU, or for one process on the GPU."""
        key = (owner.number, "counter", gpu, process, name)
        if key not in self._found:
            whose = f" ({owner.called(process)}Process {process >> _BITS & _NUMBER})" if process else ""
            place = (_STREAMS + _STREAMS_AT_MOST) * _LANES + len(self._found) % _LANES
            self._add(key, self._gpu(owner, gpu).uuid, f"{name}{whose}", place, unit=unit)
        return self._found[key].uuid


def _free(number: int, used: set[int]) -> int:
    """Return an unused id for a process or thread. Viewers merge tracks with equal ids, even across traces."""
    found = number or 1
    while found in used:
        found = found + _NUMBER + 1 if found + _NUMBER < _HIGHEST else (found + 1) & _NUMBER or 1
    used.add(found)
    return found
