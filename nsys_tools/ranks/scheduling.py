"""Who reads the traces: workers on this machine, or an existing Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from queue import SimpleQueue
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.ranks.work import Part, Reader, Task
from nsys_tools.ranks.worker import Worker, attempt

Answer = tuple[Task, list[Part] | NsysToolsError]


@dataclass(frozen=True)
class Schedule:
    """Where the work is done.

    Attributes
    ----------
    workers
        Processes on this machine; 0 for one per core. With 1 the work is done in this process.
    scheduler
        Address of a Dask scheduler, ``tcp://host:port``, that takes the place of these. Its workers must see the traces
        under the same paths.
    """

    workers: int = 0
    scheduler: str = ""

    def count(self, tasks: int) -> int:
        """Return how many traces are read at a time."""
        return max(1, min(self.workers or os.cpu_count() or 1, tasks))

    def threads(self, tasks: int) -> int:
        """Return how many threads each trace gets; 0 leaves it to DuckDB."""
        if self.scheduler:
            return 0
        count = self.count(tasks)
        return 0 if count == 1 else max(1, (os.cpu_count() or 1) // count)


@contextmanager
def running(schedule: Schedule, reader: Reader, tasks: Sequence[Task]) -> Iterator[Iterator[Answer]]:
    """Give the answers to all tasks, in the order in which they are done; what still runs at the end is stopped."""
    if schedule.scheduler:
        yield _on_cluster(schedule.scheduler, reader, tasks)
    elif schedule.count(len(tasks)) == 1:
        yield ((task, attempt(reader, task)) for task in tasks)
    else:
        workers = [Worker(reader) for _ in range(schedule.count(len(tasks)))]
        threads = ThreadPoolExecutor(len(workers))
        try:
            yield _on_machine(threads, workers, tasks)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.stop()  # a thread that waits for its answer goes on then, and ends


def _on_machine(threads: ThreadPoolExecutor, workers: Sequence[Worker], tasks: Sequence[Task]) -> Iterator[Answer]:
    free: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        free.put(worker)

    def work(task: Task) -> Answer:
        worker = free.get()
        try:
            return task, worker.read(task)
        except NsysToolsError as error:
            return task, error
        finally:
            free.put(worker)

    for done in as_completed([threads.submit(work, task) for task in tasks]):
        yield done.result()


def _on_cluster(address: str, reader: Reader, tasks: Sequence[Task]) -> Iterator[Answer]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise NsysToolsError("distributed is not installed.", "pip install 'nsys-tools[cluster]'") from None
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise NsysToolsError(f"--scheduler {address}: cannot be reached ({error}).") from None
    with client, client.as_current():
        # What is wrong with a trace is an answer. A task that fails has met a fault of its worker: it is tried again.
        futures = client.map(attempt, [reader] * len(tasks), tasks, pure=False, retries=2)
        asked = dict(zip(futures, tasks, strict=True))
        for future in distributed.as_completed(futures):
            task = asked[future]
            try:
                yield task, future.result()
            except Exception as error:  # noqa: BLE001  (a task fails by whatever its worker lacks, or by its death)
                yield task, NsysToolsError(f"{task.path}: its worker failed ({type(error).__name__}: {error}).")
            future.release()
