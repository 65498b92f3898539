"""The options that every workload script takes, in one place for script and command."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from nsys_tools.capture.hooks import LEVELS


@dataclass(frozen=True)
class About:
    """What ``--help`` says of an option, and the values that it takes (empty: any)."""

    text: str
    choices: Sequence[str] = ()


DTYPES = ("auto", "bfloat16", "float16", "float32")
ATTENTION = ("sdpa", "eager", "flash_attention_2")


@dataclass(frozen=True)
class Options:
    """What a workload script runs, and where it writes.

    Each field is an option of the scripts: ``batch_size`` is ``--batch-size``.
    """

    out: Annotated[Path, About("run folder to write to")] = Path("run")
    weights: Annotated[str, About("hub id or folder of weights, run with the hub's own code; else random")] = ""
    seed: Annotated[int, About("seed of random weights, prompts and drawn pages")] = 0
    scale: Annotated[str, About("size of a model with random weights", ("full", "tiny"))] = "full"
    pages: Annotated[str, About("how many pages to draw, or a folder of PNG/JPG, or a list of paths")] = "2"
    page_size: Annotated[str, About("WIDTHxHEIGHT of drawn pages; else A4 at a size that is cropped")] = ""
    crops: Annotated[str, About("whether pages are cropped beside the global view", ("auto", "none"))] = "auto"
    prompt_tokens: Annotated[int, About("text tokens of the prompt; else the model's usual number")] = 0
    batch_size: Annotated[int, About("pages or prompts per prefill")] = 1
    max_new_tokens: Annotated[int, About("tokens to generate per page or prompt")] = 32
    repeats: Annotated[int, About("how often all pages are run")] = 1
    warmup: Annotated[int, About("how many batches run before, without ranges")] = 1
    dtype: Annotated[str, About("auto is bfloat16 on a GPU, float32 without", DTYPES)] = "auto"
    device: Annotated[str, About("auto, cpu, cuda or cuda:N")] = "auto"
    attention: Annotated[str, About("attention implementation", ATTENTION)] = "sdpa"
    nvtx: Annotated[str, About("how deep NVTX ranges go", LEVELS)] = "layer"
    sync: Annotated[bool, About("drain the GPU where a stage ends: its wall time is then a latency")] = False
    stop_at_end: Annotated[bool, About("end a text at its end token; else always --max-new-tokens")] = False
    profiler: Annotated[str, About("torch: PyTorch's profiler instead of nsys", ("none", "torch"))] = "none"
    top: Annotated[int, About("operators in the Markdown table of --profiler torch")] = 20

    def arguments(self) -> list[str]:
        """Return the command-line arguments that say the same, without those that say the default."""
        arguments: list[str] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                arguments += [flag(one.name)] if value is True else [flag(one.name), str(value)]
        return arguments


def flag(name: str) -> str:
    """Return the command-line flag of a field: ``batch_size`` is ``--batch-size``."""
    return f"--{name.replace('_', '-')}"


def about() -> dict[str, About]:
    """Return what each option means, by field."""
    hints = get_type_hints(Options, include_extras=True)
    return {one.name: hints[one.name].__metadata__[0] for one in fields(Options)}


def parse(arguments: Sequence[str] | None, description: str) -> Options:
    """Read the options of a workload script; wrong usage ends with exit code 2."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    described = about()
    for one in fields(Options):
        text, default = described[one.name].text, one.default
        if isinstance(default, bool):
            parser.add_argument(flag(one.name), action="store_true", help=text)
        else:
            shown = f"{text} ({default})" if default not in ("", 0) else text
            choices = described[one.name].choices or None
            parser.add_argument(flag(one.name), type=type(default), default=default, choices=choices, help=shown)
    parser.add_argument("--random-weights", action="store_true", help="random weights, fixed seed (the default)")
    values = vars(parser.parse_args(arguments))
    if values.pop("random_weights") and values["weights"]:
        parser.error("--random-weights and --weights exclude each other")
    _check(parser, values)
    return Options(**values)


def _check(parser: argparse.ArgumentParser, values: dict[str, Any]) -> None:
    for name in ("batch_size", "max_new_tokens", "repeats", "top"):
        if values[name] < 1:
            parser.error(f"{flag(name)} must be at least 1")
    for name in ("warmup", "prompt_tokens"):
        if values[name] < 0:
            parser.error(f"{flag(name)} must not be negative")
    if values["page_size"] and not re.fullmatch(r"[1-9]\d*x[1-9]\d*", values["page_size"]):
        parser.error("--page-size is WIDTHxHEIGHT, such as 1240x1754")
