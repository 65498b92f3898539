"""Convert domain objects to JSON and YAML, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import cattrs
from cattrs import transform_error
from cattrs.v import format_exception

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents

T = TypeVar("T")
_converter = cattrs.Converter(forbid_extra_keys=True)


def _exactly(kind: type) -> Callable[[Any, Any], Any]:
    """Return a hook that accepts only values of one plain type, because any other type is a mistake."""

    def check(value: Any, _: Any) -> Any:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{value!r} is not a {kind.__name__}")
        return value

    return check


def _is(kind: type) -> Callable[[Any], bool]:
    """Return whether a type is `kind` itself. An enumeration of strings is not a string."""
    return lambda other: other is kind


for _kind in (int, str, bool, float):
    _converter.register_structure_hook_func(_is(_kind), _exactly(_kind))


def _reason(error: BaseException, kind: type | None) -> str:
    """Return the reason for an error, as given by the validator if possible."""
    if isinstance(error, ValueError | TypeError) and error.args:
        return str(error.args[0])
    return format_exception(error, kind)


def to_data(thing: Any) -> Any:
    """Return a domain object as dictionaries, lists, numbers and text."""
    return json.loads(json.dumps(_converter.unstructure(thing)))


def from_data(data: Any, kind: type[T], place: str) -> T:
    """Return plain data as a domain object.

    Parameters
    ----------
    data
        Data from `to_data` or a file.
    kind
        The class.
    place
        Origin of the data, for error messages.

    Raises
    ------
    NsysToolsError
        If a field is missing, unknown, of the wrong type or not allowed.
    """
    try:
        return _converter.structure(data, kind)
    except cattrs.BaseValidationError as error:
        faults = "; ".join(transform_error(error, path=kind.__name__, format_exception=_reason))
        raise NsysToolsError(f"{place}: {faults}.") from None


def to_json(thing: Any) -> str:
    """Return a domain object as JSON text with a trailing newline."""
    return json.dumps(to_data(thing), indent=1, ensure_ascii=False) + "\n"


def to_yaml(thing: Any) -> str:
    """Return a domain object as YAML text."""
    import yaml  # noqa: PLC0415

    return str(yaml.safe_dump(to_data(thing), sort_keys=False, allow_unicode=True, width=110))


def from_file(path: Path, kind: type[T]) -> T:
    """Return a domain object from a JSON or YAML file (see `from_data`)."""
    return from_data(documents.plain(path), kind, str(path))
