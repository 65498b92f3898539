"""Damaged bytes: headers, cell pointers, the table list, free pages, zeroed blocks, truncation, flipped bits."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from nsys_tools.synthetic.sample import build_sample
from tests.torture.frame import Case, Section, Verdict
from tests.torture.traces import PAGE, ask, judge, rows

EACH = 28
"""Cases of each kind: eight kinds make 224."""
Damage = Callable[[bytearray, random.Random], None]


def _page(content: bytearray, chance: random.Random) -> int:
    return chance.randrange(1, len(content) // PAGE) * PAGE


def _flip(content: bytearray, at: int, chance: random.Random) -> None:
    content[at] ^= 1 << chance.randrange(8)


def flipped_bit(content: bytearray, chance: random.Random) -> None:
    """Flip a bit anywhere."""
    _flip(content, chance.randrange(len(content)), chance)


def file_header(content: bytearray, chance: random.Random) -> None:
    """Flip a bit in the file header."""
    _flip(content, chance.randrange(100), chance)


def page_header(content: bytearray, chance: random.Random) -> None:
    """Flip a bit in a page header."""
    _flip(content, _page(content, chance) + chance.randrange(12), chance)


def cell_pointer(content: bytearray, chance: random.Random) -> None:
    """Flip a bit in one of the first pointers of a page."""
    _flip(content, _page(content, chance) + 8 + chance.randrange(40), chance)


def table_list(content: bytearray, chance: random.Random) -> None:
    """Flip a bit in the table list."""
    start = int.from_bytes(content[105:107], "big")
    _flip(content, chance.randrange(start, PAGE), chance)


def garbage(content: bytearray, chance: random.Random) -> None:
    """Overwrite some bytes."""
    at, length = chance.randrange(100, len(content) - 600), chance.choice((4, 16, 64, 512))
    content[at : at + length] = chance.randbytes(length)


def zeroed_block(content: bytearray, chance: random.Random) -> None:
    """Zero a disk block."""
    length = chance.choice((512, 4096, 16384))
    at = chance.randrange(0, len(content) // 512 - 1) * 512
    content[at : at + length] = bytes(len(content[at : at + length]))


def cut_end(content: bytearray, chance: random.Random) -> None:
    """Truncate the file; sometimes its header does not show it."""
    if chance.random() < 0.5:
        content[92:96] = bytes(4)
    del content[chance.randrange(1, len(content)) :]


KINDS: Sequence[Damage] = (
    flipped_bit, file_header, page_header, cell_pointer, table_list, garbage, zeroed_block, cut_end
)  # fmt: skip


def cases(seed: int, folder: Path) -> Sequence[Case]:
    """Return the cases, the same number of each kind."""
    trace = folder / "whole.sqlite"
    build_sample(trace)
    with closing(sqlite3.connect(trace)) as database:  # leaves free pages
        database.executescript("CREATE TABLE gone AS SELECT * FROM NVTX_EVENTS; DROP TABLE gone")
    whole, counts, content = ask(trace, folder), rows(trace), trace.read_bytes()

    def case(damage: Damage, number: int) -> Case:
        name = f"{damage.__name__} {number}"

        def run(place: Path) -> Verdict:
            changed = bytearray(content)
            damage(changed, random.Random(f"{seed} {name}"))
            path = place / f"{name.replace(' ', '_')}.sqlite"
            path.write_bytes(changed)
            return judge(path, place, whole, counts)

        return Case(name, run)

    return [case(damage, number) for damage in KINDS for number in range(EACH)]


SECTION = Section("damages", "Damaged bytes", cases)
