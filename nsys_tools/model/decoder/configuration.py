"""A published configuration (``config.json``) that tracks which values are read, so that no value is ignored."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as shown
from typing import Any

from nsys_tools.errors import NsysToolsError

INSPECT = "Run `nsys-tools model inspect CONFIG` to build it with transformers, which requires the [torch] extra."
# Limits of any size, and of the number of layers. Larger values are mistakes, and layers are built individually.
MOST = 10**9
MOST_LAYERS = 1000
# Settings without effect on FLOPs and bytes.
_NEUTRAL = """
_attn_implementation _attn_implementation_autoset _name_or_path architectures attention_dropout attn_logit_softcapping
auto_map aux_loss_alpha aux_loss_coef boi_token_index bos_token_id cache_implementation chunk_size_feed_forward
embd_pdrop embedding_dropout eoi_token_index eos_token_id ep_size final_logit_softcapping id2label image_token_id
image_token_index initial_context_length initializer_range is_decoder is_encoder_decoder label2id layer_norm_eps
layer_norm_epsilon length_penalty max_length n_group norm_eps norm_topk_prob num_beam_groups num_beams
num_return_sequences original_max_position_embeddings output_attentions output_hidden_states output_router_logits
pad_token_id pretraining_tp problem_type projector_hidden_act query_pre_attn_scalar repetition_penalty resid_pdrop
return_dict rms_norm_eps rope_interleave rope_local_base_freq rope_scaling rope_theta routed_scaling_factor
router_aux_loss_coef router_jitter_noise scoring_func seq_aux spatial_merge_size swiglu_alpha swiglu_limit
task_specific_params temperature tf_legacy_loss tokenizer_class top_k top_p topk_group topk_method torchscript
transformers_version typical_p unsloth_fixed unsloth_version use_bfloat16 use_cache vision_feature_layer
"""
NEUTRAL = frozenset(_NEUTRAL.split())


class Configuration:
    """The values of a configuration, checked as they are read.

    Parameters
    ----------
    values
        The JSON object of the file.
    defaults
        Defaults of its class in transformers, for names that the file omits.
    place
        Name to use in error messages.
    """

    def __init__(self, values: Mapping[str, Any], defaults: Mapping[str, Any], place: str) -> None:
        self.place = place
        self.warnings: list[str] = []
        self.values = values
        self._defaults = defaults
        self._asked: set[str] = set()

    def says(self, name: str) -> bool:
        """Return whether the file has a value for a name."""
        return self.values.get(name) is not None

    def get(self, *names: str) -> Any:
        """Return the value of the first of these names that is in the file, or the default of the first name.

        A file may contain null, which counts as a value, as in Mistral's ``sliding_window``.
        """
        self._asked |= set(names)
        said = [self.values[name] for name in names if name in self.values]
        return next((value for value in said if value is not None), None) if said else self._defaults.get(names[0])

    def size(self, *names: str, least: int = 1, most: int = MOST) -> int:
        """Return a required integer.

        Raises
        ------
        NsysToolsError
            If it is missing, is not an integer, or is below `least` or above `most`.
        """
        value = self.get(*names)
        if value is None:
            raise NsysToolsError(f"{self.place}: {names[0]} is missing.", INSPECT)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wanted = f"must be an integer from {least} to {most:,}"
            raise NsysToolsError(f"{self.place}: {names[0]} is {shown(value)}, but {wanted}.")
        return value

    def layers(self) -> int:
        """Return the number of layers."""
        return self.size("num_hidden_layers", most=MOST_LAYERS)

    def optional(self, *names: str) -> int | None:
        """Return an integer of at least 1, or None if neither the file nor the class sets it."""
        return None if self.get(*names) is None else self.size(*names)

    def flag(self, name: str) -> bool:
        """Return a boolean setting."""
        value = self.get(name)
        if value is not None and not isinstance(value, bool):
            raise NsysToolsError(f"{self.place}: {name} is {shown(value)}, but must be true or false.")
        return bool(value)

    def part(self, name: str) -> Mapping[str, Any]:
        """Return a nested object, or an empty one if there is none."""
        value = self.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise NsysToolsError(f"{self.place}: {name} is not an object.")
        return value or {}

    def refuse(self, name: str, *known: Any) -> None:
        """Raise an `NsysToolsError` if a name has a value that the builder does not support."""
        value = self.get(name)
        if value is not None and value not in known:
            raise NsysToolsError(f"{self.place}: {name} is {shown(value)}, which nsys-tools does not support.", INSPECT)

    def unknown(self) -> list[str]:
        """Return the names that were not read and may affect FLOPs or bytes."""
        left = self.values.keys() - self._asked - NEUTRAL
        return sorted(name for name in left if self.values[name] not in (None, False, [], {}))
