"""Worker processes on this machine, each of which reads one trace after another."""

from __future__ import annotations

from nsys_tools.errors import NsysToolsError, OneError
from nsys_tools.processes import DiedError, Process
from nsys_tools.ranks.work import Part, Reader, Task

_HINT = (
    "Run the command again. Traces that were already read are cached. With fewer --workers, each worker has more "
    "memory."
)


class Worker:
    """A process on this machine that reads traces.

    Parameters
    ----------
    reader
        Function that reads a trace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._process: Process | None = None
        self._is_stopped = False

    def read(self, task: Task) -> list[Part]:
        """Read a trace in the worker process.

        Raises
        ------
        NsysToolsError
            If the trace cannot be read or the process dies. After the process dies, the next task starts a new one.
        """
        process = self._started()
        try:
            process.submit(attempt, self._reader, task)
            answer = process.result()
        except DiedError as error:
            self._process = None
            raise NsysToolsError(f"{task.path}: the worker process reading this trace died ({error}).", _HINT) from None
        if isinstance(answer, NsysToolsError):
            raise answer
        found: list[Part] = answer
        return found

    def _started(self) -> Process:
        if self._is_stopped:
            raise NsysToolsError("The worker was stopped.")
        if self._process is None:
            self._process = Process()
        return self._process

    def stop(self) -> None:
        """Terminate the process, even if it is busy."""
        self._is_stopped = True
        if self._process is not None:
            self._process.stop()


def attempt(reader: Reader, task: Task) -> list[Part] | NsysToolsError:
    """Return the results of a reader for a trace, or the error that it raised."""
    try:
        with OneError():
            return reader(task)
    except NsysToolsError as error:
        return error
