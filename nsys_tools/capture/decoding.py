"""Explicit prefill and a greedy decode loop with a KV cache.

They return the same tokens as ``generate()``, in named steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from nsys_tools.capture.ranges import Ranges

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass
class Batch:
    """Input of one prefill.

    Attributes
    ----------
    input_ids, attention_mask
        Token ids and their mask, with shape (batch, prompt). Shorter prompts are padded on the left.
    inputs
        Additional inputs of the model's prefill, such as pixels and crop grids.
    counts
        Exact counts per page or prompt, as written to ``workload.json``. `decode` adds the number of prompt positions
        for which the prefill returned logits.
    """

    input_ids: Tensor
    attention_mask: Tensor
    inputs: dict[str, Any] = field(default_factory=dict)
    counts: list[dict[str, Any]] = field(default_factory=list)


class Adapter(Protocol):
    """A model with its pages or prompts, as defined by a workload script.

    Attributes
    ----------
    model
        The module whose forward takes ``input_ids``, ``past_key_values`` and other arguments, and returns logits.
    unit
        Name of the range around one batch: ``image`` or ``prompt``.
    stages
        Stage name by qualified module name.
    spanning
        Modules that are called in several stages. No range is recorded for them.
    end_tokens
        Token ids that end a generated text; empty if the model has none.
    """

    model: nn.Module
    unit: str
    stages: Mapping[str, str]
    spanning: tuple[str, ...]
    end_tokens: tuple[int, ...]

    def items(self) -> Sequence[Any]:
        """Return the pages or prompts of one repeat."""

    def prepare(self, items: Sequence[Any]) -> Batch:
        """Turn pages or prompts into model inputs in the range ``preprocess``."""

    def prefill(self, batch: Batch, ranges: Ranges) -> Any:
        """Run the vision tower and the prompt in the ranges ``vision`` and ``prefill``. Return the model's output."""


def positions(attention_mask: Tensor) -> Tensor:
    """Return each token's position, with shape (batch, length). Padding on the left is not counted."""
    return (attention_mask.long().cumsum(-1) - 1).clamp(min=0)


def pad_left(rows: Sequence[Sequence[int]], device: str, padding: int = 0) -> tuple[Tensor, Tensor]:
    """Return the token ids and the mask, with shape (batch, longest), of prompts with different lengths."""
    import torch

    longest = max(len(row) for row in rows)
    ids = [[padding] * (longest - len(row)) + list(row) for row in rows]
    mask = [[0] * (longest - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def decode(adapter: Adapter, batch: Batch, new_tokens: int, ranges: Ranges, *, stop: bool = False) -> Tensor:
    """Return the greedy continuation of a batch, with shape (batch, new tokens).

    The first token is sampled from the prefill logits. Each further token is decoded in one ``step``: a forward
    pass over the previous token, followed by ``sample``.

    Parameters
    ----------
    adapter
        The model.
    batch
        Its input.
    new_tokens
        Maximum number of new tokens.
    ranges
        Records the ranges.
    stop
        Stop each sequence at its end token and pad it, as ``generate()`` does.
    """
    import torch

    output = adapter.prefill(batch, ranges)
    for counted in batch.counts:
        counted["head_positions"] = output.logits.shape[1]
    with ranges.stage("sample"):
        token = output.logits[:, -1].argmax(-1)
    tokens, mask, position = [token], batch.attention_mask, positions(batch.attention_mask)[:, -1:]
    ends = torch.tensor(adapter.end_tokens if stop else (), device=token.device, dtype=token.dtype)
    done = torch.isin(token, ends)
    with ranges.stage("decode"):
        while len(tokens) < new_tokens and not (len(ends) and bool(done.all())):
            with ranges.stage("step"):
                mask, position = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=-1), position + 1
                output = adapter.model(
                    input_ids=token[:, None],
                    attention_mask=mask,
                    position_ids=position,
                    past_key_values=output.past_key_values,
                    use_cache=True,
                )
                with ranges.stage("sample"):
                    token = output.logits[:, -1].argmax(-1)
                    if len(ends):
                        token = torch.where(done, ends[0], token)
                        done = done | torch.isin(token, ends)
            tokens.append(token)
    return torch.stack(tokens, dim=1)
