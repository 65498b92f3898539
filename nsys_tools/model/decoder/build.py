"""Build the data of a model file from a configuration: inputs, phases and layers."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as shown
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import formats
from nsys_tools.model.decoder import pattern
from nsys_tools.model.decoder.attention import rotary_dim, self_attention
from nsys_tools.model.decoder.configuration import INSPECT, Configuration
from nsys_tools.model.decoder.families import FAMILIES, KNOWN, NESTED, Family
from nsys_tools.model.decoder.layers import TOKENS, Data, composite, linear, module, norm, numbered, residual
from nsys_tools.model.decoder.mlp import mlp
from nsys_tools.model.decoder.vision import siglip

_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
_PROMPT = 2048
_STEPS = {"meaning": "forward passes after the prefill, which generates the first token"}
_INPUTS: Data = {
    "batch_size": {"meaning": "sequences per batch", "default": 1},
    "seq_len": {"meaning": "prompt tokens per sequence", "default": _PROMPT},
    "new_tokens": {"meaning": "generated tokens per sequence", "default": 128},
    "decode_steps": {**_STEPS, "default": "max(0, {new_tokens} - 1)"},
    "head_positions": {"meaning": "prompt positions that lm_head runs on", "default": "{seq_len}"},
}
_VISION = {"name": "vision", "runs": "min(1, {images})", "calls": [{"name": "images"}]}


@attrs.frozen
class Built:
    """The parts of a model file that are built from a configuration.

    Attributes
    ----------
    dtype, formats, spec, inputs, phases, layers
        Fields of a model file. `formats` is empty if nothing is quantized.
    warnings
        Parts of the configuration that FLOPs and bytes do not include, one sentence each.
    """

    dtype: str
    formats: Data
    spec: Data
    inputs: Data
    phases: list[Data]
    layers: list[Data]
    warnings: tuple[str, ...]


def build(values: Mapping[str, Any], place: str) -> Built:
    """Return the architecture that a configuration describes.

    Parameters
    ----------
    values
        The JSON object of a ``config.json``.
    place
        Name to use in error messages.

    Raises
    ------
    NsysToolsError
        If the model type or one of the values is not supported.
    """
    kind = values.get("model_type")
    if kind not in KNOWN:
        raise NsysToolsError(f"{place}: unsupported model_type {shown(kind)}. Supported: {', '.join(KNOWN)}.", INSPECT)
    outer = Configuration(values, {}, place)
    config, family = _text(outer, kind)
    vision, strange = _vision(kind, outer, config)
    found = Built(
        dtype=_dtype(outer, config),
        formats=_formats(outer, config),
        spec=_spec(config, family, bool(vision)),
        inputs=_inputs(config, bool(vision)),
        phases=_phases(family, bool(vision)),
        layers=_layers(config, family, vision, whole=NESTED.get(kind, ("", ""))[1], tied=_tied(outer, config)),
        warnings=tuple(_warnings(outer, config)),
    )
    unknown = sorted({*strange, *config.unknown(), *(outer.unknown() if kind in NESTED else ())})
    if not unknown:
        return found
    sentence = f"{place} sets {', '.join(unknown)}, which nsys-tools does not recognize and ignores."
    return attrs.evolve(found, warnings=(*found.warnings, sentence))


def _text(outer: Configuration, kind: str) -> tuple[Configuration, Family]:
    """Return the language model's part of a configuration. For most models, this is the whole configuration."""
    outer.get("model_type")
    values, place, own = outer.values, outer.place, kind
    if kind in NESTED:
        values, place = outer.part("text_config"), f"{place}: text_config"
        own = str(values.get("model_type", NESTED[kind][0]))
    if own not in FAMILIES:
        raise NsysToolsError(f"{place}: unsupported model_type {shown(own)}.", INSPECT)
    family = FAMILIES[own]
    config = Configuration(values, family.defaults, place)
    config.get("model_type")
    for name, known in {**family.known, "is_encoder_decoder": (False,)}.items():
        config.refuse(name, *known)
    return config, family


def _layers(config: Configuration, family: Family, vision: list[Data], *, whole: str, tied: bool) -> list[Data]:
    hidden, vocabulary = config.size("hidden_size"), config.size("vocab_size")
    windows = pattern.windows(config, family)
    sparse = pattern.sparse(config, family)
    made = {kind: _layer(config, family, *kind) for kind in dict.fromkeys(zip(windows, sparse, strict=True))}
    rotations = len({window is None for window in windows}) if family.four_norms else 1
    positions = "{seq_len}" if rotations == 1 else f"{{seq_len}} * {rotations}"
    decoder = [
        module("embed_tokens", family.embedding, rows=TOKENS, entries=vocabulary, width=hidden),
        module(
            "rotary_emb",
            family.kind("RotaryEmbedding"),
            positions=positions,
            rotary_dim=rotary_dim(config, family),
            as_product=0,
        ),
        numbered([(family.kind("DecoderLayer"), made[kind]) for kind in zip(windows, sparse, strict=True)]),
        norm("norm", family.kind("RMSNorm"), hidden),
    ]
    head = linear("lm_head", hidden, vocabulary, rows="{batch_size} * {head_positions}")
    if tied:
        head["parameters"]["held"] = 0
    model = family.kind(f"{family.text}Model")
    if not whole:
        return [composite("model", model, decoder), head]
    text: Data = {**composite("language_model", model, decoder), "phases": ["prefill", "decode"]}
    return [composite("model", whole, [*vision, text]), {**head, "phases": ["prefill", "decode"]}]


