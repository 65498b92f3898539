"""What people give in place of a model file: an id of the hub, a class or a configuration of transformers."""

from __future__ import annotations

import re
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

# An id of the hub, a class, a model type: at most one slash, no suffix of a data file.
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_DATA = (".json", ".yaml", ".yml")


def located(name: str, suffixes: tuple[str, ...]) -> Path:
    """Return the file of a model, by its shipped name or its path.

    Raises
    ------
    NsysToolsError
        If there is none; the hint says how to make one when the name may be one of transformers.
    """
    try:
        return documents.locate(name, "models", suffixes, "model")
    except NsysToolsError as error:
        if not _NAME.fullmatch(name) or name.endswith(_DATA):
            raise
        hint = f"If it is an architecture of transformers, nsys-tools model inspect {name} --out model.json writes one."
        raise type(error)(error.message, f"{error.hint} {hint}".strip()) from None
