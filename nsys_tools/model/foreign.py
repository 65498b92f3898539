"""What people give in place of a model file: an id of the hub, a class or a configuration of transformers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

# An id of the hub, a class, a model type: at most one slash, no suffix of a data file.
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_DATA = (".json", ".yaml", ".yml")


def located(name: str) -> Path:
    """Return the file of a model, by its shipped name or its path.

    Raises
    ------
    NsysToolsError
        If there is none; the hint says how to make one when the name may be one of transformers.
    """
    folder = Path(name)
    if folder.is_dir() and (folder / "config.json").is_file():
        raise _configuration(folder / "config.json")
    try:
        return documents.locate(name, "models", (".json",), "model")
    except NsysToolsError as error:
        if not _NAME.fullmatch(name) or name.endswith(_DATA):
            raise
        hint = f"If it is an architecture of transformers, {_writes(name)}"
        raise type(error)(error.message, f"{error.hint} {hint}".strip()) from None


def check(data: Any, path: Path) -> None:
    """Raise a `NsysToolsError` that says what to do when data are the configuration of a transformers model."""
    if isinstance(data, dict) and "layers" not in data and data.keys() & {"model_type", "architectures"}:
        raise _configuration(path)


def _configuration(path: Path) -> NsysToolsError:
    message = f"{path} is a configuration of transformers, and no model file of nsys-tools."
    return NsysToolsError(message, _writes(str(path)))


def _writes(source: str) -> str:
    return f"nsys-tools model inspect {source} --out model.json writes one."
