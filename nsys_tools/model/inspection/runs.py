"""The forward passes of a probe, which run prompts, single tokens and images at a few sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.inspection import towers
from nsys_tools.model.inspection.build import Built
from nsys_tools.model.inspection.faults import FAULTS, reason_of, remedy
from nsys_tools.model.inspection.pairs import SOURCE, SOURCES, decoder, encode, is_pair
from nsys_tools.model.inspection.probe import Record, recording
from nsys_tools.model.inspection.towers import COUNTS, Tower

# Primes, so that no size is a product of others by coincidence.
PROMPTS = ((2, 7), (3, 5))
TEXTS = ((2, 7), (3, 5), (5, 3))
IMAGES = (2, 3)
CACHE = "past_key_values"
T = TypeVar("T")


@attrs.frozen
class Kept:
    """The cache of a layer: its window (or None), its number of key heads, and its key and value elements per token."""

    window: int | None
    heads: int
    elements: int


@attrs.frozen
class Run:
    """One forward pass: its phase, its sizes, the recording, and the cache of each layer (`kept`)."""

    phase: str
    sizes: Mapping[str, int]
    record: Record
    kept: Mapping[int, Kept] = attrs.field(factory=dict)


@attrs.frozen
class Runs:
    """All forward passes of an architecture, and notes on what could not be run."""

    runs: tuple[Run, ...]
    diagnostics: tuple[str, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases that were run, in order."""
        return tuple(dict.fromkeys(run.phase for run in self.runs))


def probe(built: Built) -> Runs:
    """Run every phase of an architecture at two or more sizes.

    Raises
    ------
    NsysToolsError
        If the model does not take tokens, images or audio, or if its main forward pass cannot run without data.
    """
    module = built.module
    found, told = towers.of(module)
    runs = tuple(run for tower in found for run in guarded(module, partial(_features, module, tower)))
    if is_pair(module):
        runs += tuple(guarded(module, lambda: _pairs(module, has_text=not runs)))
    elif module.main_input_name == "input_ids" or not runs:
        runs += tuple(guarded(module, lambda: _texts(module)))
    return Runs(runs, (*told, *left_out(module, runs)))


def tokens(batch: int, length: int) -> Any:
    """Return token ids on the meta device, with shape (batch, length)."""
    import torch  # noqa: PLC0415

    return torch.zeros(batch, length, dtype=torch.long, device="meta")


def guarded(module: Any, work: Callable[[], Iterator[T]]) -> list[T]:
    """Return the results of a module's forward passes; raise a `NsysToolsError` if they require more than shapes."""
    try:
        return list(work())
    except FAULTS as error:
        raise NsysToolsError(
            f"{type(module).__name__} does not run on the meta device: {reason_of(error)}",
            remedy(error)
            or "Its forward method may read tensor values, which do not exist on this device, or require more inputs.",
        ) from None


def reader(module: Any) -> Callable[..., Any]:
    """Return a function ``read(batch, length, **options)`` that runs a module on tokens on the meta device.

    Some models read their token values unless they receive a mask, so these models receive one. For a model
    with a text tower and an image tower, the text tower is run.
    """
    import torch  # noqa: PLC0415

    forward = getattr(module, "get_text_features", module)

    def plain(batch: int, length: int, **options: Any) -> Any:
        return forward(input_ids=tokens(batch, length), **options)

    def masked(batch: int, length: int, **options: Any) -> Any:
        cache = options.get("past_key_values")
        whole = length + (cache.get_seq_length() if cache is not None else 0)
        mask = torch.ones(batch, whole, dtype=torch.long, device="meta")
        return plain(batch, length, attention_mask=mask, **options)

    try:
        with torch.no_grad():
            plain(1, 2)
    except RuntimeError as error:
        if "meta tensors" not in str(error):
            raise
        return masked
    return plain


