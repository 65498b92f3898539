"""Write the generated files: ``python -m tests.generate`` (``make docs``); ``--check`` lists stale files instead."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from nsys_tools.synthetic.sample import build_sample
from tests.docs.drawings import drawings
from tests.docs.reference import reference_pages

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "capture" / "samples" / "sample.sqlite"


def generated() -> dict[Path, str]:
    """Return the generated text files: the reference pages and the drawings of the concepts."""
    return {**reference_pages(), **drawings()}


def stale() -> list[Path]:
    """Return the generated files that are out of date or that are no longer generated."""
    made = generated()
    changed = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    present = (REPOSITORY / "docs" / "reference").rglob("*.md")
    return changed + [path for path in present if path not in made]


def write_sample(path: Path) -> None:
    """Write the sample trace unless it is unchanged, so that a file with the same bytes is not replaced."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        build_sample(made)
        if not path.is_file() or path.read_bytes() != made.read_bytes():
            path.write_bytes(made.read_bytes())


def main() -> int:
    """Write all generated files, or list the stale ones."""
    if "--check" in sys.argv:
        found = stale()
        for path in found:
            print(f"{path.relative_to(REPOSITORY)}: stale or no longer generated; run make docs", file=sys.stderr)
        return 1 if found else 0
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in stale():
        path.unlink()
    write_sample(SAMPLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
