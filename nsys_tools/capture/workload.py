"""The main loop of every workload script, which repeats all batches in NVTX ranges and records exact counts."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from nsys_tools.capture import memory, operators
from nsys_tools.capture.decoding import Adapter, decode
from nsys_tools.capture.hooks import attached
from nsys_tools.capture.options import Options, parse
from nsys_tools.capture.ranges import Ranges, nvtx_recorder
from nsys_tools.capture.run_folder import InterruptedRunError, RunFolder, write_json
from nsys_tools.errors import NsysToolsError

logger = logging.getLogger(__name__)

WORKLOAD_FORMAT = "nsys-tools workload 1"
INTERRUPTED_EXIT = 130

Build = Callable[[Options, RunFolder], Adapter]


def main(build: Build, description: str, arguments: Sequence[str] | None = None) -> int:
    """Run a workload script and return its exit code.

    Parameters
    ----------
    build
        Loads the model, finds the pages, and returns the adapter.
    description
        What the script runs, for ``--help``.
    arguments
        The command-line arguments. The default is the arguments of the process.
    """
    options = parse(arguments, description)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    # nsys ends its target with SIGTERM. As an exception, it closes the ranges and preserves the counts.
    signal.signal(signal.SIGTERM, _interrupt)
    folder = RunFolder(options.out)
    by_itself = not folder.status["step"]
    try:
        with folder.step("workload"):
            run(build, options, folder)
        if by_itself:
            folder.finish()
    except InterruptedRunError as stop:
        logger.error("interrupted: %s", stop)
        return INTERRUPTED_EXIT
    except NsysToolsError as error:
        logger.error("error: %s", error)
        return 1
    return 0


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def run(build: Build, options: Options, folder: RunFolder) -> None:
    """Load, warm up and run a workload, and write its counts to ``workload.json``.

    Raises
    ------
    NsysToolsError
        If memory runs out, or if `build` raises the error.
    """
    ranges = Ranges(None if options.nvtx == "off" else nvtx_recorder(), _drain(options))
    if options.nvtx != "off" and nvtx_recorder() is None:
        logger.warning("nvtx is not installed, so no ranges are recorded. Run `pip install nvtx==0.2.11`.")
    if options.scale == "tiny":
        # The matrix products of the tiny model are too small to split: threads would only wait for each other.
        importlib.import_module("torch").set_num_threads(1)
    with memory.guarded(ranges):
        with ranges.stage("load"):
            adapter = build(options, folder)
        if options.profiler == "torch":
            with operators.profiled(options, folder):
                _measured(adapter, options, folder, ranges)
        else:
            _measured(adapter, options, folder, ranges)


def _drain(options: Options) -> Callable[[], None] | None:
    import torch

    if options.sync and torch.cuda.is_available() and options.device != "cpu":
        drain: Callable[[], None] = torch.cuda.synchronize
        return drain
    return None


def _measured(adapter: Adapter, options: Options, folder: RunFolder, ranges: Ranges) -> None:
    import torch

    done: list[dict[str, Any]] = []
    complete = False
    batches = batched(adapter.items(), options.batch_size)
    try:
        hooked = attached(adapter.model, ranges, options.nvtx, adapter.stages, adapter.spanning)
        with torch.inference_mode(), hooked:
            with ranges.stage("warmup"), ranges.muted():
                for batch in (batches * options.warmup)[: options.warmup]:
                    _batch(adapter, batch, options, ranges)
            for repeat in range(options.repeats):
                with ranges.stage("repeat"):
                    for number, batch in enumerate(batches):
                        place = f"{adapter.unit} {number + 1}/{len(batches)}"
                        label = f"repeat {repeat + 1}/{options.repeats}, {place}"
                        counted = _timed(adapter, batch, options, ranges, label)
                        done += [{"repeat": repeat, "batch": number, **counts} for counts in counted]
        complete = True
    finally:
        write_json(folder.file("workload.json"), workload(adapter, options, done, ranges, complete=complete))


def batched(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Split a sequence into batches. The last batch may be smaller."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def _timed(
    adapter: Adapter, items: Sequence[Any], options: Options, ranges: Ranges, label: str
) -> list[dict[str, Any]]:
    started = time.perf_counter()
    counts = _batch(adapter, items, options, ranges)
    tokens = "+".join(str(one["prompt_tokens"]) for one in counts)
    seconds = time.perf_counter() - started
    logger.info("%s: %s prompt tokens, %d new, %.2f s", label, tokens, counts[0]["new_tokens"], seconds)
    return counts


def _batch(adapter: Adapter, items: Sequence[Any], options: Options, ranges: Ranges) -> list[dict[str, Any]]:
    """Run one batch and return the counts per page or prompt."""
    with ranges.stage(adapter.unit):
        with ranges.stage("preprocess"):
            batch = adapter.prepare(items)
        tokens = decode(adapter, batch, options.max_new_tokens, ranges, stop=options.stop_at_end)
    padded, new = batch.input_ids.shape[1], tokens.shape[1]
    return [
        {
            **counts,
            "padded_prompt_tokens": padded,
            "new_tokens": new,
            "decode_steps": new - 1,
            "cache_lengths": [padded + step for step in range(new - 1)],
        }
        for counts in batch.counts
    ]


def workload(
    adapter: Adapter, options: Options, done: list[dict[str, Any]], ranges: Ranges, *, complete: bool
) -> dict[str, Any]:
    """Return the content of ``workload.json``.

    ``cache_lengths[i]`` is the number of tokens in the KV cache before decode step `i`. ``ranges`` is the
    number of times each range was closed outside warm-up, which must equal the number in the trace.
    """
    parameter = next(adapter.model.parameters())
    return {
        "format": WORKLOAD_FORMAT,
        "complete": complete,
        "model": getattr(adapter, "name", type(adapter.model).__name__),
        "class": f"{type(adapter.model).__module__}.{type(adapter.model).__qualname__}",
        "weights": options.weights or f"random, seed {options.seed}",
        "scale": options.scale,
        "parameters": sum(one.numel() for one in adapter.model.parameters()),
        "dtype": str(parameter.dtype).removeprefix("torch."),
        "device": parameter.device.type,
        "attention": options.attention,
        "batch_size": options.batch_size,
        "max_new_tokens": options.max_new_tokens,
        "repeats": options.repeats,
        "warmup": options.warmup,
        "nvtx": options.nvtx,
        "nvtx_recorded": ranges.recorded,
        "sync": options.sync,
        "dimensions": getattr(adapter, "dimensions", {}),
        f"{adapter.unit}s": done,
        "ranges": dict(sorted(ranges.counts.items())),
    }
