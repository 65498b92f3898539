"""Number formats of weights, matrix product inputs, experts, output head and KV cache."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model.documents import unknown

ROLES = ("weights", "experts", "head", "kept")
"""Roles of weights: of a linear layer, of routed experts, of the output head, or kept in the dtype."""

PARTS = ("weights", "activations", "cache", "experts", "head")
PLAIN = {"fp32": 4, "tf32": 4, "bf16": 2, "fp16": 2, "fp8": 1, "int8": 1}
"""Bytes per element of the formats without scales, which can be used for everything."""

# Name -> bits per element including its share of the scales, and the dtype in which products are computed.
# Sources: Open Compute Project, Microscaling Formats v1.0 (MX: 8-bit scale per 32 elements); NVIDIA, NVFP4 (8
# bits for 16); DeepSeek-V3, arXiv 2412.19437 (32 bits for a block of 128 x 128).
_BITS: dict[str, tuple[Fraction, str]] = {
    **{name: (Fraction(8 * size), name) for name, size in PLAIN.items()},
    "fp8-b128": (8 + Fraction(32, 128 * 128), "fp8"),
    "mxfp8": (8 + Fraction(8, 32), "fp8"),
    "fp4": (4 + Fraction(8, 32), "fp4"),
    "mxfp4": (4 + Fraction(8, 32), "fp4"),
    "nvfp4": (4 + Fraction(8, 16), "fp4"),
}
_GROUPED = re.compile(r"int4-g([1-9][0-9]{0,4})(-z)?")
_SCALE_BITS, _ZERO_BITS = 16, 4


@attrs.frozen
class Format:
    """A number format.

    Attributes
    ----------
    name
        Name, such as ``mxfp4``.
    bits
        Bits per element, including its share of the scales.
    dtype
        The dtype in which products are computed, as named in the peaks of GPUs.
    """

    name: str
    bits: Fraction
    dtype: str

    @property
    def bytes(self) -> Fraction:
        """Bytes per element."""
        return self.bits / 8


def parse(name: str) -> Format:
    """Return a format by name. ``int4-g128`` has a 16-bit scale per 128 weights. ``-z`` adds a 4-bit zero point.

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    if name in _BITS:
        return Format(name, *_BITS[name])
    if match := _GROUPED.fullmatch(name):
        shared = _SCALE_BITS + (_ZERO_BITS if match[2] else 0)
        return Format(name, 4 + Fraction(shared, int(match[1])), "int4")
    known = [*_BITS, "int4-g128", "int4-g128-z"]
    raise unknown(name, known, "dtype")


@attrs.frozen
class Formats:
    """The formats of a model.

    Attributes
    ----------
    base
        Format of everything without a specific format: norms, embeddings, attention, activations between layers.
    weights, experts, head
        Formats of the weights of linear layers, of routed experts, and of the output head.
    activations
        Input format of matrix products with quantized weights.
    cache
        Format of the KV cache.
    kept
        Patterns of layers whose weights are in the base format, such as ``lm_head`` and ``*.gate``.
    """

    base: str
    weights: str = ""
    activations: str = ""
    cache: str = ""
    experts: str = ""
    head: str = ""
    kept: tuple[str, ...] = ()

    def of(self, role: str) -> Format:
        """Return the format of a role's weights."""
        chosen = {"weights": self.weights, "experts": self.experts or self.weights, "head": self.head}
        return parse(chosen.get(role, "") or self.base)

    def input_of(self, role: str) -> Format:
        """Return the input format of a role's products: the activation format if its weights are quantized."""
        quantized = self.of(role).bits < parse(self.base).bits
        return parse((quantized and self.activations) or self.base)

    def product_of(self, role: str) -> str:
        """Return the dtype in which a role's products are computed: the wider dtype of weights and inputs."""
        return max(self.input_of(role), self.of(role), key=lambda form: int(form.bits)).dtype

    def variables(self) -> dict[str, Fraction | int]:
        """Return the reserved names in formulas with their values, in bytes per element."""
        found: dict[str, Fraction | int] = {"dtype_bytes": parse(self.base).bytes}
        for role in ROLES:
            found[weight_name(role)] = self.of(role).bytes
            found[input_name(role)] = self.input_of(role).bytes
        found["cache_dtype_bytes"] = parse(self.cache or self.base).bytes
        return {name: int(value) if value.denominator == 1 else value for name, value in found.items()}

    def __str__(self) -> str:
        """Return the formats as text."""
        parts = [f"{name} {getattr(self, name)}" for name in PARTS if getattr(self, name) not in ("", self.base)]
        return ", ".join([f"{self.base} elements", *(f"{part}{_bits(part)}" for part in parts)])


def _bits(part: str) -> str:
    bits = parse(part.split()[1]).bits
    return "" if bits.denominator == 1 else f" ({float(bits):g} bits)"


def weight_name(role: str) -> str:
    """Return the variable for the bytes per weight of a role."""
    return f"bytes_of_{role}"


def input_name(role: str) -> str:
    """Return the variable for the bytes per input element of a role's products."""
    return f"bytes_into_{role}"


