"""The snippet in the documentation runs as written in a notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.generate import SAMPLE
from tests.sources import made_run

TRACE = """\
import nsys_tools as nt
s = nt.open("trace.sqlite", stages="stages.toml", model="deepseek-ocr", set={"pages": 2, "new_tokens": 13},
            gpu="h100-sxm", ncu="ncu.csv", callgraph="callgraph.json")
"""
RUN = """\
import nsys_tools as nt
s = nt.open("runs/20250131-120000-deepseek-ocr-full")
"""
ASKED = (
    's.query("stage_summary", stage="decode")',
    's.sql("SELECT count(*) AS kernels FROM kernel")',
    's.queries("stage")',
    's.describe("stage_summary")',
    "s.notes",
    's.stats("cuda_gpu_kern_sum:base")',
    "a = s.analyze(); a.findings",
    'a.tables["kernel_summary"]',
    'a.chart("stage_summary")',
    'a.write("report")',
)
NCU = (
    'import nsys_tools as nt\ns = nt.open("ncu.csv")', 's.query("ncu_kernel")',
    's.sql("SELECT metric, value, unit FROM ncu_metric LIMIT 5")', 's.queries("ncu")', 's.describe("ncu_kernel")',
    "s.notes",
)  # fmt: skip


def run(cells: tuple[str, ...], folder: Path) -> list[str]:
    """Execute cells in a folder; return the HTML or text of each last expression."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    nbformat.write(book, folder / "notebook.ipynb")
    shown = []
    for cell in book.cells:
        data = [out["data"] for out in cell.outputs if out.output_type == "execute_result"]
        shown.append(data[0].get("text/html", data[0].get("text/plain", "")) if data else "")
    return shown


@pytest.mark.parametrize("kind", ["trace", "run"])
def test_the_snippet_runs(tmp_path: Path, kind: str) -> None:
    if kind == "trace":
        for name in ("stages.toml", "ncu.csv", "callgraph.json"):
            shutil.copy(SAMPLE.with_name(name), tmp_path)
        shutil.copy(SAMPLE, tmp_path / "trace.sqlite")
    else:
        (tmp_path / "runs").mkdir()
        made_run.write(tmp_path / "runs" / "20250131-120000-deepseek-ocr-full")
    shown = run((TRACE if kind == "trace" else RUN, *ASKED), tmp_path)
    assert "<td" in shown[1]
    assert "decode" in shown[1]
    assert "kernels" in shown[2]
    assert "stage_summary" in shown[3]
    assert "Total Time (ns)" in shown[6]
    assert ("Finding(" in shown[7]) is (kind == "trace"), "nothing can be won in a predicted run"
    assert "vega" in shown[9]
    assert (tmp_path / "report" / "report.html").is_file()


def test_ncu_alone_in_a_notebook(tmp_path: Path) -> None:
    shutil.copy(SAMPLE.with_name("ncu.csv"), tmp_path)
    shown = run(NCU, tmp_path)
    assert "ncu.csv/0" in shown[1]
    assert "ncu_kernel" in shown[3]
