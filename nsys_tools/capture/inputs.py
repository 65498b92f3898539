"""Find or draw the pages of a run, check them, and list them in ``inputs.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from nsys_tools.capture import pages
from nsys_tools.capture.options import Options
from nsys_tools.capture.run_folder import RunFolder


def gather(options: Options, folder: RunFolder, size: tuple[int, int]) -> list[pages.Page]:
    """Find or draw the pages of a run, check each page, and write ``inputs.yaml``.

    Parameters
    ----------
    options
        ``pages`` and ``page_size`` select the pages.
    folder
        Run folder. Drawn pages are written to its ``inputs/``.
    size
        Width and height of drawn pages if ``page_size`` is empty.

    Raises
    ------
    NsysToolsError
        If there are no pages, or a page is corrupt.
    """
    source = options.pages
    if source.lstrip("-").isdigit():
        if options.page_size:
            width, height = options.page_size.split("x")
            size = (int(width), int(height))
        root = folder.file("inputs")
        paths = pages.draw(root, int(source), size, options.seed)
    else:
        root = Path(source).expanduser()
        paths = pages.find(root)
    checked = [pages.check(path) for path in paths]
    text = yaml.safe_dump(record(root, checked), sort_keys=False, allow_unicode=True)
    folder.file("inputs.yaml").write_text(text, encoding="utf-8")
    return checked


def record(root: Path, checked: Sequence[pages.Page]) -> dict[str, Any]:
    """Return the content of ``inputs.yaml``."""
    return {
        "dataset_root": str((root if root.is_dir() else root.parent).resolve()),
        "count": len(checked),
        "images": [
            {
                "path": str(page.path),
                "width": page.width,
                "height": page.height,
                "bytes": page.bytes,
                "sha256": page.sha256,
            }
            for page in checked
        ],
    }
