"""Loading models: device, dtype, random weights, and sentences for what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.capture.options import Options
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from torch import nn

logger = logging.getLogger(__name__)


def device_of(options: Options) -> str:
    """Return the device to run on.

    Raises
    ------
    NsysToolsError
        If a GPU is asked for and torch sees none.
    """
    import torch

    if options.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(options.device).type
    except RuntimeError as error:
        message = f"--device {options.device} is no device."
        raise NsysToolsError(message, "Take auto, cpu, cuda or cuda:N.") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise NsysToolsError(
            f"--device {options.device}: torch {torch.__version__} sees no CUDA GPU.",
            "Run `nsys-tools doctor`, or use --device cpu.",
        )
    return options.device


def dtype_of(options: Options) -> Any:
    """Return the torch dtype to run in: on ``auto`` bfloat16 on a GPU, float32 without one."""
    import torch

    if options.dtype == "auto":
        return torch.float32 if device_of(options).startswith("cpu") else torch.bfloat16
    return getattr(torch, options.dtype)


def random_model(kind: Any, config: Any, options: Options) -> nn.Module:
    """Return a model of a transformers class with random weights, the same for the same seed.

    It is built on the device itself: the full-size model needs no copy of it in host memory.
    """
    import torch

    device, dtype = device_of(options), dtype_of(options)
    torch.manual_seed(options.seed)
    with torch.device(device), refused_attention(options):
        # A later .to(dtype) would also round what a model keeps in float32 on purpose, such as rotary frequencies.
        model: nn.Module = kind._from_config(config, dtype=dtype, attn_implementation=options.attention)
    return model.eval()


@contextmanager
def refused_attention(options: Options) -> Iterator[None]:
    """Turn transformers' refusal of an attention implementation into a sentence.

    Raises
    ------
    NsysToolsError
        If the model or the installation cannot do ``--attention``.
    """
    try:
        yield
    except (ImportError, ValueError) as error:
        message = f"--attention {options.attention} is refused: {str(error).splitlines()[0]}"
        raise NsysToolsError(message, "Take sdpa or eager.") from error


@contextmanager
def loaded_weights(weights: str) -> Iterator[None]:
    """Turn what transformers says about missing or unusable weights into a sentence.

    Raises
    ------
    NsysToolsError
        If the weights cannot be found or their code does not fit the installed transformers.
    """
    if weights.startswith((".", "/", "~")) and not Path(weights).expanduser().is_dir():
        message = f"Weights missing: {weights} is no folder."
        raise NsysToolsError(message, "Give the folder of the weights, or a hub id.")
    try:
        yield
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise NsysToolsError(
            f"Weights missing: {weights}: {reason}",
            "Download them first (hf download ID), or leave --weights out for random ones.",
        ) from error
    except (ImportError, AttributeError) as error:
        raise NsysToolsError(
            f"The code of {weights} does not run with the installed packages: {error}",
            "Its model card names the versions it was written for; install those in a separate environment.",
        ) from error


def prompt_ids(count: int, vocabulary: int, seed: int) -> list[int]:
    """Return `count` drawn token ids between 2 and the vocabulary, the same for the same seed."""
    import random

    dice = random.Random(f"prompt/{seed}")  # noqa: S311 (a workload, no secret)
    return [dice.randrange(2, vocabulary) for _ in range(count)]
