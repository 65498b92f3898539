"""Processes that are ended while they work: by kill -9, which they cannot catch, and by signals that they handle."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.torture.answers import Alone, arguments, left_in_scratch, written
from tests.torture.frame import TIMEOUT_SECONDS, Case, Fault, Section, Verdict, changed, command, start

KILLED = ("analyze", "stats to files", "sql to a file")
MOMENTS = 60
"""How many moments are tried with kill -9; with less load a command is over before the last ones."""
SPREAD = 0.85
"""The last moment, as a share of the time that the command takes alone."""
SIGNALED_MOMENTS = 8
ENDS_WITHIN_SECONDS = 1.0
BUSY_SECONDS = 1.0
"""What the other cases, which run at the same time, may add to that."""


def _at(begin: float, seconds: float) -> None:
    time.sleep(max(0.0, begin + seconds - time.perf_counter()))


def _killed(alone: Alone, name: str, share: float, folder: Path) -> Verdict:
    """Kill a command; its files must be complete, and the next run must be correct with the remaining cache."""
    first, cache = folder / "first", folder / "cache"
    first.mkdir()
    process = start(*arguments(name, alone.trace), cwd=first, cache=cache)
    _at(time.perf_counter(), share * alone.seconds[name])
    process.kill()
    process.communicate()
    was_over = process.returncode == 0
    visible = {file: digest for file, digest in written(first).items() if ".nsys-tools-" not in file}
    expected = alone.answers[name].files
    faults = changed(alone.before)
    if not visible.items() <= expected.items() or (name == "analyze" and visible not in ({}, expected)):
        faults.append((Fault.WRONG_FIGURE, f"{name}: half an output after {share:.0%}: {sorted(visible)}"))
    after = folder / "after"
    after.mkdir()
    faults += alone.compared(name, command(*arguments(name, alone.trace), cwd=after, cache=cache), after)
    return Verdict("was over already" if was_over else "killed; the next run was right", tuple(faults))


def _listens(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Return whether a process has a handler for a signal; before that, the interpreter is still starting."""
    status = Path(f"/proc/{process.pid}/status")
    try:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    except (OSError, StopIteration):
        return True
    return bool(int(caught.split()[1], 16) & 1 << number - 1)


def _signaled(alone: Alone, name: str, number: signal.Signals, share: float, folder: Path) -> Verdict:
    """Send a signal; the command must end at once with 128 + signal and leave nothing behind."""
    process = start(*arguments(name, alone.trace), cwd=folder, cache=folder / "tmp" / "cache")
    (folder / "tmp" / "cache").mkdir()
    begin = time.perf_counter()
    while not _listens(process, signal.SIGTERM) and time.perf_counter() - begin < TIMEOUT_SECONDS:
        time.sleep(0.005)
    _at(time.perf_counter(), share * alone.seconds[name])
    sent = time.perf_counter()
    process.send_signal(number)
    try:
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Verdict("hangs", ((Fault.HANG, f"{name}: {number.name} after {share:.0%}"),))
    took = time.perf_counter() - sent
    told = f"{name}: {number.name} after {share:.0%}: {errors.decode(errors='replace')[-300:]}"
    faults = changed(alone.before)
    faults += [fault for fault in left_in_scratch(folder) if fault[1] != "TMPDIR/cache"]
    if b"Traceback" in errors:
        faults.append((Fault.TRACEBACK, told))
    if process.returncode == 0:
        return Verdict("was over already", tuple(faults))
    if process.returncode != 128 + number:
        faults.append((Fault.EXIT_CODE, f"{process.returncode}: {told}"))
    if took > ENDS_WITHIN_SECONDS + BUSY_SECONDS:
        faults.append((Fault.HANG, f"{took:.1f} s: {told}"))
    drafts = [file for file in written(folder) if ".nsys-tools-" in file]
    drafts += [path.name for path in (folder / "tmp" / "cache").rglob("*.tmp")]
    faults += [(Fault.LEFT_BEHIND, f"{file}: {told}") for file in drafts]
    return Verdict(f"ended with 128 + {number.name}", tuple(faults))


def _cases(_: int, shared: Path) -> list[Case]:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell does this for background processes
        signal.signal(signal.SIGINT, signal.default_int_handler)
    alone = Alone(shared)
    cases = []

    def add(name: str, run: Callable[[Path], Verdict]) -> None:
        cases.append(Case(name, run))

    for moment in range(MOMENTS):
        name, share = KILLED[moment % len(KILLED)], SPREAD * moment / MOMENTS
        add(f"kill -9 of {name} after {share:.0%}", partial(_killed, alone, name, share))
    for number in (signal.SIGINT, signal.SIGTERM):
        for moment in range(SIGNALED_MOMENTS):
            name, share = KILLED[moment % len(KILLED)], SPREAD * moment / SIGNALED_MOMENTS
            add(f"{number.name} to {name} after {share:.0%}", partial(_signaled, alone, name, number, share))
    return cases


SECTION = Section("kills", f"kill -9 at {MOMENTS} moments, SIGINT and SIGTERM", _cases)
