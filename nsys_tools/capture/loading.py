"""Functions for loading models: device, dtype, random weights, and error messages."""

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
    """Return the device on which to run.

    Raises
    ------
    NsysToolsError
        If a GPU is requested, but torch sees no GPU.
    """
    import torch

    if options.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(options.device).type
    except RuntimeError as error:
        message = f"--device {options.device} is not a valid device."
        raise NsysToolsError(message, "Use auto, cpu, cuda or cuda:N.") from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise NsysToolsError(
            f"--device {options.device}: torch {torch.__version__} sees no CUDA GPU.",
            "Run `nsys-tools doctor`, or use --device cpu.",
        )
    return options.device


def dtype_of(options: Options) -> Any:
    """Return the torch dtype to run the model in. ``auto`` means bfloat16 on a GPU and float32 on the CPU."""
    import torch

    if options.dtype == "auto":
        return torch.float32 if device_of(options).startswith("cpu") else torch.bfloat16
    return getattr(torch, options.dtype)


def random_model(kind: Any, config: Any, options: Options) -> nn.Module:
    """Return a model of a transformers class with random weights. The same seed produces the same weights.

    The model is built directly on the device, so a full-size model requires no copy in host memory.
    """
    import torch

    device, dtype = device_of(options), dtype_of(options)
    torch.manual_seed(options.seed)
    with torch.device(device), refused_attention(options):
        # A later .to(dtype) would also round tensors that a model needs in float32, such as rotary frequencies.
        model: nn.Module = kind._from_config(config, dtype=dtype, attn_implementation=options.attention)
    return model.eval()


@contextmanager
def refused_attention(options: Options) -> Iterator[None]:
    """Turn transformers' rejection of an attention implementation into an error with a hint.

    Raises
    ------
    NsysToolsError
        If the model or the installation does not support ``--attention``.
    """
    try:
        yield
    except (ImportError, ValueError) as error:
        message = f"--attention {options.attention} is not supported: {str(error).splitlines()[0]}"
        raise NsysToolsError(message, "Use sdpa or eager.") from error


@contextmanager
def loaded_weights(weights: str) -> Iterator[None]:
    """Turn transformers' errors about missing or unusable weights into an error with a hint.

    Raises
    ------
    NsysToolsError
        If the weights cannot be found, or the model's code does not run with the installed transformers version.
    """
    if weights.startswith((".", "/", "~")) and not Path(weights).expanduser().is_dir():
        message = f"Weights missing: {weights} is not a folder."
        raise NsysToolsError(message, "Specify a folder of weights or a Hub id.")
    try:
        yield
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise NsysToolsError(
            f"Weights missing: {weights}: {reason}",
            "Run `hf download ID` first, or omit --weights to use random weights.",
        ) from error
    except (ImportError, AttributeError) as error:
        raise NsysToolsError(
            f"The code of {weights} does not run with the installed packages: {error}",
            "The model card lists the versions for which the code was written. Install them in a separate environment.",
        ) from error


def prompt_ids(count: int, vocabulary: int, seed: int) -> list[int]:
    """Return `count` random token ids from 2 to the vocabulary size. The same seed produces the same ids."""
    import random

    dice = random.Random(f"prompt/{seed}")  # noqa: S311 (a workload, no secret)
    return [dice.randrange(2, vocabulary) for _ in range(count)]
