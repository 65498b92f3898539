"""The nsys-tools commands that are measured, each in a process started from the shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.measuring import REPOSITORY, Run, measured


def command(cache: Path, *arguments: str | Path) -> Run:
    """Measure an nsys-tools command."""
    words = [sys.executable, "-m", "nsys_tools", *map(str, arguments)]
    return measured(words, NSYS_TOOLS_CACHE=str(cache), PYTHONPATH=str(REPOSITORY))


def stats(trace: Path, reports: str, work: Path, cache: Path) -> Run:
    """Write some nsys stats reports."""
    output = ["-o", work / "ours", "--force-overwrite"]
    return command(cache, "stats", trace, "-q", "-r", reports, "-f", "csv", *output)


def analyze(trace: Path, work: Path, cache: Path, *options: str) -> Run:
    """Write the full report."""
    return command(cache, "analyze", trace, "--out", work / "report", "--force", *options)


def findings(trace: Path, work: Path, cache: Path) -> Run:
    """Print the findings."""
    return command(cache, "findings", trace)


def steps(trace: Path, work: Path, cache: Path) -> Run:
    """Query the steps and their budget: two commands."""
    asked = [
        command(cache, "sql", trace, f"FROM {name}", "--format", "csv", "--out", work / "rows.csv", "--force")
        for name in ("step", "step_budget")
    ]
    return asked[0].then(asked[1])


def diff(trace: Path, work: Path, cache: Path) -> Run:
    """Compare the trace with itself under another name, so that it is read as a different trace."""
    other = work / f"other-{trace.name}"
    if not other.exists():
        shutil.copy(trace, other)
    return command(cache, "diff", trace, other)


_STEPS = """
import sys, time
import nsys_tools as nt
from nsys_tools.report.analysis import TABLES

with nt.open(sys.argv[1], cache=False) as session:
    for name in TABLES:
        if not name.startswith("step"):
            session.query(name, top=1000).rows()
    begin = time.process_time()
    session.query("step").rows()
    session.query("step_budget").rows()
    print(time.process_time() - begin)
"""


def cost_of_steps(trace: Path) -> float:
    """Return the CPU seconds of ``step`` and ``step_budget``, after all other tables of a report."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    words = [sys.executable, "-c", _STEPS, str(trace)]
    return float(subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout)
