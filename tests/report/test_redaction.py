"""File paths in names are reduced to their last component."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.paths import base_names
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/somebody/models/ocr.py", "ocr.py"),
        ("load /data/x/weights.safetensors now", "load weights.safetensors now"),
        ("~/models/a.py and ~/b.py", "a.py and b.py"),
        (r"C:\Users\somebody\run.py:12", "run.py:12"),
        ("file:///srv/share/page.png", "page.png"),
        ("outer//home/somebody/inner.py", "outer/inner.py"),
        ('open("/home/somebody/a b.txt")', 'open("a b.txt")'),
        # Not file paths: names of ranges, kernels and stages, and ratios.
        ("decode/step 3", "decode/step 3"),
        ("model.layers.0/self_attn", "model.layers.0/self_attn"),
        ("void gemm<float>(A*, B*) / 2", "void gemm<float>(A*, B*) / 2"),
        ("tokens/s", "tokens/s"),
        ("/", "/"),
        ("/root", "/root"),
        ("a ~ b", "a ~ b"),
    ],
)
def test_paths_lose_their_folders(text: str, expected: str) -> None:
    assert base_names(text) == expected


def test_no_folder_is_left_in_a_report(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "/home/somebody/secret/load.py", 0, 100)
        b.range(THREAD, "step", 5, 90)
        launch(b, 10, 200, 9_000, name="k</home/somebody/secret/kernel.cu>")
        launch(b, 20, 50_000, 70_000)

    path = build(tmp_path, fill)
    plain = run("analyze", str(path), "--out", "plain", "--no-cache", cwd=tmp_path)
    cut = run("analyze", str(path), "--out", "cut", "--redact-paths", "--no-cache", cwd=tmp_path)
    assert (plain.returncode, cut.returncode) == (0, 0), cut.stderr

    def holding(folder: str) -> set[str]:
        files = [file for file in (tmp_path / folder).rglob("*") if file.is_file()]
        return {file.suffix for file in files if b"somebody" in file.read_bytes()}

    assert {".md", ".json", ".csv", ".parquet"} <= holding("plain"), "the test can fail"
    assert holding("cut") == set()
    assert "load.py" in (tmp_path / "cut" / "report.md").read_text(encoding="utf-8")
