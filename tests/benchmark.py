"""Measure nsys-tools and comparable tools on large generated traces: ``python -m tests.benchmark`` (``make bench``).

This is a benchmark, not a test. It writes ``reports/benchmark.md`` and preserves the notes below the tables. Each
figure is one process started from the shell, with output to files. A part can be measured alone; the page keeps the
other parts unchanged. nsys-ai is skipped if it is not installed. To include it, run ``pip install nsys-ai
duckdb==VERSION`` in a separate environment, with nsys-tools's version of DuckDB, and pass its program with
``--nsys-ai``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.formats import render
from tests.bench import page, parts
from tests.bench.measuring import REPOSITORY, Run, machine, measured
from tests.bench.peers import NsysAi
from tests.bench.traces import Place

__all__ = ["REPOSITORY", "Run", "machine", "measured"]
TARGET = REPOSITORY / "reports" / "benchmark.md"
_TOOK = ["s", "CPU s", "peak MB"]
_EACH = "CPU us per kernel"
_PARTS = {
    "stats": (parts.stats, ["trace", "report", "run", *_TOOK, "x nsys", "x nsys by CPU", _EACH]),
    "analyze": (parts.analyze, ["trace", "command", "run", "runs", *_TOOK, _EACH]),
    "commands": (parts.commands, ["trace", "command", "run", "runs", *_TOOK, _EACH]),
    "small": (parts.small, ["what", "run", *_TOOK]),
}


def _nsys(given: str) -> str:
    try:
        return str(tools.find("nsys", given))
    except NsysToolsError as error:
        if given:
            raise SystemExit(str(error)) from None
        return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--part", nargs="+", choices=list(_PARTS), default=list(_PARTS), help="measure only these")
    parser.add_argument("--kernels", type=int, nargs="+", default=[1_000_000, 2_000_000, 8_000_000])
    parser.add_argument("--huge", action="store_true", help="32 million kernels, too: a file of 4 GB")
    parser.add_argument("--ranks", type=int, default=2_000_000, help="size of the traces of eight ranks")
    parser.add_argument("--operators", type=int, default=250_000, help="size of the trace of PyTorch's operators")
    parser.add_argument("--each", type=int, default=2_000_000, help="size at which each report is measured alone")
    parser.add_argument("--rounds", type=int, default=3, help="runs that a median is made of")
    parser.add_argument("--rounds-up-to", type=int, default=8_000_000, help="largest size with more than one run")
    parser.add_argument("--memory", default="800MB", help="measure analyze with this --memory beside the default")
    parser.add_argument("--memory-from", type=int, default=32_000_000, help="smallest size that it is measured at")
    parser.add_argument("--nsys", default="", help="the nsys to compare with; without it, the installed one")
    parser.add_argument("--nsys-up-to", type=int, default=2_000_000, help="largest size that nsys is run on")
    parser.add_argument("--nsys-ai", default="", metavar="PATH", help="the nsys-ai; without it, the installed one")
    parser.add_argument("--nsys-ai-up-to", type=int, default=2_000_000, help="largest size that nsys-ai is run on")
    parser.add_argument("--traces", type=Path, metavar="DIR", help="keep the traces here, and find them here again")
    parser.add_argument("--out", type=Path, default=TARGET, metavar="FILE", help="the page")
    return parser.parse_args()


def main() -> None:
    """Measure the requested parts and write the page after each of them."""
    asked = _arguments()
    if asked.traces:
        asked.traces.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.traces) as folder:
        place = Place(Path(folder), asked.traces)
        nsys, nsys_ai = _nsys(asked.nsys), NsysAi.found(asked.nsys_ai, place.work)
        plan = parts.Plan(
            [*asked.kernels, *([32_000_000] if asked.huge else [])], asked.ranks, asked.operators, asked.each,
            nsys, asked.nsys_up_to, nsys_ai, asked.nsys_ai_up_to, asked.rounds, asked.rounds_up_to,
            asked.memory, asked.memory_from,
        )  # fmt: skip
        peers = f"nsys-ai {nsys_ai.version}" if nsys_ai else "nsys-ai is not installed and left out"
        print(f"nsys: {nsys or 'not installed and left out'}; {peers}", file=sys.stderr)
        for part in asked.part:
            measure, head = _PARTS[part]
            rows = []
            for row in measure(plan, place):
                rows.append(row)
                print(render(head, rows[-1:], "csv").splitlines()[-1], flush=True)
            about = f"{machine()} {peers[0].upper()}{peers[1:]}." if part == "analyze" else machine()
            page.write(asked.out, {part: page.section(part, render(head, rows, "md"), about)})


if __name__ == "__main__":
    os.environ.pop("NSYS_TOOLS_CACHE", None)
    main()
