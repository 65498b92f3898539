"""Arguments that users give instead of a model file: a hub id, or a class or configuration of transformers."""

from __future__ import annotations

import re
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

# A hub id, a class or a model type: at most one slash, and no suffix of a data file.
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_DATA = (".json", ".yaml", ".yml")


def located(name: str, suffixes: tuple[str, ...]) -> Path:
    """Return the file of a model, by its shipped name or its path.

    Raises
    ------
    NsysToolsError
        If there is none. If the name may be one of transformers, the hint tells how to generate a model file.
    """
    try:
        return documents.locate(name, "models", suffixes, "model")
    except NsysToolsError as error:
        if not _NAME.fullmatch(name) or name.endswith(_DATA):
            raise
        hint = f"If it is a transformers architecture, run: nsys-tools model inspect {name} --out model.json"
        raise type(error)(error.message, f"{error.hint} {hint}".strip()) from None
