"""Layers inside CUDA graphs, found with plain loops over all records: the reference for `queries/graph`."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key

BEGIN, END, INSTANTIATE = "cudaStreamBeginCapture_v10000", "cudaStreamEndCapture_v10000", "cudaGraphInstantiate_v12000"
LAUNCHES = ("cudaLaunchKernel_v7000", "cudaMemcpyAsync_v3020", "cudaMemsetAsync_v3020", "cuLaunchKernelEx")
ADD, OTHER = "cudaGraphAddKernelNode_v10000", "cudaStreamIsCapturing_v10000"
_CREATING = (*LAUNCHES, ADD)
LONGEST = 64
LAUNCHED = 400  # when a process launches its graph, after all captures


@dataclass(frozen=True)
class Range:
    thread: int
    start: int
    end: int
    kind: int = PUSH_POP


@dataclass(frozen=True)
class Call:
    thread: int
    name: str
    start: int
    end: int
    code: int = 0


@dataclass(frozen=True)
class Record:
    thread: int
    start: int
    node: int
    original: int | None = None


@dataclass(frozen=True)
class Found:
    """Facts about one replayed node; `ranges` are those that name its layer, the outermost first."""

    via: str | None
    reason: str | None
    ranges: tuple[int, ...] = ()


@dataclass
class Recording:
    """A recording as lists of its rows; the name of range i of `ranges` is ``r`` and i in letters."""

    ranges: list[Range] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    replayed: list[tuple[int, int]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write it as a trace: a replayed node runs as a kernel, copy or memset of its process's graph."""
        with TraceBuilder(path) as b:
            for i, r in enumerate(self.ranges):
                b.range(r.thread, name_of(i), r.start, r.end, event_type=r.kind)
            for number, c in enumerate(self.calls, 1000):
                b.add(
                    "RUNTIME", start=c.start, end=c.end, eventClass=0, globalTid=c.thread, correlationId=number,
                    nameId=b.string(c.name), returnValue=c.code,
                )  # fmt: skip
            for r in self.records:
                b.graph_node(r.thread, r.node, r.start, original=r.original)
            for process in {process for process, _ in self.replayed}:
                b.call(process + 1, "cudaGraphLaunch_v10000", LAUNCHED, LAUNCHED + 2, 1)
            for at, (process, node) in enumerate(self.replayed, 5000):
                if node % 3 == 0:
                    b.copy(process, 8, 64, at, at + 1 + node % 5, 1, graph_node=node)
                elif node % 3 == 1:
                    b.memset(process, 64, at, at + 1 + node % 5, 1, graph_node=node)
                else:
                    b.kernel(process, "k", at, at + 1 + node % 5, 1, graph_node=node)

    def walk(self, process: int, node: int) -> Found:
        """Return the result of the definitions in docs/concepts for one replayed node."""
        for _ in range(LONGEST + 1):
            mine = [r for r in self.records if r.thread >> 24 == process >> 24 and r.node == node]
            if not mine:
                return Found(None, "not recorded")
            originals = {r.original for r in mine if r.original}
            if len(originals) > 1:
                return Found(None, "ambiguous")
            if not originals:
                break
            node = next(iter(originals))
        else:
            return Found(None, "no end")
        if len({r.thread for r in mine}) > 1:
            return Found(None, "ambiguous")
        return self._place(min(mine, key=lambda r: r.start))

    def _outermost(self, thread: int, names: Iterable[str]) -> list[Call]:
        """Return the successful calls of a thread, without those inside other calls of these names."""
        chosen = [c for c in self.calls if c.thread == thread and c.name in names and not c.code]
        return sorted(
            (
                c
                for c in chosen
                if not any(o is not c and o.start <= c.start < o.end and c.end <= o.end for o in chosen)
            ),
            key=lambda c: c.start,
        )

    def _place(self, record: Record) -> Found:
        captures = self._outermost(record.thread, (BEGIN, END))
        creating = self._outermost(record.thread, _CREATING)
        before = [c for c in captures if c.start <= record.start]
        last = before[-1] if before else None
        is_inside = any(c.start <= record.start <= c.end for c in creating)
        if last is None or last.name == BEGIN or is_inside:
            opened = last.start if last and last.name == BEGIN else None
            return self._layer("graph_node", record.thread, record.start, opened)
        if len(before) < 2 or before[-2].name != BEGIN:
            return Found(None, "order unknown")
        begin = before[-2]
        launched = [c for c in creating if begin.start <= c.start < last.start]
        late = sorted(self._late(record.thread, last, captures, creating))
        if len(late) != len(launched):
            return Found(None, "order unknown")
        at = launched[late.index((record.start, record.node))].start
        return self._layer("graph_order", record.thread, at, begin.start)

    def _late(self, thread: int, end: Call, captures: list[Call], creating: list[Call]) -> list[tuple[int, int]]:
        """Return start and node of the original nodes of a thread that were recorded after the end of a capture."""
        found = []
        of_process = [r for r in self.records if r.thread >> 24 == thread >> 24]
        for node in {r.node for r in of_process}:
            mine = [r for r in of_process if r.node == node]
            if any(r.original for r in mine) or any(r.thread != thread for r in mine):
                continue
            start = min(r.start for r in mine)
            if any(c.start <= start <= c.end for c in creating):
                continue
            if [c for c in captures if c.start <= start][-1:] == [end]:
                found.append((start, node))
        return found

    def _layer(self, via: str, thread: int, at: int, opened: int | None) -> Found:
        around = [i for i, r in enumerate(self.ranges) if r.thread == thread and r.start <= at < r.end]
        around.sort(key=lambda i: (self.ranges[i].start, -self.ranges[i].end, i))
        ranges = tuple(i for i in around if opened is None or self.ranges[i].start >= opened)
        return Found(via, None, ranges) if ranges else Found(None, "no range")


