"""Measure the cost of each ``--nvtx`` level: ``python -m tests.nvtx_cost`` (``make nvtx-cost``).

This is a measurement, not a test. It runs itself twice on the tiny DeepSeek-OCR, without nsys and under nsys, and
writes ``capture/nvtx-cost.md``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nsys_tools import tools
from nsys_tools.capture import environment
from nsys_tools.capture.decoding import Adapter, Batch, decode
from nsys_tools.capture.hooks import LEVELS, attached
from nsys_tools.capture.nsys import profile_command
from nsys_tools.capture.options import Options
from nsys_tools.capture.process import clean_environment
from nsys_tools.capture.ranges import Ranges, nvtx_recorder
from nsys_tools.capture.run_folder import RunFolder, write_json
from nsys_tools.errors import NsysToolsError

REPOSITORY = Path(__file__).parents[1]
TARGET = REPOSITORY / "capture" / "nvtx-cost.md"
SCRIPT = REPOSITORY / "capture" / "deepseek_ocr.py"
_INJECTION = ("LD_PRELOAD", "NVTX_INJECTION64_PATH")


def measure(adapter: Adapter, options: Options, rounds: int) -> dict[str, Any]:
    """Time a batch at each level, alternating between the levels.

    The measured time is the CPU time of the launching thread: ranges cost only this thread time and, unlike wall time,
    CPU time excludes other users of the machine. The levels alternate within a round, so that a machine that slows down
    slows all of them.
    """
    import torch

    times: dict[str, list[float]] = {level: [] for level in LEVELS}
    counts: dict[str, int] = {}
    with torch.inference_mode():
        batch = adapter.prepare(list(adapter.items())[: options.batch_size])
        for turn in range(rounds + 1):
            for level in LEVELS:
                seconds, counts[level] = _once(adapter, batch, options, level)
                if turn:  # the first round warms up
                    times[level].append(seconds)
            print(f"round {turn}/{rounds}", file=sys.stderr, flush=True)
    return result(times, counts, options)


def _once(adapter: Adapter, batch: Batch, options: Options, level: str) -> tuple[float, int]:
    ranges = Ranges(None if level == "off" else nvtx_recorder())
    with attached(adapter.model, ranges, level, adapter.stages, adapter.spanning):
        started = time.thread_time()
        decode(adapter, batch, options.max_new_tokens, ranges)
        return time.thread_time() - started, sum(ranges.counts.values()) if level != "off" else 0


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return lower quartile, median and upper quartile; for a single value, return that value three times."""
    if len(values) < 2:
        return (values[0],) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def result(times: dict[str, list[float]], counts: dict[str, int], options: Options) -> dict[str, Any]:
    """Return, per level, ranges and median seconds per batch, slowdown, and the quartiles of the cost of a range.

    The cost is the difference from ``off`` in the same round, divided by the number of ranges.
    """
    levels = []
    for level in LEVELS:
        extra = [one - base for one, base in zip(times[level], times["off"], strict=True)]
        median = statistics.median(times[level])
        base = statistics.median(times["off"])
        levels.append(
            {
                "level": level,
                "ranges": counts[level],
                "median_s": median,
                "slowdown_ratio": 1 + statistics.median(extra) / base,
                "per_range_us": [each / counts[level] * 1e6 for each in quartiles(extra)] if counts[level] else [],
            }
        )
    return {
        # nsys puts its injection library into the target's environment; only its presence is checked.
        "under_nsys": any("ToolsInjection" in os.environ.get(name, "") for name in _INJECTION),
        "rounds": len(times["off"]),
        "new_tokens": options.max_new_tokens,
        "scale": options.scale,
        "levels": levels,
    }


