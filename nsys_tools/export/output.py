"""The file of a timeline: whole or not at all, packed where its name ends in .gz, and of the same bytes each time."""

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
    """Give a stream that becomes a file when the block ends well.

    Raises
    ------
    NsysToolsError
        If the file exists and is not to be replaced, is an input, or cannot be written.
    """
    with new_file(file, force=force, inputs=inputs) as draft, draft.open("wb", buffering=_BUFFER) as raw:
        if file.suffix != ".gz":
            yield raw
            return
        # Neither a name nor a time, so that equal timelines are equal files.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as packed:
            yield cast(BinaryIO, packed)