def name_of(number: int) -> str:
    """Return the name of a range in letters, which the roll-up does not change."""
    return "r" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def random_recording(seed: int) -> Recording:
    """Return a recording that is mostly correct and has some of each fault."""
    chance = random.Random(seed)
    made = Recording()
    for pid in (1, 2):
        nodes: list[int] = []
        for tid in (1, 2):
            thread = thread_key(pid, tid)
            for _ in range(chance.randint(5, 40)):
                start = chance.randint(0, 230)
                end = start + chance.choice([0, 3, 9, 20, 40])
                made.ranges.append(Range(thread, start, end, chance.choice([PUSH_POP, PUSH_POP, START_END])))
            _captures(made, chance, thread, nodes)
        # The IDs of the two processes overlap.
        _copies(made, chance, pid, nodes)
    # The graph of process 1 is launched in a range, that of process 2 outside every range.
    made.ranges += [
        Range(thread_key(1, 1), LAUNCHED - 5, LAUNCHED + 9),
        Range(thread_key(1, 1), LAUNCHED - 2, LAUNCHED + 3),
    ]
    chance.shuffle(made.records)
    return made


def _captures(made: Recording, chance: random.Random, thread: int, nodes: list[int]) -> None:
    at = chance.randint(0, 9)
    for _ in range(chance.randint(1, 3)):
        is_late = chance.random() < 0.5
        at = _call(made, thread, BEGIN, at, chance) if chance.random() < 0.9 else at
        created = []
        for _ in range(chance.randint(1, 6)):
            name, code = chance.choice(LAUNCHES), int(chance.random() < 0.04)
            begin, at = at, _call(made, thread, name, at, chance, code)
            created += [begin + 1] * (code == 0 and chance.random() < 0.97)
            if chance.random() < 0.2:
                at = _call(made, thread, OTHER, at, chance)
        if chance.random() < 0.9:
            at = _call(made, thread, END, at, chance)
        in_instantiate = at
        if chance.random() < 0.5:
            at = _call(made, thread, INSTANTIATE, at, chance) + len(created)
        for number, instant in enumerate(created):
            node = len(nodes) + 1
            nodes.append(node)
            record = Record(thread, in_instantiate + number if is_late else instant, node)
            made.records += [record] * chance.choice([1, 1, 1, 3])
        if chance.random() < 0.3:
            node = len(nodes) + 1
            nodes.append(node)
            begin, at = at, _call(made, thread, ADD, at, chance)
            made.records.append(Record(thread, begin + 1, node))
        at += chance.randint(8, 20)


def _call(made: Recording, thread: int, name: str, at: int, chance: random.Random, code: int = 0) -> int:
    """Add a call, sometimes with a nested driver call; return when the thread can continue."""
    made.calls.append(Call(thread, name, at, at + 4, code))
    if chance.random() < 0.2 and not code:
        made.calls.append(Call(thread, name, at + 1, at + 2))
    return at + 5 + chance.randint(0, 2)


def _copies(made: Recording, chance: random.Random, pid: int, originals: list[int]) -> None:
    process, threads = process_key(pid), [thread_key(pid, 1), thread_key(pid, 2)]
    free = 100
    for original in originals:
        node = original
        for hop in range(chance.randint(0, 4)):
            copy = Record(chance.choice(threads), 240 + hop, free, node)
            made.records += [copy] * chance.choice([1, 1, 4])
            if chance.random() < 0.1:  # the creation row that a copy can also have
                made.records.append(Record(copy.thread, 240 + hop, free))
            node, free = free, free + 1
        fault = chance.random()
        if fault < 0.05:
            made.records.append(Record(threads[0], 250, node, chance.choice(originals)))
        elif fault < 0.1:
            made.records.append(Record(chance.choice(threads), 251, original))
        elif fault < 0.15:
            made.records.append(Record(chance.choice(threads), 252, original, node))
        elif fault < 0.2:
            made.records = [r for r in made.records if r.thread >> 24 != pid or r.node != original]
        made.replayed += [(process, node)] * chance.randint(1, 2)
    made.replayed.append((process, 99_999))
