"""Data files of the layer model: found by name or path, read, checked against their schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError, UsageError

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 100


def read(path: Path, schema: str) -> Any:
    """Return a JSON or YAML file as plain data that keeps to its schema.

    Parameters
    ----------
    path
        The file; JSON when its name ends so, YAML otherwise.
    schema
        The asset that holds the JSON Schema, such as ``analytic/modules/schema.json``.

    Raises
    ------
    NsysToolsError
        If the file cannot be read or does not keep to the schema; the message names the place in it.
    """
    data = plain(path)
    check(data, schema, str(path))
    return data


def check(data: Any, schema: str, place: str) -> None:
    """Raise a `NsysToolsError` that names the place where `data` breaks its schema; else do nothing."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    error = best_match(_validator(schema).iter_errors(data))
    if error is not None:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        message = error.message if len(error.message) < 300 else error.message[:300] + " ..."
        raise NsysToolsError(f"{place}: {where.lstrip('.') or 'the file'}: {message}.", f"The schema is {schema}.")


def locate(name: str, folder: str, suffixes: tuple[str, ...], what: str) -> Path:
    """Return the file that a user means: a path to one, or the name of a shipped one.

    Raises
    ------
    NsysToolsError
        If there is neither; the hint lists what there is.
    """
    shipped = names(folder, suffixes)
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if path.suffix in suffixes and path.is_file():
        return path
    if path.suffix in suffixes or len(path.parts) > 1:
        raise NsysToolsError(f"There is no file {name} with a {what}.")
    raise UsageError(f"The {what} {name!r} is not known.", f"Known: {', '.join(shipped)}; or give a path.")


def names(folder: str, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the shipped files of a folder by name, sorted; schemas are left out."""
    found = {}
    for suffix in suffixes:
        for relative, path in assets.listing("analytic", f"{folder}/*{suffix}").items():
            name = relative.removeprefix(f"{folder}/").removesuffix(suffix)
            if name != "schema":
                found[name] = path
    return dict(sorted(found.items()))


def ordered(dependencies: Mapping[str, frozenset[str]], place: str) -> list[str]:
    """Return names so that each comes after those it depends on.

    Raises
    ------
    NsysToolsError
        If some depend on each other in a circle.
    """
    try:
        return list(TopologicalSorter(dependencies).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise NsysToolsError(f"{place}: a cycle: {circle}.", "Each may only use what does not use it.") from None


def plain(path: Path) -> Any:
    """Return a JSON or YAML file as plain data; `read` checks it too."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NsysToolsError(f"{path} is larger than {MAX_BYTES >> 20} MiB.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NsysToolsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NsysToolsError(f"{path} is not UTF-8 text.") from None
    return _json(text, path) if path.suffix == ".json" else _yaml(text, path)


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise NsysToolsError(f"{path}, line {error.lineno}: not JSON: {error.msg}.") from None
    except ValueError:
        raise NsysToolsError(f"{path}: a number has too many digits.") from None
    except RecursionError:
        raise NsysToolsError(f"{path} is nested too deep.") from None
    except KeyError as error:
        raise NsysToolsError(f"{path}: the key {error.args[0]!r} stands twice in one object.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise KeyError(key)
        result[key] = value
    return result


def _yaml(text: str, path: Path) -> Any:
    import yaml  # noqa: PLC0415

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_events(yaml.parse(text, Loader=loader), path)
        return yaml.load(text, Loader=loader)  # noqa: S506  (both are safe loaders)
    except (ValueError, OverflowError):
        raise NsysToolsError(f"{path}: a number or date in it is impossible.") from None
    except yaml.YAMLError as error:
        message = re.sub(r"\s+", " ", str(error))
        raise NsysToolsError(f"{path}: not YAML: {message}.") from None


def _check_events(events: Iterable[Any], path: Path) -> None:
    """Refuse YAML that becomes much larger than it is, by aliases, and YAML that is nested without end."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if kind == "AliasEvent":
            raise NsysToolsError(f"{path}: has an alias, *{event.anchor}.", "Write out what it stands for.")
        if depth > MAX_DEPTH:
            raise NsysToolsError(f"{path} is nested too deep.")


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    path = assets.find(schema)
    if path is None:
        raise NsysToolsError(f"The schema {schema} is missing.", "Reinstall nsys-tools.")
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
