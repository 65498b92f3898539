"""DuckDB writes nothing to stdout, also where it takes the process for an interactive one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_CODE = """
import duckdb, sys
from pathlib import Path
from nsys_tools.session.connection import connect

shows = "SELECT current_setting('enable_progress_bar')"
print(duckdb.connect().execute(shows).fetchone()[0], connect(Path(sys.argv[1])).execute(shows).fetchone()[0])
"""


def test_no_progress_bar_in_a_program_without_a_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _CODE, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]  # without nsys-tools DuckDB prints one: the test can fail
