"""What each ``--nvtx`` level costs: decode steps timed at every level in turn, in one process."""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nsys_tools.capture.decoding import Adapter, Batch, decode
from nsys_tools.capture.hooks import LEVELS, attached
from nsys_tools.capture.options import Options
from nsys_tools.capture.ranges import Ranges, nvtx_recorder
from nsys_tools.capture.run_folder import RunFolder, write_json
from nsys_tools.errors import NsysToolsError

logger = logging.getLogger(__name__)

COST_FORMAT = "nsys-tools nvtx-cost 1"
_INJECTION = ("LD_PRELOAD", "NVTX_INJECTION64_PATH")


def measure(adapter: Adapter, options: Options, folder: RunFolder) -> None:
    """Time a batch at each level, the levels taken in turn; write ``nvtx-cost.json``.

    What is timed is the processor time of the thread that launches: ranges cost it nothing else, and
    unlike wall time it does not count who else uses the machine. Levels alternate within a round, so
    that a machine that slows down slows all of them.
    """
    import torch

    times: dict[str, list[float]] = {level: [] for level in LEVELS}
    counts: dict[str, int] = {}
    with torch.inference_mode():
        batch = adapter.prepare(list(adapter.items())[: options.batch_size])
        for turn in range(options.measure_nvtx + 1):
            for level in LEVELS:
                seconds, counts[level] = _once(adapter, batch, options, level)
                if turn:  # the first round warms up
                    times[level].append(seconds)
            logger.info("round %d/%d", turn, options.measure_nvtx)
    write_json(folder.file("nvtx-cost.json"), result(times, counts, options))


def _once(adapter: Adapter, batch: Batch, options: Options, level: str) -> tuple[float, int]:
    ranges = Ranges(None if level == "off" else nvtx_recorder())
    with attached(adapter.model, ranges, level, adapter.stages, adapter.spanning):
        started = time.thread_time()
        decode(adapter, batch, options.max_new_tokens, ranges)
        return time.thread_time() - started, sum(ranges.counts.values()) if level != "off" else 0


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return lower quartile, median and upper quartile; of a single value, that value."""
    if len(values) < 2:
        return (values[0],) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def result(times: dict[str, list[float]], counts: dict[str, int], options: Options) -> dict[str, Any]:
    """Return, per level, ranges and median seconds of a batch, slowdown, and quartiles of a range's cost.

    The cost is the difference to ``off`` of the same round, over the ranges.
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
        "format": COST_FORMAT,
        # nsys puts its injection library into the target's environment; its presence is all we look at.
        "under_nsys": any("ToolsInjection" in os.environ.get(name, "") for name in _INJECTION),
        "rounds": options.measure_nvtx,
        "new_tokens": options.max_new_tokens,
        "scale": options.scale,
        "levels": levels,
    }


def read(folder: RunFolder) -> dict[str, Any]:
    """Return what `measure` wrote into a folder.

    Raises
    ------
    NsysToolsError
        If there is nothing.
    """
    try:
        measured: dict[str, Any] = json.loads(folder.file("nvtx-cost.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NsysToolsError(f"The workload measured nothing: {error}", "log.txt has its output.") from error
    return measured


def markdown(measured: Sequence[Mapping[str, Any]], command: str, environment: Mapping[str, Any]) -> str:
    """Return what each level costs as a Markdown page.

    Parameters
    ----------
    measured
        Results of `measure`, one without nsys and one inside it.
    command
        What produces the page.
    environment
        ``env.json`` of the run.
    """
    cards = ", ".join(card["name"] for card in environment["gpus"]) or "no GPU"
    first = measured[0]
    text = _PAGE.format(
        command=command,
        tokens=first["new_tokens"],
        scale=first["scale"],
        rounds=first["rounds"],
        machine=f"{environment['cpu']['name']}, {environment['cpu']['cores']} cores, {cards}",
        versions=f"nsys {environment['nsys']}, nvtx {environment['packages']['nvtx']}, Python {environment['python']}",
    )
    return text + "".join(f"{_row(one, level)}\n" for one in measured for level in one["levels"])


_PAGE = """# What each `--nvtx` level costs

Written by `{command}`; do not edit.

One batch (vision, prefill and {tokens} tokens, {scale} size), {rounds} rounds in which the levels take turns in one
process. Times are processor time of the launching thread. Slowdown and cost of a range come from the differences to
`off` in the same round: median, and lower and upper quartile (few ranges cannot be told from noise). A range costs
about the same in a large model: what it adds to a step is the ranges of the step times the cost of one.

Measured on {machine}; {versions}.

| | level | ranges a batch | batch ms | slowdown | us a range | quartiles |
|---|---|---:|---:|---:|---:|---|
"""


def _row(one: Mapping[str, Any], level: Mapping[str, Any]) -> str:
    where = "under nsys" if one["under_nsys"] else "without nsys"
    cost = "- | - |"
    if level["ranges"]:
        low, middle, high = level["per_range_us"]
        cost = f"{(level['slowdown_ratio'] - 1) * 100:+.1f} % | {middle:.1f} | {low:.1f} .. {high:.1f}"
    return f"| {where} | {level['level']} | {level['ranges']:,} | {level['median_s'] * 1e3:.1f} | {cost} |"
