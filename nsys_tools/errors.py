"""The one error that users see, and what turns the errors of libraries and of the system into it."""

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
_MISSING_SPACE = "Free some space, or name another place: --out, or the variables NSYS_TOOLS_CACHE and TMPDIR."
_OF_PYTHON = {
    MemoryError: ("There is not enough memory for this.", "Free some memory, or read less of the trace."),
    RecursionError: ("The input is nested too deeply.",),
    UnicodeError: ("A name or text is not valid Unicode.", "Rename the file, or set PYTHONUTF8=1."),
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
    r"""Return a text that a terminal shows and does not obey: control characters become ``\x1b``, ``\u202e`` ...

    Parameters
    ----------
    text
        Any text. Newlines and tabs stay; so do all letters and marks. What reorders text (bidi controls) is escaped.
    """
    return (
        text
        if text.isprintable()
        else _CONTROLS.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
    )


class NsysToolsError(Exception):
    """Something the user can act on; shown without a traceback, exit code 1.

    Parameters
    ----------
    message
        What is wrong, and where.
    hint
        What to do about it; empty when the message says it all.

    Notes
    -----
    Messages quote names of files and traces. They are shown on terminals, so control characters in them are escaped.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = printable(message)
        self.hint = printable(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message and, on a line of its own, the hint."""
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UsageError(NsysToolsError):
    """An argument whose value means nothing, or has no effect; exit code 2."""

    exit_code = 2


class OneError:
    """A block in which what the system and libraries raise becomes a `NsysToolsError`.

    Notes
    -----
    A closed pipe stays what it is: the command line ends silently when the reader of its output has gone. So do errors
    of the program itself, which nobody but its authors can act on.
    """

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Raise the error that users see in place of another one, if there is one to tell of."""
        if error is not None and (told := _told(error)):
            raise told from error


def one_error(thing: Thing) -> Thing:
    """Decorate a public function, or a class with all its public methods: users see `NsysToolsError` only."""
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
    """Have an error of a library that says these words told in words of our own, wherever it is raised."""
    _EXPLAINED[words] = told


def explained(error: BaseException) -> NsysToolsError | None:
    """Return what `explain` was told to say of an error of a library; None for any other error."""
    said = str(error)
    return next((told() for words, told in _EXPLAINED.items() if words in said), None)


def out_of_memory(said: str) -> NsysToolsError:
    """Return what users see where DuckDB needs more memory than it may take."""
    return NsysToolsError(
        f"There is not enough memory for this ({said}).",
        "Give queries more with --memory SIZE, free some memory, or read less.",
    )


def _told(error: BaseException) -> NsysToolsError | None:
    """Return what to tell of an error; None for one that goes on as it is."""
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
    """Return the first line of what a library says; libraries are known by name, since none need be imported."""
    modules = [kind.__module__.partition(".")[0] for kind in type(error).__mro__]
    library = next((_LIBRARIES[module] for module in modules if module in _LIBRARIES), None)
    if library is None:
        return None
    kind, said = type(error).__name__, (str(error).strip().splitlines() or ["it did not say why"])[0]
    if kind == "OutOfMemoryException":
        return out_of_memory(said)
    if kind == "ConnectionException":
        return NsysToolsError("The session is closed.", "Open the trace again: nsys_tools.open(PATH).")
    if kind in {"InternalException", "FatalException", "PanicException"}:
        return NsysToolsError(f"{library} failed by a defect of its own ({said}).", "Run the command again.")
    return NsysToolsError(f"{library}: {said}", _MISSING_SPACE if os.strerror(errno.ENOSPC) in said else "")
