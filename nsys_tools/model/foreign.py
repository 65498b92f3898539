"""Arguments that users pass instead of a model file: a Hub id, or a transformers class or configuration."""

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
        If the file does not exist. If the name may be a transformers name, the hint shows how to generate a model file.
    """
    try:
        return documents.locate(name, "models", suffixes, "model")
    except NsysToolsError as error:
        if not _NAME.fullmatch(name) or name.endswith(_DATA):
            raise
        hint = f"If it is a transformers architecture, run `nsys-tools model inspect {name} --out model.json`."
        raise type(error)(error.message, f"{error.hint} {hint}".strip()) from None