def chosen(text: str, own: Formats) -> Formats:
    """Return the formats that a user specifies.

    Parameters
    ----------
    text
        ``bf16`` sets everything to one format. ``weights=int4-g128,cache=fp8`` changes parts of the model's formats.
        ``bf16,cache=fp8`` does both. An empty string changes nothing.
    own
        The model's own formats.

    Raises
    ------
    UsageError
        If a format or part is unknown.
    """
    found = own
    for index, item in enumerate(filter(None, (part.strip() for part in text.split(",")))):
        name, equals, value = item.partition("=")
        if equals:
            found = _part(found, name.strip(), value.strip())
        elif index:
            raise UsageError(
                f"--dtype: {item!r} does not have the form PART=FORMAT.", f"Use {'=FORMAT, '.join(PARTS)}=FORMAT."
            )
        else:
            found = Formats(_plain(item))
    return found


def base_of(text: str) -> str:
    """Return the format that the user sets for everything, or an empty string if the user sets only parts."""
    first = text.partition(",")[0].strip()
    return "" if "=" in first else first


def _plain(name: str) -> str:
    if name not in PLAIN:
        parse(name)
        raise UsageError(
            f"{name} can only be used for weights.",
            f"Use --dtype weights={name}. To set all parts, use one of: {', '.join(PLAIN)}.",
        )
    return name


def _part(found: Formats, name: str, value: str) -> Formats:
    if name not in PARTS:
        raise UsageError(
            f"--dtype: {name!r} is not a part of the model that has a number format.",
            f"Use one of: {', '.join(PARTS)}.",
        )
    parse(value)
    changed: dict[str, Any] = {name: value}
    if name == "weights":  # formats that default to that of the weights do so again
        changed["experts"] = ""
    return attrs.evolve(found, **changed)


def of_data(data: Mapping[str, Any], base: str) -> Formats:
    """Return the formats of a model file: its dtype with its ``formats`` applied."""
    given = {name: value for name, value in data.items() if name != "kept"}
    for value in given.values():
        parse(value)
    return Formats(base, kept=tuple(data.get("kept", ())), **given)


def from_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``formats`` of a model file from a transformers ``quantization_config``.

    Raises
    ------
    NsysToolsError
        If the method or the layout of the scales is not supported.
    """
    method = str(config.get("quant_method", ""))
    reader = _METHODS.get(method)
    if reader is None:
        raise NsysToolsError(
            f"quantization_config: the method {method!r} is not supported.",
            f"Supported: {', '.join(_METHODS)}. Remove quantization_config and set the formats with --dtype, for "
            "example --dtype weights=int4-g128.",
        )
    kept = config.get("modules_to_not_convert") or config.get("ignore") or config.get("exclude_modules") or ()
    found = reader(config)
    return {**found, **({"kept": [_pattern(str(name)) for name in kept]} if kept else {})}


def _pattern(name: str) -> str:
    """Return a layer path pattern for a module that a configuration excludes. ``re:`` marks a regular expression."""
    plain = name
    if name.startswith("re:"):
        plain = name.removeprefix("re:").replace(".*", "*").replace("\\.", ".").strip("^$")
    return plain if plain.startswith("*") or plain.endswith("*") else f"*{plain}*"


def _fp8(config: Mapping[str, Any]) -> dict[str, Any]:
    block = config.get("weight_block_size")
    if block not in (None, [128, 128]):
        raise NsysToolsError(f"quantization_config: weight_block_size is {block}, but only [128, 128] is supported.")
    return {"weights": "fp8-b128" if block else "fp8", "activations": "fp8"}


def _grouped(config: Mapping[str, Any]) -> dict[str, Any]:
    bits, size = config.get("bits", 4), config.get("group_size", 128)
    if bits != 4 or not isinstance(size, int) or size <= 0:
        raise NsysToolsError(
            f"quantization_config: {bits}-bit weights in groups of {size} are not supported. Only 4-bit weights are."
        )
    return {"weights": f"int4-g{size}-z"}


def _compressed(config: Mapping[str, Any]) -> dict[str, Any]:
    """Read a compressed-tensors config, which has one config group with grouped integers or FP8."""
    groups = list(config.get("config_groups", {}).values())
    weights = groups[0].get("weights") if len(groups) == 1 else None
    if not weights:
        raise NsysToolsError("quantization_config: compressed-tensors must have exactly one config group.")
    inputs = groups[0].get("input_activations")
    kind, bits, size = weights.get("type"), weights.get("num_bits"), weights.get("group_size")
    if kind == "int" and bits == 4 and isinstance(size, int) and size > 0:
        found = {"weights": f"int4-g{size}" + ("" if weights.get("symmetric", True) else "-z")}
    elif bits == 8 and kind in ("int", "float"):
        found = {"weights": "int8" if kind == "int" else "fp8"}
    elif kind == "float" and bits == 4:
        found = {"weights": "nvfp4" if size == 16 else "mxfp4"}
    else:
        raise NsysToolsError(f"quantization_config: {bits}-bit {kind} weights are not supported.")
    return {**found, **({"activations": parse(found["weights"]).dtype} if inputs else {})}


_METHODS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "fp8": _fp8,
    "fbgemm_fp8": _fp8,
    "mxfp4": lambda _: {"experts": "mxfp4"},
    "awq": _grouped,
    "gptq": _grouped,
    "compressed-tensors": _compressed,
}