def _layer(config: Configuration, family: Family, window: int | None, is_sparse: bool) -> list[Data]:
    hidden, rms = config.size("hidden_size"), family.kind("RMSNorm")
    attention = composite("self_attn", family.kind("Attention"), self_attention(config, family, window))
    inner = mlp(config, family, is_sparse)
    before, after = norm("input_layernorm", rms, hidden), norm("post_attention_layernorm", rms, hidden)
    first, second = residual("residual1", hidden), residual("residual2", hidden)
    if not family.four_norms:
        return [before, attention, first, after, inner, second]
    around = [norm(f"{place}_feedforward_layernorm", rms, hidden) for place in ("pre", "post")]
    return [before, attention, after, first, around[0], inner, around[1], second]


def _vision(kind: str, outer: Configuration, config: Configuration) -> tuple[list[Data], list[str]]:
    if kind != "gemma3":
        if kind in NESTED:
            outer.warnings.append(
                f"{outer.place}: FLOPs and bytes include only the language model. The vision encoder is not included."
            )
        return [], []
    values, image_tokens = outer.part("vision_config"), outer.optional("mm_tokens_per_image") or 256
    return siglip(values, config.size("hidden_size"), image_tokens, outer.place)


def _inputs(config: Configuration, vision: bool) -> Data:
    context = config.optional("max_position_embeddings") or _PROMPT
    prompt = {**_INPUTS["seq_len"], "default": min(_PROMPT, context)}
    if not vision:
        return {**_INPUTS, "seq_len": prompt}
    prompt["meaning"] += ", including images"
    return {"images": {"meaning": "images in the whole batch", "default": 0}, **_INPUTS, "seq_len": prompt}


def _phases(family: Family, vision: bool) -> list[Data]:
    absorbed = [{"absorbed": 0}, {"absorbed": 1}] if family.latent else [{}, {}]
    first = {"cache_len": 0, **absorbed[0]}
    later = {"cache_len": "{seq_len} + {step}", "seq_len": 1, "head_positions": 1, **absorbed[1]}
    prefill = {"name": "prefill", "calls": [{"name": "prompt", "set": first}]}
    decode = {"name": "decode", "calls": [{"name": "token", "steps": "{decode_steps}", "set": later}]}
    return [*([_VISION] if vision else []), prefill, decode]


def _spec(config: Configuration, family: Family, vision: bool) -> Data:
    found = {
        "hidden_size": config.size("hidden_size"),
        "intermediate_size": config.optional("intermediate_size"),
        "layers": config.layers(),
        "heads": config.size("num_attention_heads"),
        "context": config.optional("max_position_embeddings"),
        "moe": pattern.described(config, family),
        "vision_backbone": "SigLIP" if vision else "",
    }
    return {name: value for name, value in found.items() if value}


def _tied(outer: Configuration, config: Configuration) -> bool:
    """Return whether lm_head is tied to the embedding, according to the configuration, its text part, or its class."""
    own = config.flag("tie_word_embeddings")
    return outer.flag("tie_word_embeddings") if outer.says("tie_word_embeddings") else own


def _dtype(outer: Configuration, config: Configuration) -> str:
    name = config.get("dtype", "torch_dtype") or outer.get("dtype", "torch_dtype")
    if name is None:
        config.warnings.append(f"{config.place} has no dtype. nsys-tools assumes bf16.")
        return "bf16"
    if str(name) not in _DTYPES:
        message = f"{config.place}: the dtype {shown(name)} is not supported."
        raise NsysToolsError(message, f"Supported: {', '.join(_DTYPES)}.")
    return _DTYPES[str(name)]


def _formats(outer: Configuration, config: Configuration) -> Data:
    """Return the quantization config of the published weights. Older llm-compressor files use a different key."""
    names = ("quantization_config", "compression_config")
    parts = [where.part(name) for where in (outer, config) for name in names]
    quantized = next(filter(None, parts), None)
    return formats.from_config(quantized) if quantized else {}


def _warnings(outer: Configuration, config: Configuration) -> list[str]:
    found = [*outer.warnings, *config.warnings]
    more = config.get("num_nextn_predict_layers", "num_mtp_layers")
    if more:
        found.append(f"{config.place}: FLOPs and bytes do not include multi-token prediction (MTP layers: {more}).")
    named = outer.get("architectures") or config.get("architectures")
    if isinstance(named, list) and named and not str(named[0]).endswith(("ForCausalLM", "ForConditionalGeneration")):
        found.append(
            f"{config.place} has the architecture {named[0]}, but FLOPs and bytes include the head of a language model."
        )
    return found
