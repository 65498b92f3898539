"""The benchmark traces: generated when needed, or stored in a folder for the next run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nsys_tools.synthetic.job import JobPlan, build_job
from nsys_tools.synthetic.large import Shape, build_large

PLAIN, RANKS, OPERATORS = Shape(), Shape(ranks=8), Shape(operators=True)
SHAPES = {PLAIN: "", RANKS: ", 8 ranks", OPERATORS: ", operators"}
_PER_STEP = 50
_FILES = 8


@dataclass(frozen=True)
class Place:
    """Where a run works.

    Attributes
    ----------
    work
        Folder for caches and outputs, initially empty and removed afterwards.
    kept
        Folder for traces that are reused; None to remove each after use.
    """

    work: Path
    kept: Path | None = None

    @contextmanager
    def trace(self, count: int, shape: Shape = PLAIN) -> Iterator[Path]:
        """Yield a trace with the given number of kernels."""
        name = f"{count}{SHAPES[shape].replace(', ', '-').replace(' ', '-')}.sqlite"
        path = (self.kept or self.work) / name
        if not path.exists():
            draft = path.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            build_large(draft, count, shape)
            draft.rename(path)
        yield path
        if self.kept is None:
            path.unlink()

    @contextmanager
    def job(self, count: int) -> Iterator[Path]:
        """Yield a folder with the traces of eight ranks that have the given number of kernels together."""
        folder = self.work / "job"
        folder.mkdir()
        steps = max(count // _FILES // _PER_STEP, 3)
        build_job(folder, JobPlan(files=_FILES, processes=1, steps=steps, kernels=_PER_STEP - 2))
        yield folder
        shutil.rmtree(folder)

    @contextmanager
    def cache(self) -> Iterator[Path]:
        """Yield an empty cache."""
        folder = self.work / "cache"
        folder.mkdir()
        yield folder
        shutil.rmtree(folder)
