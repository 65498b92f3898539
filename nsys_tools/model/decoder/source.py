"""Sources of a decoder's configuration: a ``config.json``, or a shipped file of facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nsys_tools.model import documents
from nsys_tools.model.decoder.build import build
from nsys_tools.model.decoder.layers import Data

CONFIG = "config.json"
# Keys of a shipped file in addition to the configuration.
SCHEMA = "analytic/models/facts.schema.json"
_MARKS = {"config", "model_type", "architectures"}


def inside(folder: str) -> Path | None:
    """Return the configuration file in a folder, or None."""
    path = Path(folder) / CONFIG
    return path if path.is_file() else None


def is_configuration(data: Any) -> bool:
    """Return whether the data is a configuration, or facts that contain one, instead of a model with layers."""
    return isinstance(data, Mapping) and "layers" not in data and bool(data.keys() & _MARKS)


def read(path: Path) -> tuple[Any, tuple[str, ...]]:
    """Return the data of a model file, and warnings about what it omits. If the file has only facts, build the data.

    Raises
    ------
    NsysToolsError
        If the file cannot be read, or the builder does not support the model's type or one of its values.
    """
    data = documents.plain(path)
    if not is_configuration(data):
        return data, ()
    if "config" not in data:
        return from_configuration(data, path)
    documents.check(data, SCHEMA, str(path))
    return from_facts(data, str(path))


def from_configuration(values: Mapping[str, Any], path: Path) -> tuple[Data, tuple[str, ...]]:
    """Return the model file for a ``config.json``, and warnings about what it omits.

    Raises
    ------
    NsysToolsError
        If the builder does not support the model's type or one of its values.
    """
    given = str(values.get("_name_or_path") or "").rstrip("/")
    name = re.sub(r"[^a-z0-9.]+", "-", (given or path.resolve().parent.name).rpartition("/")[2].lower()).strip("-.")
    kind = str(values.get("model_type"))
    head = {
        "name": name or kind,
        "description": f"{kind}, built from {path.name}",
        "source": "a configuration from the user",
        "spec": {"id": given or name or kind, "variant": kind, "config_path": str(path)},
        "config": values,
    }
    return from_facts(head, str(path))


def from_facts(facts: Mapping[str, Any], place: str) -> tuple[Data, tuple[str, ...]]:
    """Return the model file for facts that conform to `SCHEMA`, and warnings about what it omits.

    Raises
    ------
    NsysToolsError
        If the builder does not support the model's type or one of its values.
    """
    built = build(facts["config"], place)
    data = {
        "format": 1,
        **{name: facts[name] for name in ("name", "description", "source")},
        "spec": {**built.spec, **facts["spec"]},
        "dtype": built.dtype,
        **({"formats": built.formats} if built.formats else {}),
        "inputs": built.inputs,
        "phases": built.phases,
        "layers": built.layers,
    }
    return data, built.warnings