def markdown(measured: Sequence[Mapping[str, Any]], command: str, machine: Mapping[str, Any]) -> str:
    """Return what each level costs as a Markdown page.

    Parameters
    ----------
    measured
        Results of `measure`, one without nsys and one inside it.
    command
        Command that produces the page.
    machine
        Machine description from `environment.collect`.
    """
    gpus = ", ".join(gpu["name"] for gpu in machine["gpus"]) or "no GPU"
    first = measured[0]
    text = _PAGE.format(
        command=command,
        tokens=first["new_tokens"],
        scale=first["scale"],
        rounds=first["rounds"],
        machine=f"{machine['cpu']['name']}, {machine['cpu']['cores']} cores, {gpus}",
        versions=f"nsys {machine['nsys']}, nvtx {machine['packages']['nvtx']}, Python {machine['python']}",
    )
    return text + "".join(f"{_row(one, level)}\n" for one in measured for level in one["levels"])


_PAGE = """# What each `--nvtx` level costs

Written by `{command}`; do not edit.

One batch (vision, prefill and {tokens} tokens, {scale} size), {rounds} rounds. In each round, the levels run one after
the other in one process. Times are CPU times of the launching thread. Slowdown and cost per range are differences from
`off` in the same round: the median, and the lower and upper quartile. The cost of a few ranges cannot be distinguished
from noise. A range costs about the same in a large model, where a step takes longer by the number of ranges per step
times the cost per range.

Measured on {machine}; {versions}.

| | level | ranges per batch | batch ms | slowdown | us per range | quartiles |
|---|---|---:|---:|---:|---:|---|
"""


def _row(one: Mapping[str, Any], level: Mapping[str, Any]) -> str:
    where = "under nsys" if one["under_nsys"] else "without nsys"
    cost = "- | - |"
    if level["ranges"]:
        low, middle, high = level["per_range_us"]
        cost = f"{(level['slowdown_ratio'] - 1) * 100:+.1f} % | {middle:.1f} | {low:.1f} .. {high:.1f}"
    return f"| {where} | {level['level']} | {level['ranges']:,} | {level['median_s'] * 1e3:.1f} | {cost} |"


def _measure_here(options: Options, rounds: int, file: Path) -> None:
    """Build the tiny model in this process, measure it, and write the result to `file`."""
    import torch

    torch.set_num_threads(1)  # its matrix products are too small to parallelize: threads would only wait for each other
    specification = importlib.util.spec_from_file_location("workload_deepseek_ocr", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    write_json(file, measure(script.build(options, RunFolder(options.out)), options, rounds))


def _measure_both(nsys: Path, arguments: Sequence[str], work: Path) -> list[dict[str, Any]]:
    """Measure in two processes, without nsys and under nsys."""
    measured = []
    for name in ("without", "inside"):
        file = work / f"{name}.json"
        command = [sys.executable, "-m", "tests.nvtx_cost", *arguments, "--into", str(file)]
        inside = profile_command(nsys, work / "trace", command) if name == "inside" else command
        done = subprocess.run(inside, cwd=REPOSITORY, env=clean_environment(), stdout=sys.stderr, check=False)
        if done.returncode or not file.is_file():
            raise SystemExit(f"{shlex.join(inside)}: exit code {done.returncode}")
        measured.append(json.loads(file.read_text(encoding="utf-8")))
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.nvtx_cost", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="rounds in which the levels take turns")
    parser.add_argument("--tokens", type=int, default=Options().max_new_tokens, help="tokens of a batch")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--nsys-path", default="", help="use this nsys")
    parser.add_argument("--out", type=Path, default=TARGET, help="the page")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        if given.into:
            options = Options(scale="tiny", device=given.device, max_new_tokens=given.tokens, out=Path(work))
            _measure_here(options, given.rounds, given.into)
            return
        try:
            nsys = tools.find("nsys", given.nsys_path)
        except NsysToolsError as error:
            raise SystemExit(str(error)) from None
        asked = ["--rounds", str(given.rounds), "--tokens", str(given.tokens), "--device", given.device]
        measured = _measure_both(nsys, asked, Path(work))
        command = "make nvtx-cost" if given.out == TARGET else shlex.join(["python", "-m", "tests.nvtx_cost", *asked])
        given.out.write_text(markdown(measured, command, environment.collect(nsys, None)), encoding="utf-8")


if __name__ == "__main__":
    main()
