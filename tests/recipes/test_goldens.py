"""The recipes on generated traces compared with NVIDIA's results, as written by tests/recipes/generate.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from tests.recipes.answers import APPROXIMATE, differing, read
from tests.recipes.cases import CASES
from tests.recipes.traces import build

pytestmark = pytest.mark.large

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Path]]:
    """Return the generated traces, with one GPU and with two."""
    folders = {count: tmp_path_factory.mktemp(f"gpus{count}") for count in (1, 2)}
    return {count: build(folder, gpu_count=count) for count, folder in folders.items()}


@pytest.mark.parametrize("case", CASES)
def test_recipe_is_as_nvidias(case: str, traces: dict[int, list[Path]], tmp_path: Path) -> None:
    recipe, options = CASES[case]
    files: Any = traces[1 if case.endswith(".one_gpu") else 2]
    found = nt.recipe(recipe, files, tmp_path / "out", cache=False, workers=1, **options)
    goldens = sorted((GOLDENS / case).glob("*.csv"))
    assert sorted(found.tables) == [golden.stem for golden in goldens]
    for golden in goldens:
        over_files = golden.stem in {"all_stats", "stats"}
        columns, rows = read(golden)
        assert not differing(found.tables[golden.stem], columns, rows, without=APPROXIMATE if over_files else set())
