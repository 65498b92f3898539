"""Domain objects as JSON and YAML, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

import cattrs
from cattrs import transform_error

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

T = TypeVar("T")
_converter = cattrs.Converter(forbid_extra_keys=True)


@_converter.register_structure_hook
def _plain_int(value: Any, _: type[int]) -> int:
    """Take integers only: a text or a fraction in their place is a mistake, not something to convert."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


@_converter.register_structure_hook
def _plain_text(value: Any, _: type[str]) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def to_data(thing: Any) -> Any:
    """Return a domain object as dictionaries, lists, numbers and text."""
    return json.loads(json.dumps(_converter.unstructure(thing)))


def from_data(data: Any, kind: type[T], place: str) -> T:
    """Return plain data as a domain object.

    Parameters
    ----------
    data
        What `to_data` gave, or a file held.
    kind
        The class.
    place
        Where it comes from, for the message of an error.

    Raises
    ------
    NsysToolsError
        If something is missing, unknown, of a wrong type or not allowed.
    """
    try:
        return _converter.structure(data, kind)
    except cattrs.BaseValidationError as error:
        faults = "; ".join(transform_error(error, path=kind.__name__))
        raise NsysToolsError(f"{place}: {faults}.") from None


def to_json(thing: Any) -> str:
    """Return a domain object as JSON text with a newline at its end."""
    return json.dumps(to_data(thing), indent=1, ensure_ascii=False) + "\n"


def to_yaml(thing: Any) -> str:
    """Return a domain object as YAML text."""
    import yaml  # noqa: PLC0415

    return str(yaml.safe_dump(to_data(thing), sort_keys=False, allow_unicode=True, width=110))


def from_file(path: Path, kind: type[T]) -> T:
    """Return a domain object from a JSON or YAML file; see `from_data`."""
    return from_data(documents.plain(path), kind, str(path))
