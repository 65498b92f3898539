"""Encoders with decoders: how to run the two on shapes alone, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# What the encoder gives to the decoder, for each prompt of the probe: primes that no prompt has.
SOURCES = (11, 13)
SOURCE = "source_len"
MEANING = "tokens or frames that the encoder gives to the decoder"
Read = Callable[..., Any]


def is_pair(module: Any) -> bool:
    """Return whether a model is an encoder with a decoder."""
    return bool(getattr(module.config, "is_encoder_decoder", False))


def encode(module: Any, batch: int, length: int) -> Any:
    """Run the encoder of a pair on token ids of the meta device."""
    import torch  # noqa: PLC0415

    return module.get_encoder()(input_ids=torch.zeros(batch, length, dtype=torch.long, device="meta"))


def decoder(module: Any, source: int) -> Read:
    """Return ``read(batch, length)`` for the decoder of a pair, after an encoder that gave `source` positions."""
    import torch  # noqa: PLC0415
    from transformers.modeling_outputs import BaseModelOutput  # noqa: PLC0415

    width = module.get_encoder().config.hidden_size

    def read(batch: int, length: int, **options: Any) -> Any:
        given = torch.empty(batch, source, width, dtype=module.dtype, device="meta")
        prompt = torch.zeros(batch, length, dtype=torch.long, device="meta")
        return module(decoder_input_ids=prompt, encoder_outputs=BaseModelOutput(given), **options)

    return read
