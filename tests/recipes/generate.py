"""Write tests/recipes/goldens: the results of NVIDIA's own recipes for the generated traces.

    .venv/bin/python -m tests.recipes.generate NSYS_DIR [CASE...]

NSYS_DIR is the folder created by ../shared/tools/get-nsys.sh.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import SHARED
from tests.recipes.cases import CASES
from tests.recipes.traces import build

GOLDENS = Path(__file__).parent / "goldens"
_CONVERT = """
import pathlib, sys
import pandas as pd
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.parquet")):
    table = pd.read_parquet(path)
    table.to_csv(pathlib.Path(sys.argv[2]) / f"{path.stem}.csv", index=table.index.name is not None)
"""


def main() -> int:
    """Run all recipes, or the given cases."""
    nsys, wanted = Path(sys.argv[1]).resolve(), sys.argv[2:]
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "one").mkdir()
        two, one = build(Path(scratch)), build(Path(scratch) / "one", gpu_count=1)
        for case, (recipe, options) in CASES.items():
            if wanted and case not in wanted:
                continue
            extra = [word for name, value in options.items() for word in
                     ([f"--{name}"] if value is True else [f"--{name}", str(value)])]  # fmt: skip
            out = Path(scratch) / "out"
            shutil.rmtree(out, ignore_errors=True)
            tool = [sys.executable, str(SHARED / "tools" / "nsys-recipe.py"), str(nsys), recipe, str(out)]
            done = subprocess.run(
                [*tool, *map(str, one if case.endswith(".one_gpu") else two), "--", *extra],
                capture_output=True,
                text=True,
                check=False,
            )
            folder = GOLDENS / case
            shutil.rmtree(folder, ignore_errors=True)
            tables = list(out.glob("*.parquet"))
            print(case, len(tables), "" if tables else done.stderr[-600:])
            folder.mkdir(parents=True)
            python = nsys / "recipe-venv" / "bin" / "python"
            subprocess.run([python, "-c", _CONVERT, str(out), str(folder)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
