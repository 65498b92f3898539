"""Heat maps as pixel images. Drawing a thousand ranks as shapes would take ten megabytes."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[int, int, int]


def heat_map(values: NDArray[np.float64], low: Rgb, high: Rgb, missing: Rgb) -> str:
    """Return an image of a matrix, with one pixel per value, as a data URL.

    Parameters
    ----------
    values
        Values between 0 and 1, with the first row on top; NaN where there is no value.
    low, high, missing
        The colors for 0, for 1, and for a missing value.
    """
    share = np.clip(np.nan_to_num(values), 0, 1)[..., None]
    colors = np.asarray(low) + share * (np.asarray(high) - np.asarray(low))
    colors[np.isnan(values)] = missing
    png = base64.b64encode(_png(np.rint(colors).astype(np.uint8))).decode("ascii")
    return f"data:image/png;base64,{png}"


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG file, given an array of rows, columns and 3 color channels."""
    height, width, _ = pixels.shape
    # Each line begins with the number of its filter. 0 means no filter.
    lines = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 3)])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
