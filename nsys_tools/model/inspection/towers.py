"""Find the image and audio towers of a model, and run them with shapes only (no data)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.inspection.faults import FAULTS, reason_of
from nsys_tools.model.inspection.pairs import is_pair

# Phase -> model input with the number of images or clips.
COUNTS = {"vision": "images", "audio": "clips"}
_GETTERS = {"vision": "get_image_features", "audio": "get_audio_features"}
_INPUTS = {"pixel_values": "vision", "input_features": "audio"}
# Whisper's 30 seconds, for encoders that accept any length.
_FRAMES = 3000


@attrs.frozen
class Tower:
    """A part that turns images or audio into features.

    Attributes
    ----------
    phase
        ``vision`` or ``audio``.
    path, function
        Path of the module, and the method to call: ``forward``, or a method that also projects the features.
    config
        Its configuration, which has the input sizes.
    """

    phase: str
    path: str
    function: str
    config: Any

    def run(self, module: Any, count: int) -> Any:
        """Run the tower on `count` images or clips of the configured size. `module` is the whole model.

        Raises
        ------
        NsysToolsError
            If the configuration does not specify the input size.
        """
        part = module.get_submodule(self.path)
        function = getattr(part, self.function)
        names = list(signature(function).parameters)
        call = part if self.function == "forward" else function  # module hooks see only calls of modules
        main = next((name for name in _INPUTS if name in names), names[0])
        if self.phase == "vision":
            main = main if main in names else "pixel_values"
            return call(**_pictures(self.config, count, main, names, module.dtype))
        main = main if main in names and main != "args" else "input_features"
        return call(**_sounds(self.config, count, main, names, module.dtype))


def working(module: Any) -> tuple[list[Tower], list[str]]:
    """Return the towers that run with shapes only, one per phase, and a sentence for each tower that does not."""
    found: list[Tower] = []
    told: list[str] = []
    for phase in COUNTS:
        failures: list[str] = []
        for tower in _candidates(module, phase):
            failure = _failure(tower, module)
            if not failure:
                found.append(tower)
                break
            failures.append(failure)
        else:
            if failures:
                told.append(f"{phase}: the {phase} tower is omitted: {failures[-1]}")
    return found, told


def of(module: Any) -> tuple[list[Tower], list[str]]:
    """Return the towers of a model as `working` does, or the model itself if it is a tower.

    Raises
    ------
    NsysToolsError
        If the model takes inputs other than tokens, images and audio features.
    """
    main = getattr(module, "main_input_name", "")
    if main == "input_ids" or is_pair(module) or any(hasattr(module, getter) for getter in _GETTERS.values()):
        return working(module)
    if main not in _INPUTS:
        raise NsysToolsError(
            f"{type(module).__name__} takes {main or 'no known input'}. "
            "Supported inputs are tokens, images and audio features."
        )
    return [Tower(_INPUTS[main], "", "forward", _sized(module.config, _INPUTS[main]))], []


def _candidates(module: Any, phase: str) -> Iterator[Tower]:
    """Yield ways to run the tower of a phase: first with its projection, then alone."""
    parts = list(_parts(module, phase))
    getter = _GETTERS[phase]
    if hasattr(module, getter):
        config = parts[0][1].config if parts else _sized(module.config, phase)
        yield Tower(phase, "", getter, config)
    for path, part in parts:
        yield Tower(phase, path, "forward", part.config)


def _parts(module: Any, phase: str) -> Iterator[tuple[str, Any]]:
    """Yield the outermost submodels that take images or audio."""
    from transformers import PreTrainedModel  # noqa: PLC0415

    above: list[str] = []
    for path, part in module.named_modules():
        if not path or not isinstance(part, PreTrainedModel) or any(path.startswith(f"{one}.") for one in above):
            continue
        names = list(signature(part.forward).parameters)
        is_of_phase = _INPUTS.get(names[0]) == phase if names[0] in _INPUTS else _named_so(part, phase)
        if is_of_phase and not {"input_ids", "decoder_input_ids"} & set(names):
            above.append(path)
            yield path, part


def _named_so(part: Any, phase: str) -> bool:
    """Return whether the class name of a model whose first input is a hidden state matches the phase."""
    words = {"vision": ("Vision", "Image"), "audio": ("Audio", "Speech")}[phase]
    return any(word in type(part).__name__ for word in words)


def _failure(tower: Tower, module: Any) -> str:
    import torch  # noqa: PLC0415

    try:
        with torch.no_grad():
            tower.run(module, 2)
    except NsysToolsError as error:
        return error.message
    except FAULTS as error:
        what = type(module.get_submodule(tower.path)).__name__
        return f"{what} does not run on the meta device: {reason_of(error)}"
    return ""


def _sized(config: Any, phase: str) -> Any:
    """Return the part of a configuration that describes a phase, or the whole configuration if it has no such part."""
    names = {"vision": ("vision_config", "image_config"), "audio": ("audio_config", "encoder_config")}[phase]
    return next((part for name in names if (part := getattr(config, name, None)) is not None), config)


def _pictures(config: Any, count: int, main: str, names: list[str], dtype: Any) -> dict[str, Any]:
    import torch  # noqa: PLC0415

    values = pixels(config, count, dtype)
    tiles = getattr(config, "max_num_tiles", 0)
    if "aspect_ratio_ids" in names and tiles:  # Mllama: an image is a row of tiles
        values = values[:, None, None].expand(-1, 1, tiles, -1, -1, -1)
    extras: Mapping[str, Callable[[], Any]] = {
        "aspect_ratio_ids": lambda: torch.zeros(count, 1, dtype=torch.long, device="meta"),
        "aspect_ratio_mask": lambda: torch.ones(count, 1, tiles, dtype=torch.long, device="meta"),
        "image_sizes": lambda: [tuple(values.shape[-2:])] * count,
    }
    return {main: values, **{name: make() for name, make in extras.items() if name in names}}


def _sounds(config: Any, count: int, main: str, names: list[str], dtype: Any) -> dict[str, Any]:
    import torch  # noqa: PLC0415

    bands = next((getattr(config, n) for n in ("num_mel_bins", "input_size", "input_dim") if hasattr(config, n)), 0)
    if not bands:
        raise NsysToolsError(
            f"{type(config).__name__} does not specify the number of mel bands, so the input size is unknown."
        )
    # Whisper's encoder halves the number of frames and has one position per remaining frame.
    frames = 2 * getattr(config, "max_source_positions", _FRAMES // 2)
    shape = (count, frames, bands) if main == "hidden_states" else (count, bands, frames)
    mask = torch.ones(count, frames, dtype=torch.bool, device="meta")
    masks: dict[str, Any] = {name: mask for name in ("mask", "input_features_mask") if name in names}
    return {main: torch.empty(shape, device="meta", dtype=dtype), **masks}


def pixels(config: Any, images: int, dtype: Any) -> Any:
    """Return images of the configured size on the meta device, with shape (images, channels, height, width)."""
    import torch  # noqa: PLC0415

    size = _image_size(config.to_dict())
    height, width = (size, size) if isinstance(size, int) else (tuple(size) if size else (0, 0))
    if not height:
        raise NsysToolsError(f"{type(config).__name__} does not specify an image size, so the input size is unknown.")
    return torch.empty(images, getattr(config, "num_channels", 3), height, width, device="meta", dtype=dtype)


def _image_size(config: Mapping[str, Any]) -> Any:
    """Return the image size of a configuration, or of its first part that has an image size."""
    parts = [value for value in config.values() if isinstance(value, Mapping)]
    return config.get("image_size") or next((found for part in parts if (found := _image_size(part))), None)
