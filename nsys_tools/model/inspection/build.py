"""Build the modules of a transformers architecture on the meta device, without weights or network access."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.inspection.faults import FAULTS, reason_of, remedy

ATTENTION = "nsys_tools"
# The same with explicit products, for counting where other implementations read masks.
PRODUCTS = "nsys_tools_products"
# The experts implementation that torch's counter can count and that needs no data.
EXPERTS = "batched_mm"
# Model types of configurations with remote code, and the equivalent type in transformers.
SAME_AS = {"kimi_k2": "deepseek_v3"}
# transformers 5 writes floats that JSON cannot represent as {"__float__": "Infinity"}.
_FLOAT = "__float__"
_SPECIAL = {text: float(text) for text in ("Infinity", "-Infinity", "NaN")}


@attrs.frozen
class Built:
    """An architecture on the meta device.

    Attributes
    ----------
    module, config
        The torch module and its transformers configuration.
    source
        The user's argument.
    config_path
        The configuration file, if there is one.
    """

    module: Any
    config: Any
    source: str
    config_path: str | None


def require_torch() -> None:
    """Raise a `NsysToolsError` with an install hint if torch or transformers is missing."""
    try:
        import torch  # noqa: F401, PLC0415
        import transformers  # noqa: F401, PLC0415
    except ImportError as error:
        raise NsysToolsError(
            f"model inspect cannot build the architecture: {reason_of(error)}.",
            "Run `pip install 'nsys-tools[torch]'`.",
        ) from None


def build(source: str, overrides: Sequence[str] = (), attention: Sequence[str] = (ATTENTION, "sdpa", "eager")) -> Built:
    """Return an architecture on the meta device.

    Parameters
    ----------
    source
        A config.json or a folder with one, a Hub id that is in the local cache, a transformers class
        (``LlamaForCausalLM``, ``LlamaConfig``), or a model type (``llama``).
    overrides
        Settings of the configuration, such as ``num_hidden_layers=2`` or ``text_config.num_hidden_layers=2``.
    attention
        Attention implementations. The first one that the architecture supports is used.

    Raises
    ------
    NsysToolsError
        If the architecture does not exist or cannot be built.
    """
    require_torch()
    config, architecture, path = _config(source)
    config = _overridden(config, overrides)
    kind = architecture or _architecture(config)
    for way in attention[:-1]:
        try:
            return Built(_on_meta(kind, config, way), config, source, path)
        except NsysToolsError:
            continue  # an older architecture that does not support selecting attention by name
    return Built(_on_meta(kind, config, attention[-1]), config, source, path)


def _config(source: str) -> tuple[Any, Any, str | None]:
    """Return a configuration, the class to build if the user specified one, and the configuration file."""
    import transformers  # noqa: PLC0415

    path = Path(source)
    if path.is_dir():
        path /= "config.json"
    if path.suffix == ".json" or path.is_file():
        return _from_file(path), None, str(path)
    if "/" not in source:
        found = _class_named(source)
        if found is None and source in transformers.CONFIG_MAPPING:
            found = transformers.CONFIG_MAPPING[source]
        if found is None:
            raise NsysToolsError(
                f"{source!r} is not a class or model type in transformers {transformers.__version__}.",
                "Use a class (LlamaForCausalLM, LlamaConfig), a model type (llama), a config.json, or ORG/NAME in "
                "the local Hub cache.",
            )
        if issubclass(found, transformers.PreTrainedModel):
            return _made(found.config_class, {}), found, None
        return _made(found, {}), None, None
    return _from_hub(source), None, None


def _class_named(name: str) -> Any:
    import transformers  # noqa: PLC0415

    found = getattr(transformers, name, None) if name.isidentifier() and not name.startswith("_") else None
    known = (transformers.PreTrainedModel, transformers.PreTrainedConfig)
    usable = isinstance(found, type) and issubclass(found, known) and found not in known
    return found if usable and getattr(found, "config_class", found) is not None else None


def _from_file(path: Path) -> Any:
    import transformers  # noqa: PLC0415

    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_hook=_float)
    except OSError as error:
        raise NsysToolsError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise NsysToolsError(f"{path} is not valid JSON.") from None
    kind = data.get("model_type") if isinstance(data, dict) else None
    kind = SAME_AS.get(str(kind), kind)
    if kind not in transformers.CONFIG_MAPPING:
        raise NsysToolsError(f"{path}: transformers {transformers.__version__} has no model_type {kind!r}.")
    return _made(transformers.CONFIG_MAPPING[kind], data)


def _float(found: dict[str, Any]) -> Any:
    """Return a JSON object, or the float that it encodes."""
    return _SPECIAL.get(str(found[_FLOAT]), found) if found.keys() == {_FLOAT} else found


def _made(kind: Any, data: Mapping[str, Any]) -> Any:
    """Return a configuration from its values, which transformers validates."""
    from huggingface_hub.errors import StrictDataclassError  # noqa: PLC0415

    try:
        return kind.from_dict(dict(data))
    except ImportError as error:
        raise NsysToolsError(
            f"The configuration {kind.__name__} cannot be created: {reason_of(error)}.", remedy(error)
        ) from None
    except (StrictDataclassError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = str(error).splitlines()[-1].strip() if str(error) else type(error).__name__
        raise NsysToolsError(f"The configuration {kind.__name__} rejects these values: {reason}") from None


def _from_hub(name: str) -> Any:
    import transformers  # noqa: PLC0415

    try:
        return transformers.AutoConfig.from_pretrained(name, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise NsysToolsError(
            f"{name} is not in the local Hub cache or is not a transformers architecture: {str(error).splitlines()[0]}",
            "nsys-tools does not download models or run remote code. Specify the path of the model's config.json "
            "instead.",
        ) from None


def _overridden(config: Any, overrides: Sequence[str]) -> Any:
    """Return a configuration with all overrides applied at once, since some overrides are valid only together."""
    if not overrides:
        return config
    data = config.to_dict()
    for override in overrides:
        _set(data, config, override)
    return _made(type(config), data)


def _set(data: dict[str, Any], config: Any, override: str) -> None:
    name, equals, text = override.partition("=")
    if not equals or not name:
        raise NsysToolsError(f"{override!r} does not have the form NAME=VALUE.", "Example: num_hidden_layers=2.")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    place: Any = data
    *above, last = name.split(".")
    part: Any = config
    for step in above:
        place = place.get(step) if isinstance(place, Mapping) else None
        part = getattr(part, step, None)
    last = getattr(part, "attribute_map", {}).get(last, last)
    if not isinstance(place, dict) or (last not in place and not _reads(part, last)):
        raise NsysToolsError(f"The configuration {type(config).__name__} has no setting {name!r}.")
    if isinstance(value, int) and "layer" in last:
        # Shorten lists with one element per layer along with the number of layers.
        whole = {key: old for key, old in place.items() if isinstance(old, list) and len(old) == place[last] > value}
        place.update({key: old[:value] for key, old in whole.items()})
        for derived in ("stage_names", "out_features", "out_indices"):
            place.pop(derived, None)  # of backbones: derived from the number of layers
    place[last] = value


def _reads(config: Any, name: str) -> bool:
    """Return whether the model reads a setting that its configuration class does not declare, such as head_dim."""
    try:
        modeling = import_module(type(config).__module__.replace(".configuration_", ".modeling_"))
    except ImportError:
        return False
    read = rf"config\.{name}\b|config, ['\"]{name}['\"]"
    return name.isidentifier() and re.search(read, inspect.getsource(modeling)) is not None


def _architecture(config: Any) -> Any:
    """Return the class that a configuration specifies, or the most common class for it."""
    import transformers  # noqa: PLC0415
    from transformers.models.auto import modeling_auto as auto  # noqa: PLC0415

    for name in getattr(config, "architectures", None) or ():
        found = getattr(transformers, name, None)
        if found is not None:
            return found
    encoders = auto.MODEL_FOR_MASKED_LM_MAPPING
    text = auto.MODEL_FOR_CAUSAL_LM_MAPPING
    mappings = [auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING]
    mappings += [auto.MODEL_FOR_SPEECH_SEQ_2_SEQ_MAPPING] if getattr(config, "is_encoder_decoder", False) else []
    mappings += [text] if type(config) not in encoders else []
    for mapping in (*mappings, auto.MODEL_MAPPING, text):
        if type(config) in mapping:
            found = mapping[type(config)]
            return found[0] if isinstance(found, (list, tuple)) else found
    raise NsysToolsError(f"transformers has no model for {type(config).__name__}.", "Specify the model class instead.")


def _on_meta(kind: Any, config: Any, attention: str) -> Any:
    import torch  # noqa: PLC0415

    register_attention()
    # Only shapes matter. In bfloat16, some code would multiply by its own float32 tensors and fail.
    options: dict[str, Any] = {"attn_implementation": attention, "dtype": torch.float32}
    try:
        with torch.device("meta"):
            module = kind._from_config(config, **options).eval()
        if hasattr(module, "set_experts_implementation"):
            module.set_experts_implementation(EXPERTS)  # also for parts with their own configuration
        if any(weight.device.type != "meta" for weight in module.parameters()):
            module.to("meta")  # XLNet always creates some weights on the CPU
    except FAULTS as error:
        raise NsysToolsError(
            f"{kind.__name__} cannot be built on the meta device: {reason_of(error)}",
            remedy(error),
        ) from None
    return module


def register_attention() -> None:
    """Register the attention functions and value-independent masks of `probe` with transformers."""
    from transformers import AttentionInterface, AttentionMaskInterface  # noqa: PLC0415

    from nsys_tools.model.inspection.probe import attention, mask, products  # noqa: PLC0415

    for name, function in ((ATTENTION, attention), (PRODUCTS, products)):
        AttentionInterface.register(name, function)
        AttentionMaskInterface.register(name, mask)
