"""The options of every workload script, defined once for the scripts and the command."""

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
    """Help text of an option, and its allowed values (empty if any value is allowed)."""

    text: str
    choices: Sequence[str] = ()


DTYPES = ("auto", "bfloat16", "float16", "float32")
ATTENTION = ("sdpa", "eager", "flash_attention_2")


@dataclass(frozen=True)
class Options:
    """What a workload script runs, and the folder it writes to.

    Each field is an option of the scripts: ``batch_size`` is ``--batch-size``.
    """

    out: Annotated[Path, About("run folder to write to")] = Path("run")
    weights: Annotated[str, About("Hub id or folder of weights, run with the Hub's code; default: random weights")] = ""
    seed: Annotated[int, About("seed for random weights, prompts and drawn pages")] = 0
    scale: Annotated[str, About("size of a model with random weights", ("full", "tiny"))] = "full"
    pages: Annotated[str, About("number of pages to draw, a folder of PNG/JPG files, or a list of paths")] = "2"
    page_size: Annotated[str, About("size of drawn pages (WIDTHxHEIGHT); default: A4, large enough to be cropped")] = ""
    crops: Annotated[str, About("crop pages in addition to the global view", ("auto", "none"))] = "auto"
    prompt_tokens: Annotated[int, About("number of text tokens in the prompt; default: the model's usual number")] = 0
    batch_size: Annotated[int, About("pages or prompts per prefill")] = 1
    max_new_tokens: Annotated[int, About("tokens to generate per page or prompt")] = 32
    repeats: Annotated[int, About("number of times to run all pages")] = 1
    warmup: Annotated[int, About("number of warm-up batches, without ranges")] = 1
    dtype: Annotated[str, About("data type; auto is bfloat16 on a GPU and float32 on the CPU", DTYPES)] = "auto"
    device: Annotated[str, About("auto, cpu, cuda or cuda:N")] = "auto"
    attention: Annotated[str, About("attention implementation", ATTENTION)] = "sdpa"
    nvtx: Annotated[str, About("detail of the NVTX ranges", LEVELS)] = "layer"
    sync: Annotated[bool, About("synchronize at the end of each stage, so that its wall time is its latency")] = False
    stop_at_end: Annotated[
        bool, About("stop each text at its end token; default: generate --max-new-tokens tokens")
    ] = False
    profiler: Annotated[str, About("torch uses PyTorch's profiler instead of nsys", ("none", "torch"))] = "none"
    top: Annotated[int, About("number of operators in the Markdown table of --profiler torch")] = 20

    def arguments(self) -> list[str]:
        """Return the equivalent command-line arguments, except those that equal the default."""
        arguments: list[str] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if value != one.default:
                arguments += [flag(one.name)] if value is True else [flag(one.name), str(value)]
        return arguments


def flag(name: str) -> str:
    """Return the command-line flag of a field, such as ``--batch-size`` for ``batch_size``."""
    return f"--{name.replace('_', '-')}"


def about() -> dict[str, About]:
    """Return the help text of each option, by field."""
    hints = get_type_hints(Options, include_extras=True)
    return {one.name: hints[one.name].__metadata__[0] for one in fields(Options)}


def parse(arguments: Sequence[str] | None, description: str) -> Options:
    """Parse the options of a workload script. Usage errors exit with code 2."""
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
        parser.error("--random-weights and --weights are mutually exclusive")
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
        parser.error("--page-size must be WIDTHxHEIGHT, such as 1240x1754")
