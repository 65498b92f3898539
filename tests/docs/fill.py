"""Fill in the output of the commands on the pages: ``python -m tests.docs.fill [PAGE...]`` (``make docs``)."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.docs.blocks import pages, rewritten
from tests.docs.running import Folder
from tests.docs.traces import write_traces


def filled(page: Path, folder: Path, traces: Path) -> str:
    """Return a page with the current output of its commands."""
    return rewritten(page.read_text(encoding="utf-8"), Folder(folder, traces).block)


def main(given: list[str]) -> None:
    """Fill in the given pages, or all."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["NSYS_TOOLS_CACHE"] = f"{scratch}/cache"
        traces = Path(scratch) / "traces"
        write_traces(traces)
        for number, page in enumerate([Path(name).resolve() for name in given] or pages()):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            before = page.read_text(encoding="utf-8")
            try:
                now = filled(page, folder, traces)
            except Exception as error:
                raise SystemExit(f"{page}: {error}") from error
            if now != before:
                page.write_text(now, encoding="utf-8")
                print(f"{page.name}: filled in")


if __name__ == "__main__":
    main(sys.argv[1:])
