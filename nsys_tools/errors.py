"""The only error type that users see, and the conversion of library and system errors to it."""

from __future__ import annotations

import errno
import functools
import inspect
import os
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar, cast

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_MISSING_SPACE = "Free some space, or set another location with --out, NSYS_TOOLS_CACHE or TMPDIR."
_OF_PYTHON = {
    MemoryError: ("Not enough memory is available.", "Free some memory, or read less of the trace."),
    RecursionError: ("The input is nested too deeply.",),
    UnicodeError: ("A name or string is not valid Unicode.", "Rename the file, or set PYTHONUTF8=1."),
}
_OF_VALUES = {
    "embedded null": "A path contains a NUL character.",
    "integer string conversion": "A number has too many digits.",
}
_LIBRARIES = {
    "duckdb": "DuckDB", "_duckdb": "DuckDB", "polars": "polars", "pyo3_runtime": "polars", "sqlite3": "SQLite",
    "jinja2": "The template", "pyarrow": "Arrow", "tomllib": "TOML", "yaml": "YAML",
}  # fmt: skip
_SPECIAL = ("__enter__", "__exit__", "__init__", "__len__", "__iter__", "__getitem__", "__arrow_c_stream__", "__repr__",
            "_repr_html_")  # fmt: skip
_EXPLAINED: dict[str, Callable[[], NsysToolsError]] = {}
Thing = TypeVar("Thing", bound=Callable[..., Any])


def printable(text: str) -> str:
    r"""Return text with control characters escaped for a terminal, for example as ``\x1b`` or ``\u202e``.

    Parameters
    ----------
    text
        Any text. Newlines, tabs, letters and marks are unchanged. Bidi controls, which reorder text, are escaped.
    """
    return (
        text
        if text.isprintable()
        else _CONTROLS.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
    )


class NsysToolsError(Exception):
    """An error that the user can act on. It is printed without a traceback, and the exit code is 1.

    Parameters
    ----------
    message
        What is wrong, and where.
    hint
        How to fix the problem, or an empty string if the message is sufficient.

    Notes
    -----
    Messages contain file names and trace data, and are printed to terminals, so control characters are escaped.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = printable(message)
        self.hint = printable(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message and, on its own line, the hint."""
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UsageError(NsysToolsError):
    """An argument whose value is invalid or has no effect. The exit code is 2."""

    exit_code = 2


class OneError:
    """A context manager that converts system and library errors to `NsysToolsError`.

    Notes
    -----
    A closed pipe is not converted, since the command line ends silently if the reader of its output has exited.
    Internal errors, which only developers can fix, are not converted either.
    """

    def __enter__(self) -> None:
        """Enter the block."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Raise an `NsysToolsError` in place of an error that can be converted."""
        if error is not None and (told := _told(error)):
            raise told from error


def one_error(thing: Thing) -> Thing:
    """Decorate a public function, or all public methods of a class, so that users see only `NsysToolsError`."""
    if isinstance(thing, type):
        for name, value in list(vars(thing).items()):
            if name.startswith("_") and name not in _SPECIAL:
                continue
            if inspect.isfunction(value):
                setattr(thing, name, one_error(value))
            elif isinstance(value, property) and value.fget:
                setattr(thing, name, property(one_error(value.fget), doc=value.__doc__))
        return thing

    @functools.wraps(thing)
    def call(*args: Any, **kwargs: Any) -> Any:
        with OneError():
            return thing(*args, **kwargs)

    @functools.wraps(thing)
    def generate(*args: Any, **kwargs: Any) -> Any:
        with OneError():
            yield from thing(*args, **kwargs)

    return cast("Thing", generate if inspect.isgeneratorfunction(thing) else call)


def explain(words: str, told: Callable[[], NsysToolsError]) -> None:
    """Register a replacement for any library error whose message contains `words`."""
    _EXPLAINED[words] = told


def explained(error: BaseException) -> NsysToolsError | None:
    """Return the replacement that `explain` registered for a library error, or None for any other error."""
    said = str(error)
    return next((told() for words, told in _EXPLAINED.items() if words in said), None)


def out_of_memory(said: str) -> NsysToolsError:
    """Return the error to raise for a DuckDB query that exceeds its memory limit."""
    return NsysToolsError(
        f"Not enough memory is available ({said}).",
        "Raise the limit with --memory SIZE, free some memory, or read less of the trace.",
    )


def _told(error: BaseException) -> NsysToolsError | None:
    """Return the converted error, or None for an error that propagates unchanged."""
    if isinstance(error, NsysToolsError | BrokenPipeError):
        return None
    if isinstance(error, OSError):
        return _of_system(error)
    if isinstance(error, ValueError):
        for words, told in _OF_VALUES.items():
            if words in str(error):
                return NsysToolsError(told)
    plain = next((said for kind, said in _OF_PYTHON.items() if isinstance(error, kind)), None)
    if plain is not None:
        return NsysToolsError(*plain)
    return explained(error) or _of_library(error)


def _of_system(error: OSError) -> NsysToolsError:
    place = f"{error.filename}: " if error.filename is not None else ""
    return NsysToolsError(f"{place}{error.strerror or error}.", _MISSING_SPACE if error.errno in _NO_SPACE else "")


def _of_library(error: BaseException) -> NsysToolsError | None:
    """Convert a library error to its first line. Libraries are identified by name, so they need not be imported."""
    modules = [kind.__module__.partition(".")[0] for kind in type(error).__mro__]
    library = next((_LIBRARIES[module] for module in modules if module in _LIBRARIES), None)
    if library is None:
        return None
    kind, said = type(error).__name__, (str(error).strip().splitlines() or ["no message"])[0]
    if kind == "OutOfMemoryException":
        return out_of_memory(said)
    if kind == "ConnectionException":
        return NsysToolsError("The session is closed.", "Open the trace again with `nsys_tools.open(PATH)`.")
    if kind in {"InternalException", "FatalException", "PanicException"}:
        return NsysToolsError(f"{library} failed with an internal error ({said}).", "Run the command again.")
    return NsysToolsError(f"{library}: {said}", _MISSING_SPACE if os.strerror(errno.ENOSPC) in said else "")
