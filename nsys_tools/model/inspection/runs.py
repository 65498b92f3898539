"""The forwards that a probe makes: prompts and single tokens, images, at a few sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.inspection.build import Built
from nsys_tools.model.inspection.probe import Record, recording

# Primes, so that no size is a product of others by accident.
PROMPTS = ((2, 7), (3, 5))
TEXTS = ((2, 7), (3, 5), (5, 3))
IMAGES = (2, 3)
T = TypeVar("T")
_FAULTS = (ValueError, TypeError, AttributeError, KeyError, IndexError, RuntimeError, AssertionError)


@attrs.frozen
class Run:
    """One forward: the phase, the sizes it had, and what was seen."""

    phase: str
    sizes: Mapping[str, int]
    record: Record


@attrs.frozen
class Runs:
    """All forwards of an architecture, and what could not be run."""

    runs: tuple[Run, ...]
    diagnostics: tuple[str, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases that were run, in order."""
        return tuple(dict.fromkeys(run.phase for run in self.runs))


def probe(built: Built) -> Runs:
    """Run every phase that an architecture has at two or more sizes.

    Raises
    ------
    NsysToolsError
        If it takes neither tokens nor images, or its main forward fails without data.
    """
    module = built.module
    kind = getattr(module, "main_input_name", "")
    if getattr(built.config, "is_encoder_decoder", False) or kind not in ("input_ids", "pixel_values"):
        raise NsysToolsError(
            f"{type(module).__name__} takes {kind or 'no known input'}"
            f"{' and is an encoder with a decoder' if kind == 'input_ids' else ''}; tokens or images are supported."
        )
    if kind == "pixel_values":
        return Runs(tuple(guarded(module, lambda: _images(module, built.config, module))), ())
    runs = guarded(module, lambda: _texts(module))
    vision: list[Run] = []
    diagnostics: list[str] = []
    if hasattr(module, "get_image_features"):
        try:
            vision = guarded(module, lambda: _images(module, built.config.vision_config, module.get_image_features))
        except NsysToolsError as error:
            diagnostics.append(f"the vision part is left out: {error.message}")
    return Runs((*vision, *runs), tuple(diagnostics))


def tokens(batch: int, length: int) -> Any:
    """Return token ids on the meta device, shape (batch, length)."""
    import torch  # noqa: PLC0415

    return torch.zeros(batch, length, dtype=torch.long, device="meta")


def pixels(config: Any, images: int, dtype: Any) -> Any:
    """Return images on the meta device, shape (images, channels, height, width), of the configuration's size."""
    import torch  # noqa: PLC0415

    size = _image_size(config.to_dict())
    height, width = (size, size) if isinstance(size, int) else (tuple(size) if size else (0, 0))
    if not height:
        raise NsysToolsError(f"{type(config).__name__} has no image size; its images depend on data.")
    return torch.empty(images, getattr(config, "num_channels", 3), height, width, device="meta", dtype=dtype)


def _image_size(config: Mapping[str, Any]) -> Any:
    """Return the image size of a configuration, or the first that a part of it has."""
    parts = [value for value in config.values() if isinstance(value, Mapping)]
    return config.get("image_size") or next((found for part in parts if (found := _image_size(part))), None)


def guarded(module: Any, work: Callable[[], Iterator[T]]) -> list[T]:
    """Return everything that forwards of a module give, or a `NsysToolsError` when shapes alone do not do."""
    try:
        return list(work())
    except _FAULTS as error:
        reason = (str(error).splitlines() or [""])[0]
        raise NsysToolsError(
            f"{type(module).__name__} does not run on the meta device: {type(error).__name__}: {reason}",
            "Its forward looks at values; only shapes exist there.",
        ) from None


def reader(module: Any) -> Callable[..., Any]:
    """Return how to run a module on tokens of the meta device: ``read(batch, length, **options)``.

    Some look at their tokens unless a mask says which of them count; these get a mask.
    """
    import torch  # noqa: PLC0415

    def plain(batch: int, length: int, **options: Any) -> Any:
        return module(input_ids=tokens(batch, length), **options)

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
        yield Run("prefill", {"batch_size": batch, "seq_len": length, "cache_len": 0}, record)
        with recording(module) as record:
            read(batch, 1, **cache, use_cache=True)
        yield Run("decode", {"batch_size": batch, "seq_len": 1, "cache_len": length}, record)
    for batch, length in () if decodes else TEXTS:
        with recording(module) as record:
            read(batch, length)
        yield Run("encode", {"batch_size": batch, "seq_len": length}, record)


def cache_of(result: Any) -> dict[str, Any]:
    """Return the cache of a forward under the name by which the next one takes it; empty without one."""
    return {name: result[name] for name in ("past_key_values", "cache_params") if result.get(name) is not None}


def _cached(module: Any) -> dict[str, bool]:
    from inspect import signature  # noqa: PLC0415

    return {"use_cache": True} if "use_cache" in signature(module.forward).parameters or _decoder(module) else {}


def _decoder(module: Any) -> bool:
    config = module.config.get_text_config() if hasattr(module.config, "get_text_config") else module.config
    return bool(getattr(config, "is_decoder", False))


def _images(module: Any, config: Any, forward: Callable[..., Any]) -> Iterator[Run]:
    for images in IMAGES:
        with recording(module) as record:
            forward(pixel_values=pixels(config, images, module.dtype))
        yield Run("vision", {"images": images}, record)
