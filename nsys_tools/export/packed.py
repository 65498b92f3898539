"""Protocol buffers of many rows at once: each row is a message, and its fields are columns of numbers.

Wire format: https://protobuf.dev/programming-guides/encoding. A field is a key (number << 3 | kind) and its value: kind
0 is a varint, 1 are eight bytes, 2 is a length and as many bytes.
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
    """Bytes of rows: as wide as the longest may be, and which of them count.

    Attributes
    ----------
    data
        Bytes, a row each.
    kept
        Which of them are there; none of a row that lacks the field.
    """

    data: NDArray[np.uint8]
    kept: Flags

    @property
    def lengths(self) -> Numbers:
        """How many bytes each row has."""
        return np.asarray(self.kept.sum(axis=1), dtype=np.int64)

    def tobytes(self) -> bytes:
        """Return the rows one after the other."""
        return self.data[self.kept].tobytes()

    def where(self, present: Flags | None) -> Packed:
        """Return the rows, with nothing where they are not `present`."""
        return self if present is None else Packed(self.data, self.kept & present[:, None])


def varint(number: int) -> bytes:
    """Return one number as a varint; a negative one is that of 64 bits, as protocol buffers have it."""
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= _BITS
    return bytes([*found, number])


def field(number: int, value: int | str | bytes) -> bytes:
    """Return one field: a varint for a number, else text or a message with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def constant(count: int, content: bytes) -> Packed:
    """Return the same bytes in each row."""
    row = np.frombuffer(content, dtype=np.uint8)
    return Packed(np.broadcast_to(row, (count, len(row))), np.ones((count, len(row)), dtype=np.bool_))


def varints(values: Numbers) -> Packed:
    """Return a column of numbers as varints."""
    left = values.astype(np.uint64)  # a negative number becomes that of 64 bits
    width = max(1, -(-int(left.max(initial=0)).bit_length() // _BITS))
    data = np.empty((len(values), min(width, _LAST_BYTE)), dtype=np.uint8)
    kept = np.empty(data.shape, dtype=np.bool_)
    for place in range(data.shape[1]):
        kept[:, place] = left != 0 if place else True
        rest = left >> np.uint64(_BITS)
        data[:, place] = (left & np.uint64(127)).astype(np.uint8) | ((rest != 0).astype(np.uint8) << 7)
        left = rest
    return Packed(data, kept)


def fixed64(values: Numbers) -> Packed:
    """Return a column of numbers in eight bytes each."""
    data = np.ascontiguousarray(values.astype("<u8")).view(np.uint8).reshape(-1, 8)
    return Packed(data, np.ones(data.shape, dtype=np.bool_))


def joined(parts: Sequence[Packed]) -> Packed:
    """Return the parts of each row one after the other."""
    return Packed(
        np.concatenate([part.data for part in parts], axis=1), np.concatenate([part.kept for part in parts], axis=1)
    )


def column(number: int, values: Numbers, present: Flags | None = None) -> Packed:
    """Return a field with a varint of its own in each row that is `present`; in all, for None."""
    key = constant(len(values), varint(number << 3))
    return joined([key, varints(values if present is None else np.where(present, values, 0))]).where(present)


def fixed_column(number: int, values: Numbers, present: Flags) -> Packed:
    """Return a field of eight bytes in each row that is `present`."""
    return joined([constant(len(values), varint(number << 3 | 1)), fixed64(values)]).where(present)


def message(number: int, parts: Sequence[Packed], present: Flags | None = None) -> Packed:
    """Return a message of its own in each row that is `present`, with its length."""
    content = joined(parts)
    key = constant(len(content.data), varint(number << 3 | 2))
    return joined([key, varints(content.lengths), content]).where(present)
