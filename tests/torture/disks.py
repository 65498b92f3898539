"""Full disks and read-only media, for the trace, the cache, the temporary files and the output.

The disks are mounted, because permissions do not stop a privileged user, for example in a container.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import copyfile, copytree

from tests.torture.answers import Alone, arguments, written
from tests.torture.frame import Case, Done, Fault, Section, Verdict, changed, command, faults_of

SIZES_KIB = (0, 8, 32, 128, 512, 2048, 16384)
"""Free space; the last is enough for everything."""
PARTS = {
    "cache": ("analyze", "stats to files", "sql"),
    "tmp": ("analyze", "stats", "sql to a file"),
    "out": ("analyze", "stats to files", "sql to a file", "sql to parquet", "sql to sqlite"),
}
FILLING = "filling"
NOT_MOUNTED = Verdict("skipped: mounting a tmpfs is not permitted here")


@contextmanager
def disk(place: Path, size_kib: int) -> Iterator[bool]:
    """Yield a disk of the given size at a path, and whether mounting was permitted; the smallest disks are full."""
    place.mkdir()
    # A page is the minimum, and 0 would mean no limit.
    mount = ["mount", "-t", "tmpfs", "-o", f"size={max(size_kib, 4)}k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        if size_kib == 0:
            (place / FILLING).write_bytes(bytes(4096))
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _protect(place: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


def _judged(alone: Alone, name: str, done: Done, cwd: Path, part: str) -> Verdict:
    """Return the faults of a command without disk space: it must answer, or report an error and leave nothing."""
    faults = [*changed(alone.before), *faults_of(done, allowed=(0, 1))]
    scratch = cwd.parent / ("tmp" if part == "tmp" else "usual tmp")
    faults += [(Fault.LEFT_BEHIND, f"{name}: TMPDIR/{path.name}") for path in scratch.iterdir() if path.name != FILLING]
    left = {file: digest for file, digest in written(cwd).items() if file != FILLING}
    if done.returncode == 0:
        if done.stdout != alone.answers[name].stdout or left != alone.answers[name].files:
            faults.append((Fault.WRONG_FIGURE, f"{name}: another answer than with space"))
        said = [line for line in done.stderr.splitlines() if "cache" in line.lower()]
        if len(said) > 1:
            faults.append((Fault.EXIT_CODE, f"{name}: says it {len(said)} times: {said[:2]}"))
        return Verdict("answered as with space", tuple(faults))
    if part == "cache":
        faults.append((Fault.EXIT_CODE, f"{name}: a cache must only cost time: {done.stderr[-300:]}"))
    if not done.stderr.startswith("nsys-tools: "):
        faults.append((Fault.EXIT_CODE, f"{name}: no sentence: {done.stderr[-300:]}"))
    # Files that were written completely before the disk was full remain.
    if not left.items() <= alone.answers[name].files.items() or (name != "stats to files" and left):
        faults.append((Fault.LEFT_BEHIND, f"{name}: {sorted(left)[:5]}"))
    return Verdict("one sentence, nothing left", tuple(faults))


def _run(alone: Alone, name: str, folder: Path, part: str, trace: Path | None = None) -> tuple[Done, Path]:
    """Run a command with one part of its environment on the disk that is mounted in `folder`."""
    places = {place: folder / (place if place == part else f"usual {place}") for place in PARTS}
    for place in places.values():
        place.mkdir(exist_ok=True)
    cwd = places["out"]
    environment = {"TMPDIR": str(places["tmp"])} if part == "tmp" else {"TMPDIR": str(folder / "usual tmp")}
    words = [str(trace) if word == str(alone.trace) and trace else word for word in arguments(name, alone.trace)]
    done = command(*words, cwd=cwd, cache=places["cache"], environment=environment)
    return done, cwd


def _full(alone: Alone, name: str, part: str, size_kib: int, folder: Path) -> Verdict:
    with disk(folder / part, size_kib) as is_mounted:
        if not is_mounted:
            return NOT_MOUNTED
        return _judged(alone, name, *_run(alone, name, folder, part), part)


def _protected(alone: Alone, name: str, part: str, folder: Path) -> Verdict:
    """Run a command with one part on a medium that can only be read; a cache there has what another run left."""
    with disk(folder / part, SIZES_KIB[-1]) as is_mounted:
        if not is_mounted:
            return NOT_MOUNTED
        trace = alone.trace
        if part == "trace":
            trace = folder / part / alone.trace.name
            copyfile(alone.trace, trace)
        if part == "cache":
            copytree(alone.trace.parent / "cache of stats to files", folder / part, dirs_exist_ok=True)
        if part == "out":
            (folder / part / "tmp").mkdir()
        _protect(folder / part)
        return _judged(alone, name, *_run(alone, name, folder, part, trace), part)


def _cases(_: int, shared: Path) -> list[Case]:
    alone = Alone(shared)
    cases = [
        Case(f"{name}: {size} KiB for {part}", partial(_full, alone, name, part, size))
        for part, names in PARTS.items()
        for name in names
        for size in SIZES_KIB
    ]
    return cases + [
        Case(f"{name}: {part} is read-only", partial(_protected, alone, name, part))
        for part, names in {"trace": PARTS["out"], **PARTS}.items()
        for name in names
    ]


SECTION = Section("disks", "full disks and read-only media", _cases)
