"""Vectorized encoding of protocol buffers. Each row is a message, and its fields are columns of numbers.

Wire format: https://protobuf.dev/programming-guides/encoding. A field is a key (number << 3 | kind) and its value.
Kind 0 is a varint, 1 is eight bytes, and 2 is a length followed by that number of bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
_LAST_BYTE, _BITS = 10, 7


@dataclass(frozen=True)
class Packed:
    """Encoded rows as adjacent blocks. A block is as wide as its longest row.

    Attributes
    ----------
    blocks
        Bytes of each row, and a mask of the bytes in use. A row without the field uses no bytes.
    lengths
        Total number of bytes of each row.
    """

    blocks: tuple[tuple[NDArray[np.uint8], Flags], ...]
    lengths: Numbers

    def tobytes(self) -> bytes:
        """Return the concatenated rows."""
        data = np.concatenate([data for data, _ in self.blocks], axis=1)
        kept = np.concatenate([kept for _, kept in self.blocks], axis=1)
        found: bytes = data[kept].tobytes()
        return found

    def where(self, present: Flags | None) -> Packed:
        """Return the rows. Rows that are not `present` become empty."""
        if present is None or present.all():
            return self
        blocks = tuple((data, kept & present[:, None]) for data, kept in self.blocks)
        return Packed(blocks, np.where(present, self.lengths, 0))


def varint(number: int) -> bytes:
    """Return one number as a varint. A negative number is encoded as an unsigned 64-bit number."""
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= _BITS
    return bytes([*found, number])


def field(number: int, value: int | str | bytes) -> bytes:
    """Return one field: a varint for a number, or a length-delimited value for a text or message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def constant(count: int, content: bytes) -> Packed:
    """Return rows that all contain the same bytes."""
    row = np.frombuffer(content, dtype=np.uint8)
    shape = (count, len(row))
    kept = np.broadcast_to(np.True_, shape)
    return Packed(((np.broadcast_to(row, shape), kept),), np.full(count, len(row), dtype=np.int64))


def varints(values: Numbers) -> Packed:
    """Return a column of numbers as varints."""
    left = values.astype(np.uint64)  # a negative number becomes an unsigned one of 64 bits
    width = max(1, -(-int(left.max(initial=0)).bit_length() // _BITS))
    data = np.empty((len(values), min(width, _LAST_BYTE)), dtype=np.uint8)
    kept = np.empty(data.shape, dtype=np.bool_)
    lengths = np.zeros(len(values), dtype=np.int64)
    for place in range(data.shape[1]):
        kept[:, place] = left != 0 if place else True
        lengths += kept[:, place]
        rest = left >> np.uint64(_BITS)
        data[:, place] = (left & np.uint64(127)).astype(np.uint8) | ((rest != 0).astype(np.uint8) << 7)
        left = rest
    return Packed(((data, kept),), lengths)


def fixed64(values: Numbers) -> Packed:
    """Return a column of numbers, eight bytes each."""
    data = np.ascontiguousarray(values.astype("<u8")).view(np.uint8).reshape(-1, 8)
    return Packed(((data, np.broadcast_to(np.True_, data.shape)),), np.full(len(values), 8, dtype=np.int64))


def joined(parts: Sequence[Packed]) -> Packed:
    """Return the concatenated parts of each row."""
    lengths = np.sum([part.lengths for part in parts], axis=0)
    return Packed(tuple(block for part in parts for block in part.blocks), lengths)


def column(number: int, values: Numbers, present: Flags | None = None) -> Packed:
    """Return a varint field for each row that is `present`. None means that all rows are present."""
    key = constant(len(values), varint(number << 3))
    return joined([key, varints(values if present is None else np.where(present, values, 0))]).where(present)


def fixed_column(number: int, values: Numbers, present: Flags) -> Packed:
    """Return an eight-byte field for the rows that are `present`."""
    return joined([constant(len(values), varint(number << 3 | 1)), fixed64(values)]).where(present)


def message(number: int, parts: Sequence[Packed], present: Flags | None = None) -> Packed:
    """Return a length-delimited message for each row that is `present`."""
    content = joined(parts)
    key = constant(len(content.lengths), varint(number << 3 | 2))
    return joined([key, varints(content.lengths), content]).where(present)
