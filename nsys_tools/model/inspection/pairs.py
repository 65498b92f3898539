"""Run encoder-decoder models with shapes only, first the encoder and then the decoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Length of the encoder output per prompt of the probe: primes that no prompt has.
SOURCES = (11, 13)
SOURCE = "source_len"
MEANING = "tokens or frames that the encoder passes to the decoder"
Read = Callable[..., Any]


def is_pair(module: Any) -> bool:
    """Return whether a model is an encoder-decoder model."""
    return bool(getattr(module.config, "is_encoder_decoder", False))


def encode(module: Any, batch: int, length: int) -> Any:
    """Run the encoder of an encoder-decoder model on token ids on the meta device."""
    import torch  # noqa: PLC0415

    return module.get_encoder()(input_ids=torch.zeros(batch, length, dtype=torch.long, device="meta"))


def decoder(module: Any, source: int) -> Read:
    """Return a function ``read(batch, length)`` that runs the decoder on `source` positions from the encoder."""
    import torch  # noqa: PLC0415
    from transformers.modeling_outputs import BaseModelOutput  # noqa: PLC0415

    width = module.get_encoder().config.hidden_size

    def read(batch: int, length: int, **options: Any) -> Any:
        given = torch.empty(batch, source, width, dtype=module.dtype, device="meta")
        prompt = torch.zeros(batch, length, dtype=torch.long, device="meta")
        return module(decoder_input_ids=prompt, encoder_outputs=BaseModelOutput(given), **options)

    return read