def _texts(module: Any) -> Iterator[Run]:
    decodes = False
    options = _cached(module)
    read = reader(module)
    for batch, length in PROMPTS:
        with recording(module) as record:
            result = read(batch, length, **options)
        cache = cache_of(result)
        decodes = bool(cache)
        if not decodes:
            break
        yield Run("prefill", {"batch_size": batch, "seq_len": length, "cache_len": 0}, record, kept(cache.get(CACHE)))
        with recording(module) as record:
            read(batch, 1, **cache, use_cache=True)
        yield Run("decode", {"batch_size": batch, "seq_len": 1, "cache_len": length}, record, kept(cache.get(CACHE)))
    for batch, length in () if decodes else TEXTS:
        with recording(module) as record:
            read(batch, length)
        yield Run("encode", {"batch_size": batch, "seq_len": length}, record)


def _pairs(module: Any, has_text: bool) -> Iterator[Run]:
    """Yield the forward passes of an encoder-decoder model. An audio encoder is a tower, which has already been run."""
    for (batch, length), source in zip(PROMPTS, SOURCES, strict=True):
        sizes = {"batch_size": batch, "seq_len": length, "cache_len": 0, SOURCE: source}
        if has_text:
            with recording(module) as record:
                encode(module, batch, source)
            yield Run("encode", {"batch_size": batch, "seq_len": source}, record)
        read = decoder(module, source)
        with recording(module) as record:
            result = read(batch, length, use_cache=True)
        yield Run("prefill", sizes, record)
        with recording(module) as record:
            read(batch, 1, **cache_of(result), use_cache=True)
        yield Run("decode", {**sizes, "seq_len": 1, "cache_len": length}, record)


def cache_of(result: Any) -> dict[str, Any]:
    """Return the cache of a forward pass, if there is one, by the name of the argument for the next forward pass."""
    if not hasattr(result, "get"):
        return {}
    return {name: result[name] for name in (CACHE, "cache_params") if result.get(name) is not None}


def _cached(module: Any) -> dict[str, bool]:
    from inspect import signature  # noqa: PLC0415

    if hasattr(module, "get_text_features"):
        return {}
    return {"use_cache": True} if "use_cache" in signature(module.forward).parameters or _decoder(module) else {}


def _decoder(module: Any) -> bool:
    config = module.config.get_text_config() if hasattr(module.config, "get_text_config") else module.config
    return bool(getattr(config, "is_decoder", False))


def _features(module: Any, tower: Tower) -> Iterator[Run]:
    for count in IMAGES:
        with recording(module) as record:
            tower.run(module, count)
        yield Run(tower.phase, {COUNTS[tower.phase]: count}, record)


def kept(cache: Any) -> dict[int, Kept]:
    """Return the cache contents of each layer that has keys and values, by layer index."""
    found = {}
    for index, layer in enumerate(getattr(cache, "layers", ())):
        keys, values = getattr(layer, "keys", None), getattr(layer, "values", None)
        if keys is not None and values is not None and keys.dim() == values.dim() == 4:
            widths = tuple(tensor.shape[1] * tensor.shape[3] for tensor in (keys, values))
            found[index] = Kept(getattr(layer, "sliding_window", None), keys.shape[1], sum(widths))
    return found


def left_out(module: Any, runs: Iterable[Run]) -> tuple[str, ...]:
    """Return one sentence per outermost part whose weights are not used in any forward pass."""
    used = {identity for run in runs for identity in run.record.touched}
    found: list[str] = []
    told = []
    for name, child in module.named_modules():
        weights = list(child.parameters())
        if not name or any(name.startswith(f"{one}.") for one in found) or not weights:
            continue
        if used.isdisjoint(id(weight) for weight in weights):
            found.append(name)
            place = re.sub(r"\b\d+\b", "*", name)
            count = sum(weight.numel() for weight in weights)
            told.append(f"{name}: {place} ({type(child).__qualname__}, {count:,} weights) is not used in any phase")
    return tuple(told)
