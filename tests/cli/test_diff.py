"""``diff`` and ``baseline`` on the command line: formats, the folder, the gate and its exit codes, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.commands import Done
from tests.commands import run as run_in
from tests.diff.captures import KERNELS, Server
from tests.report.test_report import assert_offline

SLOWER = tuple((name, duration * 11 // 10) for name, duration in KERNELS)


def run(*arguments: str) -> Done:
    return run_in(*arguments, cwd=Path(__file__).parent)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("sides")
    return str(Server().trace(folder, "base")), str(Server(kernels=SLOWER).trace(folder, "new"))


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The same as baselines, which are fast to read."""
    folder = tmp_path_factory.mktemp("baselines")
    return str(Server().baseline(folder, "base")), str(Server(kernels=SLOWER).baseline(folder, "new"))


def test_formats(traces: tuple[str, str], sides: tuple[str, str]) -> None:
    text = run("diff", *traces, "--no-cache").stdout
    assert text.startswith("slower: a decode step takes ")
    assert "Kernels per step and GPU" in text
    data = json.loads(run("diff", *sides, "--no-cache", "--format", "json").stdout)
    assert (data["schema"], data["data"]["verdict"]) == ("nsys-tools/diff/1", "slower")
    (headline,) = data["data"]["headlines"]
    assert headline["base_count"] == headline["new_count"] == 24
    assert [row["duration_effect_ns"] for row in data["rows"] if row["base_names"] == ["gemm_b"]] == [50_000]
    page = MarkdownIt("commonmark").enable("table").render(run("diff", *sides, "--no-cache", "--format", "md").stdout)
    assert page.startswith("<h1>Slower</h1>")
    assert page.count("<table>") == 3
    assert_offline(run("diff", *sides, "--no-cache", "--format", "html").stdout)


def test_the_folder(sides: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("diff", *sides, "--no-cache", "--out", str(out)).stdout == f"{out}/diff.html\n"
    assert {path.name for path in out.iterdir()} == {
        "diff.html", "diff.md", "metrics.json", "changes.csv", "charts", "manifest.json",
    }  # fmt: skip
    assert len(list((out / "charts").iterdir())) == 3
    again = run("diff", *sides, "--no-cache", "--out", str(out))
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert run("diff", *sides, "--no-cache", "--out", str(out), "--force").returncode == 0


LIMITS = {
    'figure = "step_median"\nmax_ratio = 1.2': (0, "passed: step_median"),
    'figure = "step_median"\nphase = "decode"\nmax_ratio = 1.02': (1, "failed: decode step_median"),
    'figure = "step_median"\nmax = 1.1e6': (0, "passed"),
    'figure = "step_median"\nmax = 900000': (1, "is above max"),
    'figure = "tokens_per_s"\nmin = 1000': (0, "passed"),
    'figure = "tokens_per_s"\nmin_ratio = 0.95': (1, "is below min_ratio"),
    'figure = "class"\nname = "gemm"\nmax_ratio = 1.05': (1, "failed: class gemm"),
    'figure = "class"\nname = "gemm"\nmax = 900000': (0, "passed: class gemm"),
    'figure = "stage"\nname = "no such stage"\nmax = 1': (3, "unsure"),
    'figure = "memory"\nmax = 1e9': (3, "not recorded"),
    'figure = "mfu"\nname = "decode"\nmin = 0.1': (3, "not recorded"),
}


@pytest.mark.parametrize(("limit", "expected"), LIMITS.items())
def test_a_gate(sides: tuple[str, str], tmp_path: Path, limit: str, expected: tuple[int, str]) -> None:
    (tmp_path / "gate.toml").write_text(f"[[limit]]\n{limit}\n", encoding="utf-8")
    done = run("diff", *sides, "--no-cache", "--gate", str(tmp_path / "gate.toml"))
    assert done.returncode == expected[0]
    assert expected[1] in done.stderr
    assert done.stdout.startswith("slower")


def test_a_gate_on_what_is_ambiguous(sides: tuple[str, str], tmp_path: Path) -> None:
    """A violated ratio is then not a failure, but a violated maximum still is."""
    few = str(Server(steps=9, kernels=SLOWER).baseline(tmp_path, "few"))
    other = str(Server(batch=16, kernels=SLOWER).baseline(tmp_path, "other"))
    gate = tmp_path / "gate.toml"
    for new in (few, other):
        gate.write_text('[[limit]]\nfigure = "step_median"\nmax_ratio = 1.02\n', encoding="utf-8")
        assert run("diff", sides[0], new, "--no-cache", "--gate", str(gate)).returncode == 3
        gate.write_text('[[limit]]\nfigure = "step_median"\nmax = 900000\n', encoding="utf-8")
        assert run("diff", sides[0], new, "--no-cache", "--gate", str(gate)).returncode == 1


@pytest.mark.parametrize(
    "content",
    [
        "", "limit = 1", "[[limit]]", '[[limit]]\nfigure = "speed"\nmax = 1', '[[limit]]\nfigure = "step_median"',
        '[[limit]]\nfigure = "step_median"\nmax = nan', '[[limit]]\nfigure = "step_median"\nmax = -1',
        '[[limit]]\nfigure = "step_median"\nmax = "fast"', '[[limit]]\nfigure = "stage"\nmax = 1',
        '[[limit]]\nfigure = "step_median"\nmax = 1\nother = 2', "[[limit", '[limit]\nfigure = "step_median"',
    ],
)  # fmt: skip
def test_a_gate_that_means_nothing(sides: tuple[str, str], tmp_path: Path, content: str) -> None:
    (tmp_path / "gate.toml").write_text(content, encoding="utf-8")
    done = run("diff", *sides, "--no-cache", "--gate", str(tmp_path / "gate.toml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--gate" in done.stderr


def test_bad_sides(sides: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite").write_bytes(b"")
    for arguments, code in (
        ((sides[0],), 2), ((*sides, sides[0]), 2), ((), 2), (("--base", sides[0]), 2),
        ((sides[0], str(tmp_path / "nothing.sqlite")), 1), ((sides[0], str(tmp_path / "empty.sqlite")), 1),
        ((*sides, "--by", "color"), 2), ((*sides, "--format", "pdf"), 2),
        ((sides[0], "--noise", sides[0], sides[1]), 2),
    ):  # fmt: skip
        done = run("diff", *arguments, "--no-cache")
        assert done.returncode == code, (arguments, done.stderr)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_a_baseline(traces: tuple[str, str], sides: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    assert run("baseline", "save", traces[0], "-o", str(file), "--no-cache").stdout == f"{file}\n"
    assert run("baseline", "save", traces[0], "-o", str(file), "--no-cache").returncode == 1
    assert run("baseline", "save", traces[0], "-o", traces[0], "--no-cache", "--force").returncode == 1
    done = run("diff", "--base", str(file), "--new", sides[1], "--new", sides[1], "--no-cache")
    assert done.stdout.startswith("slower")
