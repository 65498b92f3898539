"""Kernel labels next to kernel names, in every query that names kernels."""

from __future__ import annotations

from pathlib import Path

import nsys_tools as nt
from nsys_tools.session import catalogue
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import answer, build, launch, text

ADD = "void at::native::vectorized_elementwise_kernel<(int)4, at::native::CUDAFunctor_add<float>>(int, T2)"


def test_kernel_label(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        launch(b, 0, 0, 2, name=ADD)
        launch(b, 10, 10, 15, name="f<a::b>(int)")
        launch(b, 20, 20, 21, name="f<c::b>(int)")

    assert answer(build(tmp_path, fill), "kernel_label") == text(
        f"""
        name,label
        f<a::b>(int),f b
        f<c::b>(int),f b #2
        "{ADD}",vec_elem add f32 4
        """
    )


def test_names_beyond_the_labeled_are_cut(tmp_path: Path) -> None:
    long = "k" * 40 + "<int>" + "z" * 40

    def fill(b: TraceBuilder) -> None:
        for n in range(20_001):
            launch(b, 10 * n, 10 * n, 10 * n + 5, name=f"f{n}")
        launch(b, 300_000, 300_000, 300_001, name=long)

    with nt.open(build(tmp_path, fill), cache=False) as session:
        assert len(session.query("kernel_label")) == 20_000
        found = {row["name"]: row["label"] for row in session.query("kernel_summary")}
    assert found["f20000"] == "f20000"
    assert found[long] == f"{'k' * 24}…{'z' * 23}"


def test_queries_that_name_kernels_have_labels() -> None:
    named = {
        query.name
        for query in catalogue.queries().values()
        for column in query.columns
        if column.name in {"name", "kernel"} and "kernel" in column.meaning + query.name and not query.renamed
    }
    without = {
        name for name in named if all(column.name != "label" for column in catalogue.find(name).columns)
    }  # fmt: skip
    # Exceptions: reports and recipes have NVIDIA's columns; ncu's own names; comparisons join by name; one is for
    # captures.
    kept = {name for name in without if name.startswith(("stats_", "recipe_", "change_", "capture_", "ncu_metric"))}
    assert without - kept == {"communication", "gpu_operation", "ncu_kernel", "roofline_point"}
