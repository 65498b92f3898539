"""Schedule the reading of traces by workers on this machine or on an existing Dask cluster."""

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
    """Where the traces are read.

    Attributes
    ----------
    workers
        Number of processes on this machine; 0 for one process per core. With 1, this process reads the traces itself.
    scheduler
        Address of a Dask scheduler, such as ``tcp://host:port``, whose workers are used instead. The workers must have
        access to the traces at the same paths.
    """

    workers: int = 0
    scheduler: str = ""

    def count(self, tasks: int) -> int:
        """Return the number of traces to read concurrently."""
        return max(1, min(self.workers or os.cpu_count() or 1, tasks))

    def threads(self, tasks: int) -> int:
        """Return the number of threads per trace. 0 leaves the choice to DuckDB."""
        if self.scheduler:
            return 0
        count = self.count(tasks)
        return 0 if count == 1 else max(1, (os.cpu_count() or 1) // count)


@contextmanager
def running(schedule: Schedule, reader: Reader, tasks: Sequence[Task]) -> Iterator[Iterator[Answer]]:
    """Yield an iterator over the results of all tasks, in order of completion. On exit, running tasks are stopped."""
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
                worker.stop()  # a thread that waits for this worker's result then continues and ends


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
        raise NsysToolsError("distributed is not installed.", "Run `pip install 'nsys-tools[cluster]'`.") from None
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise NsysToolsError(f"--scheduler {address}: the scheduler cannot be reached ({error}).") from None
    with client, client.as_current():
        # An error in a trace is a result. A task fails only if its worker fails, and is then retried.
        futures = client.map(attempt, [reader] * len(tasks), tasks, pure=False, retries=2)
        asked = dict(zip(futures, tasks, strict=True))
        for future in distributed.as_completed(futures):
            task = asked[future]
            try:
                yield task, future.result()
            except Exception as error:  # noqa: BLE001  (a worker can fail in any way, or die)
                yield (
                    task,
                    NsysToolsError(
                        f"{task.path}: the worker reading this trace failed ({type(error).__name__}: {error})."
                    ),
                )
            future.release()
