"""The distinct module classes of a model, from its hierarchy or from torchinfo files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents
from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.database import Database
from nsys_tools.model.decoder import source as decoder
from nsys_tools.model.domain import OperatorCategory, OperatorSpec, TargetOperatorList


def of_model(model: Model, database: Database) -> TargetOperatorList:
    """Return the distinct classes of a model's hierarchy, without functions and direct weights."""
    counts: dict[str, int] = {}
    children: dict[str, dict[str, None]] = {}
    for _, layer in model.walk():
        if layer.kind == "module":
            counts[layer.qualified_class] = counts.get(layer.qualified_class, 0) + layer.count
            children.setdefault(layer.qualified_class, {}).update(dict.fromkeys(_below(layer)))
    operators = [_spec(name, count, tuple(children[name]), database) for name, count in counts.items()]
    return TargetOperatorList(snapshot=model.name, operators=tuple(sorted(operators, key=_key)))


def of_torchinfo(path: Path, database: Database) -> TargetOperatorList:
    """Return the distinct classes listed in a torchinfo file.

    Parameters
    ----------
    path
        A JSON file whose ``layers`` have ``class_name_qualified``, or a folder with such a file.

    Raises
    ------
    NsysToolsError
        If the file does not exist, or a layer in it has no class.
    """
    file, data = _artifact(path)
    operators = []
    for index, row in enumerate(data["layers"]):
        name = row.get("class_name_qualified") if isinstance(row, Mapping) else None
        if not isinstance(name, str) or not name:
            raise NsysToolsError(f"{file}: layers[{index}]: class_name_qualified is missing.")
        instances = row.get("instance_name") or [name]
        operators.append(_spec(name, len(instances), tuple(row.get("children") or ()), database))
    return TargetOperatorList(
        snapshot=str(data.get("generated_at") or file.stem),
        source_folder=str(file.parent),
        source_files=(str(file),),
        operators=tuple(sorted(operators, key=_key)),
    )


def without_formula(operators: TargetOperatorList) -> list[str]:
    """Return the classes without an entry in the formula database. Formulas are never guessed."""
    return [spec.qualified_class for spec in operators.operators if spec.category is OperatorCategory.UNKNOWN]


def _artifact(path: Path) -> tuple[Path, dict[str, Any]]:
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    for file in files:
        data = documents.plain(file)
        if isinstance(data, dict) and isinstance(data.get("layers"), list) and data["layers"]:
            return file, data
    hint = "The file must have a `layers` list whose elements have a `class_name_qualified` field."
    raise NsysToolsError(f"{path} contains no list of unique layers as written by torchinfo.", hint)


def _below(layer: Layer) -> list[str]:
    return [child.qualified_class for child in layer.sub_layers if child.kind == "module"]


def _spec(name: str, count: int, children: tuple[str, ...], database: Database) -> OperatorSpec:
    entry = database.by_class(name)
    return OperatorSpec(
        class_name=name.rpartition(".")[2],
        qualified_class=name,
        is_builtin=name.startswith("torch."),
        children=children,
        category=OperatorCategory(entry.category) if entry else OperatorCategory.UNKNOWN,
        count=count,
    )


def _key(spec: OperatorSpec) -> tuple[bool, str]:
    return (not spec.is_builtin, spec.qualified_class)


def is_model_file(path: Path) -> bool:
    """Return whether a file is a model or a configuration rather than a torchinfo file."""
    try:
        data = documents.plain(decoder.inside(str(path)) or path)
    except NsysToolsError:
        return False
    return decoder.is_configuration(data) or (isinstance(data, dict) and "format" in data and "phases" in data)
