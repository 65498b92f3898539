"""Concurrent processes: on one empty cache, on one damaged cache, and with one output folder for all their reports."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.torture.answers import COMMANDS, Alone, arguments, left_in_scratch, written
from tests.torture.frame import Case, Done, Fault, Section, Verdict, changed, command, faults_of

WAVES, WAVE = 30, 10
DAMAGED_WAVES = 5
RIVALRIES, RIVALS = 5, 4


def _wave(alone: Alone, names: Sequence[str], folder: Path) -> list[tuple[Fault, str]]:
    """Start commands at once, each in a separate folder, with the cache in `folder`; return their faults."""
    places = [folder / f"run{number}" for number in range(len(names))]
    for place in places:
        place.mkdir()
    with ThreadPoolExecutor(len(names)) as pool:
        started = [
            pool.submit(command, *arguments(name, alone.trace), cwd=place, cache=folder / "cache")
            for name, place in zip(names, places, strict=True)
        ]
        ended = [one.result() for one in started]
    faults = changed(alone.before)
    for name, place, done in zip(names, places, ended, strict=True):
        faults += alone.compared(name, done, place) + left_in_scratch(place)
    drafts = [path.name for path in (folder / "cache").rglob("*.tmp")]
    return faults + [(Fault.LEFT_BEHIND, f"cache/{name}") for name in drafts]


def _damage(cache: Path, chance: random.Random) -> None:
    """Damage every second file of a cache."""
    files = sorted(path for path in cache.rglob("*") if path.is_file())
    for file in chance.sample(files, len(files) // 2):
        content = file.read_bytes()
        match chance.randrange(5):
            case 0:
                file.write_bytes(b"")
            case 1:
                file.write_bytes(content[: chance.randrange(len(content))])
            case 2:
                file.write_bytes(chance.randbytes(len(content)))
            case 3:
                at = chance.randrange(len(content))
                file.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
            case _:
                file.unlink()
                file.mkdir()


def _rivalry(alone: Alone, folder: Path) -> Verdict:
    """Let several processes write their report into one folder: one succeeds, the others report an error."""
    with ThreadPoolExecutor(RIVALS) as pool:
        asked = arguments("analyze", alone.trace)
        started = [pool.submit(command, *asked, cwd=folder, cache=folder / "tmp" / "cache") for _ in range(RIVALS)]
        ended: list[Done] = [one.result() for one in started]
    faults = changed(alone.before)
    for done in ended:
        faults += faults_of(done, allowed=(0, 1))
    if [done.returncode for done in ended].count(0) != 1:
        faults.append((Fault.LOST_FILE, f"{[done.returncode for done in ended]}: not exactly one has won"))
    silent = [done for done in ended if done.returncode and "out" not in done.stderr]
    faults += [(Fault.EXIT_CODE, f"says nothing of the folder: {done.stderr}") for done in silent]
    if written(folder) != alone.answers["analyze"].files:
        faults.append((Fault.WRONG_FIGURE, f"the folder is not a single report: {sorted(written(folder))}"))
    return Verdict("one report of several rivals", tuple(faults))


def _cases(seed: int, shared: Path) -> list[Case]:
    alone = Alone(shared)

    def cold(number: int, folder: Path) -> Verdict:
        names = random.Random(f"{seed}/{number}").choices(list(COMMANDS), k=WAVE)
        return Verdict(f"{WAVE} runs on a cold cache answered", tuple(_wave(alone, names, folder)))

    def damaged(number: int, folder: Path) -> Verdict:
        chance = random.Random(f"{seed}/damaged/{number}")
        first = folder / "first"
        first.mkdir()
        faults = _wave(alone, list(COMMANDS), first)
        (first / "cache").rename(folder / "cache")
        _damage(folder / "cache", chance)
        faults += _wave(alone, chance.choices(list(COMMANDS), k=WAVE), folder)
        return Verdict(f"{WAVE} runs on a damaged cache answered", tuple(faults))

    return [
        *(Case(f"cold cache {n}", lambda folder, n=n: cold(n, folder)) for n in range(WAVES)),  # type: ignore[misc]
        *(Case(f"damaged cache {n}", lambda folder, n=n: damaged(n, folder)) for n in range(DAMAGED_WAVES)),  # type: ignore[misc]
        *(Case(f"one folder {n}", lambda folder: _rivalry(alone, folder)) for n in range(RIVALRIES)),
    ]


SECTION = Section("concurrency", f"{WAVES * WAVE} concurrent runs, rivals for one folder", _cases)
