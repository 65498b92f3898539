"""Data files of the layer model: lookup by name or path, reading, and validation against their schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError, UsageError

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 100
_ALIKE = 0.65
"""Similarity above which a name is suggested. It must suggest bf16 for bfloat16, but not B300 for MI300X."""
_LONGEST = 100
"""Number of characters of a name to compare. No valid name is longer."""


def read(path: Path, schema: str) -> Any:
    """Return a JSON or YAML file as plain data, validated against its schema.

    Parameters
    ----------
    path
        The file. It is JSON if its name ends in .json, otherwise YAML.
    schema
        Asset with the JSON Schema, such as ``analytic/modules/schema.json``.

    Raises
    ------
    NsysToolsError
        If the file cannot be read or violates the schema. The message contains the location in the file.
    """
    data = plain(path)
    check(data, schema, str(path))
    return data


def check(data: Any, schema: str, place: str) -> None:
    """Raise an `NsysToolsError` that contains the location if `data` violates its schema."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    error = best_match(_validator(schema).iter_errors(data))
    if error is not None:
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        message = error.message if len(error.message) < 300 else error.message[:300] + " ..."
        raise NsysToolsError(f"{place}: {where.lstrip('.') or 'the file'}: {message}.", f"The schema is {schema}.")


def locate(
    name: str,
    folder: str,
    suffixes: tuple[str, ...],
    what: str,
    others: Callable[[], Mapping[str, Path]] = dict,
) -> Path:
    """Return the file that the user specified, by path or by the name of a shipped file.

    Case, spaces, dashes and underscores are ignored. So is a leading ``NVIDIA``, unless the rest is ambiguous.

    Parameters
    ----------
    name
        The name that the user specified.
    folder, suffixes
        Folder of the shipped files, and the suffixes of their names.
    what
        What the file describes, for error messages.
    others
        Function that returns alternative names of the files. It is called only if no file has the given name.

    Raises
    ------
    NsysToolsError
        If there is no such file. The message or the hint lists likely matches.
    """
    shipped = names(folder, suffixes)
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if path.suffix in suffixes and path.is_file():
        return path
    if path.suffix in suffixes or len(path.parts) > 1:
        raise NsysToolsError(f"There is no {what} file {name}.")
    known = {**others(), **shipped}
    # "NVIDIA H200" is the name of one GPU in a trace. "h200" is a prefix of two names and therefore ambiguous.
    for spelled in (_letters,) if len(_beginning(name, shipped)) > 1 else (_letters, _core):
        same = {spelled(one): path for one, path in known.items()}
        if found := same.get(spelled(name)):
            return found
    raise unknown(name, shipped, what, " You can also specify a path.")


def unknown(name: str, known: Collection[str], what: str, instead: str = "") -> UsageError:
    """Return the error for an unknown name, with the names that it is a prefix of, similar names, or all names.

    Parameters
    ----------
    name
        The name that the user specified.
    known
        The known names.
    what
        What the names denote, in the singular.
    instead
        Sentence about an alternative, appended to the list of names.
    """
    from difflib import get_close_matches  # noqa: PLC0415

    begun = _beginning(name, known)
    if len(begun) > 1:
        return UsageError(f"{name} matches several {what}s: {', '.join(begun)}.", "Use one of these names.")
    core, spelled = _core(name), {_core(one): one for one in known}
    near = begun or [one for letters, one in spelled.items() if core and core in letters]
    near = near or [spelled[letters] for letters in get_close_matches(core[:_LONGEST], spelled, cutoff=_ALIKE)]
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}.{instead}"
    return UsageError(f"Unknown {what} {name!r}.", hint)


def names(folder: str, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the files of a folder by name, sorted, without schemas. The user's files take precedence."""
    found: dict[str, Path] = {}
    for assets_folder in assets.folders():
        for suffix in suffixes:
            for path in sorted((assets_folder / "analytic" / folder).glob(f"*{suffix}")):
                name = path.name.removesuffix(suffix)
                if name.rpartition(".")[2] != "schema":
                    found.setdefault(name, path)
    return dict(sorted(found.items()))


def ordered(dependencies: Mapping[str, frozenset[str]], place: str) -> list[str]:
    """Return names in dependency order.

    Raises
    ------
    NsysToolsError
        If there is a cycle.
    """
    try:
        return list(TopologicalSorter(dependencies).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise NsysToolsError(f"{place}: dependency cycle: {circle}.", "Remove one of these dependencies.") from None


def plain(path: Path) -> Any:
    """Return a JSON or YAML file as plain data, without validation (see `read`)."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise NsysToolsError(f"{path} is larger than {MAX_BYTES >> 20} MiB.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NsysToolsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NsysToolsError(f"{path} is not UTF-8 text.") from None
    return _json(text, path) if path.suffix == ".json" else _yaml(text, path)


def _letters(name: str) -> str:
    """Return a name normalized in case, spaces, dashes and underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def _core(name: str) -> str:
    return _letters(name).removeprefix("nvidia")


def _beginning(name: str, known: Iterable[str]) -> list[str]:
    """Return the names that begin with this one, or no names if it is empty."""
    core = _core(name)
    return [one for one in known if core and _core(one).startswith(core)]


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise NsysToolsError(f"{path}, line {error.lineno}: invalid JSON: {error.msg}.") from None
    except ValueError:
        raise NsysToolsError(f"{path}: a number has too many digits.") from None
    except RecursionError:
        raise NsysToolsError(f"{path} is nested too deeply.") from None
    except KeyError as error:
        raise NsysToolsError(f"{path}: the key {error.args[0]!r} appears twice in an object.") from None


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
        raise NsysToolsError(f"{path}: invalid number or date.") from None
    except yaml.YAMLError as error:
        message = re.sub(r"\s+", " ", str(error))
        raise NsysToolsError(f"{path}: invalid YAML: {message}.") from None


def _check_events(events: Iterable[Any], path: Path) -> None:
    """Refuse YAML with aliases, which can expand without bound, and YAML that is nested too deeply."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if kind == "AliasEvent":
            raise NsysToolsError(
                f"{path}: the YAML alias *{event.anchor} is not allowed.", "Replace the alias with its value."
            )
        if depth > MAX_DEPTH:
            raise NsysToolsError(f"{path} is nested too deeply.")


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    path = assets.find(schema)
    if path is None:
        raise NsysToolsError(f"The schema {schema} is missing.", "Reinstall nsys-tools.")
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
