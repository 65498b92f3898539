"""Labels of kernels: a reviewed table, names in real traces, and pathological names."""

from __future__ import annotations

import csv
import gzip
import itertools
import re
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools.kernel_label import MOST, cut, label, labels
from nsys_tools.model import architecture, database, gpus
from nsys_tools.model.schedule import schedule
from nsys_tools.model.settings import settings
from nsys_tools.synthetic import prediction
from nsys_tools.synthetic.graphs import build_replays
from nsys_tools.synthetic.job import JobPlan, build_job
from nsys_tools.synthetic.large import build_large
from nsys_tools.synthetic.sample import build_sample
from tests.conftest import SHARED, SHARED_TRACES

with (Path(__file__).parent / "kernel_labels.csv").open(encoding="utf-8", newline="") as stream:
    TABLE = [(row["label"], row["name"]) for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]
LAMBDA = re.compile(r"instance \d+|#\d+")
SHARED_TABLES = (
    ("deepseek-ocr/nsys-kernel-sums/*.csv", "Name"),
    ("deepseek-ocr/ncu/*/ncu.details.csv", "Kernel Name"),
    ("traces/nsys-stats/*/cuda_gpu_kern_sum.csv.gz", "Name"),
    ("traces/nsys-recipes/cuda_gpu_kern_sum/*.csv.gz", "Name"),
)


@pytest.mark.parametrize(("expected", "name"), TABLE, ids=[expected for expected, _ in TABLE])
def test_label(expected: str, name: str) -> None:
    assert label(name) == expected
    assert len(expected) <= MOST


def test_no_two_names_of_the_table_have_one_label() -> None:
    """The table has variants of most kernels with a different type, tile, head size or functor."""
    assert len(TABLE) >= 350
    assert len({expected for expected, _ in TABLE}) == len(TABLE)


def assert_told_apart(names: Collection[str]) -> None:
    """Check that nearly all names of a trace that differ in more than a lambda's number have different labels."""
    assert names
    plain = {name: LAMBDA.sub("", name) for name in names}
    short = {name: label(name) for name in names}
    assert max(map(len, short.values())) <= MOST
    pairs = [pair for pair in itertools.combinations(names, 2) if plain[pair[0]] != plain[pair[1]]]
    equal = [pair for pair in pairs if short[pair[0]] == short[pair[1]]]
    assert len(equal) <= 0.02 * len(pairs), equal
    assert len(set(labels(names).values())) == len(names)


def kernels(path: Path) -> list[str]:
    """Return the kernel names of a trace."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as trace:
        rows = trace.execute(
            "SELECT DISTINCT s.value FROM CUPTI_ACTIVITY_KIND_KERNEL AS k JOIN StringIds AS s ON s.id = k.demangledName"
        )
        return [name for (name,) in rows]


@pytest.mark.parametrize("trace", SHARED_TRACES)
def test_kernels_of_a_trace_are_told_apart(trace: str) -> None:
    path = SHARED / "traces" / f"{trace}.sqlite"
    if not path.is_file():
        pytest.skip("../shared/traces is not here")
    assert_told_apart(kernels(path))


@pytest.mark.parametrize(("pattern", "column"), SHARED_TABLES, ids=[pattern for pattern, _ in SHARED_TABLES])
def test_kernels_of_a_shared_table_are_told_apart(pattern: str, column: str) -> None:
    folders: dict[Path, set[str]] = {}
    for path in sorted(SHARED.glob(pattern)):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            found = {row[column] for row in csv.DictReader(stream)}
        # ncu writes a folder per kernel; all folders belong to one run.
        folders.setdefault(path.parents[1] if "ncu" in path.parts else path, set()).update(found)
    if not folders:
        pytest.skip(f"../shared/{pattern} is not here")
    for names in folders.values():
        assert_told_apart(names)


def test_kernels_of_generated_traces_are_told_apart(tmp_path: Path) -> None:
    build_sample(tmp_path / "sample.sqlite")
    build_replays(tmp_path / "replays.sqlite", 20, 2)
    build_large(tmp_path / "large.sqlite", 500)
    model, gpu = architecture.load("deepseek-ocr"), "h200-sxm"
    formulas = database.load()
    events = schedule(model, formulas, settings(model, assignments=("decode_steps=2",), gpu=gpu))
    prediction.write(tmp_path / "prediction.sqlite", events, gpus.load(gpu))
    build_job(tmp_path, JobPlan(files=1, processes=2, steps=2))
    traces = sorted(tmp_path.rglob("*.sqlite"))
    assert len(traces) == 5
    for path in traces:
        assert_told_apart(kernels(path))


def test_a_label_takes_a_tenth_of_a_millisecond() -> None:
    """The test allows three times as long, because machines differ."""
    best = min(_seconds([name for _, name in TABLE]) for _ in range(3))
    assert best / len(TABLE) < 0.3e-3


def _seconds(names: Collection[str]) -> float:
    begin = time.process_time()
    for name in names:
        label(name)
    return time.process_time() - begin


def test_nsys_and_pytorch_spell_one_name_differently() -> None:
    nsys = "void k<(int)4, (bool)1, (cute::UMMA::Major)0, c10::Half, a::<unnamed>::b<(unsigned int)2>>(T1 *)"
    torch = "void k<4, true, (cute::UMMA::Major)0, c10::Half, a::(anonymous namespace)::b<2u> >(c10::Half*)"
    assert label(nsys) == label(torch) == "k 4 1 0 f16 b 2"


def test_equal_labels_are_numbered() -> None:
    names = ["f<a::b, 1>(int)", "f<c::b, 1>(int)", "g"]
    assert labels(names) == {"f<a::b, 1>(int)": "f b 1", "f<c::b, 1>(int)": "f b 1 #2", "g": "g"}
    long = [f"k<{'x' * 60}, {letter}::y>()" for letter in "ab"]
    assert all(len(one) <= MOST for one in labels(long).values())


@pytest.mark.parametrize(
    "name",
    ["", " ", "<", ">", "a<", "a<b", "(((", "void", "::", "a::", "operator<", "\x1b[31mred\x07", "\ud800", "💥" * 100,
     "a<" * 3000, "a<b,(" * 2000, "f(" * 5000 + ")" * 5000, "elementwise_kernel<" * 800, "x" * 100_000,
     "bf16_" + "gemm_" * 1000, "bmm_" + "_Fp32_et1x1_m1x1x1_c" * 200, "tuple<" + "1, " * 2000, "Marlin<" + "9" * 5000,
     "flash_combine<kernel_traits<1>, 1, 99999999999>", "bf16_" + "bf16_gemm_" * 29],
    ids=range(25),
)  # fmt: skip
def test_any_name_has_a_label_soon(name: str) -> None:
    begin = time.process_time()
    found = label(name)
    assert 0 < len(found) <= MOST
    assert found.isprintable()
    assert time.process_time() - begin < 0.5


def test_cut_keeps_both_ends() -> None:
    assert cut("abcdefghij", 7) == "abc…hij"
    assert cut("abc", 7) == "abc"
