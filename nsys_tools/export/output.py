"""The output file of a timeline. It is written atomically, compressed if its name ends in .gz, and reproducible."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from nsys_tools.files import new_file

_LEVEL = 3
_BUFFER = 1 << 20


@contextmanager
def opened(file: Path, *, force: bool, inputs: Sequence[Path]) -> Iterator[BinaryIO]:
    """Yield a stream that becomes a file if the ``with`` block succeeds.

    Raises
    ------
    NsysToolsError
        If the file exists and must not be replaced, is an input file, or cannot be written.
    """
    with new_file(file, force=force, inputs=inputs) as draft, draft.open("wb", buffering=_BUFFER) as raw:
        if file.suffix != ".gz":
            yield raw
            return
        # The header has no name and no time, so that equal timelines give equal files.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as packed:
            yield cast(BinaryIO, packed)
