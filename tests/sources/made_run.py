"""A run folder with known truth: a predicted trace of DeepSeek-OCR, and the matching workload.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.model import architecture, database, gpus
from nsys_tools.model.schedule import Enter, Event, Leave, schedule
from nsys_tools.model.settings import settings
from nsys_tools.synthetic import prediction

GPU = "h200-sxm"


@dataclass(frozen=True)
class Page:
    """A page: columns and rows of its crops (1 x 1 is none), and the tokens generated for it."""

    columns: int
    rows: int
    new_tokens: int

    @property
    def crops(self) -> int:
        return self.columns * self.rows if self.columns * self.rows > 1 else 0

    @property
    def image_tokens(self) -> int:
        return 16 * 17 + 1 + ((10 * self.columns + 1) * 10 * self.rows if self.crops else 0)

    def assignments(self) -> tuple[str, ...]:
        """Return the model inputs that a user would give; the model's own formulas derive the tokens."""
        grid = (f"crop_columns={self.columns}", f"crop_rows={self.rows}")
        return (*grid, f"new_tokens={self.new_tokens}", "head_positions=1")

    def counted(self, repeat: int, batch: int) -> dict[str, Any]:
        """Return the counts that the workload script would write."""
        prompt = self.image_tokens + 10
        return {
            "repeat": repeat, "batch": batch, "sha256": "0" * 64, "crop_grid": [self.columns, self.rows],
            "crops": self.crops, "views": [], "image_tokens": self.image_tokens, "text_tokens": 10,
            "prompt_tokens": prompt, "padded_prompt_tokens": prompt, "head_positions": 1,
            "new_tokens": self.new_tokens, "decode_steps": self.new_tokens - 1, "cache_lengths": [],
        }  # fmt: skip


TWO = (Page(2, 3, 4), Page(1, 1, 3))


def write(folder: Path, pages: Sequence[Page] = TWO, repeats: int = 2, **changes: Any) -> Path:
    """Write the run folder; `changes` are merged into workload.json, None removes a key."""
    folder.mkdir()
    prediction.write(folder / "trace.sqlite", _events(pages, repeats), gpus.load(GPU))
    workload = {
        "format": "nsys-tools workload 1", "complete": True, "model": "deepseek-ocr", "class": "made.up.Model",
        "weights": "random, seed 0", "scale": "full", "parameters": 3_335_504_128, "dtype": "bfloat16",
        "device": "cuda", "attention": "sdpa", "batch_size": 1, "max_new_tokens": 4, "repeats": repeats, "warmup": 1,
        "nvtx": "op", "nvtx_recorded": True, "sync": False, "dimensions": {"base_size": 1024, "tile_size": 640},
        "images": [page.counted(n, batch) for n in range(repeats) for batch, page in enumerate(pages)],
        "ranges": {},
    } | changes  # fmt: skip
    kept = {key: value for key, value in workload.items() if value is not None}
    (folder / "workload.json").write_text(json.dumps(kept))
    (folder / "status.json").write_text(json.dumps({"state": "done", "step": "", "message": "", "steps": []}))
    environment = {"packages": {"torch": "2.99"}, "gpus": [{"driver_version": "999.1"}], "nsys": None}
    (folder / "env.json").write_text(json.dumps(environment))
    return folder


def _events(pages: Sequence[Page], repeats: int) -> Iterator[Event]:
    model, formulas = architecture.load("deepseek-ocr"), database.load()
    parts = [list(schedule(model, formulas, settings(model, assignments=p.assignments(), gpu=GPU))) for p in pages]
    for _ in range(repeats):
        yield Enter("repeat")
        for part in parts:
            yield Enter("image")
            yield from part
            yield Leave()
        yield Leave()
