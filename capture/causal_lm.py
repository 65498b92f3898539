"""A plain transformers language model: Llama with random weights, or any causal LM with --weights.

python capture/causal_lm.py --scale tiny --device cpu --prompt-tokens 64 --out run
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nsys_tools.capture import loading, workload
from nsys_tools.capture.decoding import Batch, pad_left, positions
from nsys_tools.capture.options import Options
from nsys_tools.capture.ranges import Ranges
from nsys_tools.capture.run_folder import RunFolder

PROMPTS = 2
PROMPT_TOKENS = 128
TINY = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4,
        "num_key_value_heads": 2, "vocab_size": 512}  # fmt: skip


class CausalLM:
    """A causal language model and random prompts."""

    name = "causal-lm"
    unit = "prompt"
    stages: Mapping[str, str] = {}
    spanning: tuple[str, ...] = ()

    def __init__(self, options: Options, _folder: RunFolder) -> None:
        self.options = options
        self.model = self._model()
        config = self.model.config
        ends = config.eos_token_id
        self.end_tokens = tuple(ends) if isinstance(ends, list) else () if ends is None else (ends,)
        self.vocabulary = config.vocab_size
        self.dimensions = {k: v for k, v in config.to_dict().items() if type(v) is int}

    def _model(self) -> Any:
        from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

        options = self.options
        if not options.weights:
            config = LlamaConfig(**TINY) if options.scale == "tiny" else LlamaConfig()
            return loading.random_model(LlamaForCausalLM, config, options)
        with loading.loaded_weights(options.weights):
            return AutoModelForCausalLM.from_pretrained(
                options.weights, dtype=loading.dtype_of(options), attn_implementation=options.attention
            ).eval().to(loading.device_of(options))  # fmt: skip

    def items(self) -> Sequence[list[int]]:
        length = self.options.prompt_tokens or PROMPT_TOKENS
        return [loading.prompt_ids(length, self.vocabulary, self.options.seed + n) for n in range(PROMPTS)]

    def prepare(self, items: Sequence[list[int]]) -> Batch:
        ids, mask = pad_left(items, str(next(self.model.parameters()).device))
        counts = [{"text_tokens": len(prompt), "prompt_tokens": len(prompt)} for prompt in items]
        return Batch(ids, mask, {}, counts)

    def prefill(self, batch: Batch, ranges: Ranges) -> Any:
        with ranges.stage("prefill"):
            return self.model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask, use_cache=True,
                position_ids=positions(batch.attention_mask), logits_to_keep=1,
            )  # fmt: skip


if __name__ == "__main__":
    sys.exit(workload.main(CausalLM, __doc__.splitlines()[0]))
