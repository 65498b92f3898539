"""The run folder ``runs/<run_id>/`` and its ``status.json``, which records the progress of a run."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError

STATUS_FORMAT = "nsys-tools status 1"


class InterruptedRunError(NsysToolsError):
    """The user interrupted the run. Files written so far are kept."""


def new_run_id(model: str, scale: str) -> str:
    """Return a run id that sorts by time, such as ``20250131-120000-deepseek-ocr-tiny``."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{model}-{scale}"


def without_home(text: str) -> str:
    """Return text with the home folder, which contains the user name, replaced by ``~``."""
    home = str(Path.home())
    return text if home == "/" else re.sub(rf"{re.escape(home)}(?=/|\W|$)", "~", text)


def write_json(path: Path, data: Any) -> None:
    """Write JSON atomically."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


class RunFolder:
    """A run's folder and its status.

    Parameters
    ----------
    path
        The folder. It is created if it does not exist.

    Raises
    ------
    NsysToolsError
        If it cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"Cannot create the run folder {path}: {error.strerror}."
            raise NsysToolsError(message, "Choose a different folder with --out.") from error
        self._status = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            status: dict[str, Any] = json.loads((self.path / "status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            fresh: dict[str, Any] = {"format": STATUS_FORMAT, "state": "running", "step": ""}
            return fresh | {"message": "", "hint": "", "steps": []}
        return status

    @property
    def status(self) -> dict[str, Any]:
        """The status on disk."""
        self._status = self._read()
        return self._status

    def file(self, name: str) -> Path:
        """Return the path of one of the run's files."""
        return self.path / name

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Record the start and the end or failure of a step. A failure recorded inside the step is not overwritten.

        Raises
        ------
        InterruptedRunError
            If the user interrupts the step. It replaces KeyboardInterrupt.
        """
        started = time.monotonic()
        self._save(state="running", step=name)
        try:
            yield
        except NsysToolsError as error:
            self.fail(name, error)
            self._end(name, "interrupted" if isinstance(error, InterruptedRunError) else "failed", started)
            raise
        except KeyboardInterrupt as error:
            stop = InterruptedRunError(f"Interrupted during {name}.", f"Files written so far are in {self.path}.")
            self.fail(name, stop)
            self._end(name, "interrupted", started)
            raise stop from error
        self._end(name, "done", started)

    def fail(self, step: str, error: NsysToolsError) -> None:
        """Record a failure, unless a child process already recorded a more precise one."""
        if self.status["state"] in ("failed", "interrupted"):
            return
        state = "interrupted" if isinstance(error, InterruptedRunError) else "failed"
        self._save(state=state, step=step, message=without_home(error.message), hint=without_home(error.hint))

    def finish(self) -> None:
        """Record that all steps are done."""
        self._save(state="done", step="", message="", hint="")

    def failure(self) -> NsysToolsError | None:
        """Return the failure recorded in ``status.json``, or None."""
        status = self.status
        if status["state"] not in ("failed", "interrupted"):
            return None
        kind = InterruptedRunError if status["state"] == "interrupted" else NsysToolsError
        return kind(status["message"], status["hint"])

    def _end(self, name: str, state: str, started: float) -> None:
        seconds = round(time.monotonic() - started, 3)
        self._save(steps=[*self.status["steps"], {"name": name, "state": state, "seconds": seconds}])

    def _save(self, **changes: Any) -> None:
        self._status = {**self._read(), **changes}
        write_json(self.path / "status.json", self._status)
