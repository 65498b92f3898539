"""Metrics of profiled launches from Nsight Compute files and folders, as a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.kernel_label.text import cut
from nsys_tools.session.database import Database
from nsys_tools.sources.ncu import recording, table
from nsys_tools.sources.ncu.table import Row, Size
from nsys_tools.sources.source import Read

_TABLE, _RECORDING = ".csv", ".ncu-rep"
# Number of kernels that a note names, and the maximum length of a name.
_NAMED, _LONGEST = 5, 80


@dataclass(frozen=True)
class Launch:
    """One profiled launch of a kernel.

    Attributes
    ----------
    key
        Key that is unique among all launches: the folder below the given one, and ncu's ID.
    kernel
        Name as ncu printed it.
    grid, block
        Grid and block size; None if the file does not contain them.
    """

    key: str
    kernel: str
    grid: Size | None
    block: Size | None


@dataclass(frozen=True)
class Metric:
    """One metric of a launch, in base units. The value is None if ncu printed ``n/a``."""

    launch: Launch
    section: str
    metric: str
    value: float | None
    unit: str


def read(path: Path) -> list[Metric]:
    """Read ncu's metrics.

    Parameters
    ----------
    path
        An Nsight Compute CSV or ``.ncu-rep`` file, or a folder that contains such files at any depth. Pages of one
        profile in one folder (``details`` next to ``raw``) are merged by launch. A recording is skipped if there is a
        CSV in its folder.

    Returns
    -------
    list of Metric
        The metrics, ordered by file name.

    Raises
    ------
    NsysToolsError
        If there is no Nsight Compute file, or a file given by name cannot be read.
    """
    if not path.is_dir():
        return _metrics([(path.name, _rows(path))])
    tables = [file for file in sorted(path.rglob(f"*{_TABLE}")) if file.is_file() and _is_table(file)]
    parts = [(file.parent.relative_to(path).as_posix(), _rows(file)) for file in tables]
    beside = {file.parent for file in tables}
    for file in sorted(path.rglob(f"*{_RECORDING}")):
        if file.is_file() and file.parent not in beside:
            parts.append((file.relative_to(path).as_posix(), _rows(file)))
    if not parts:
        raise NsysToolsError(
            f"{path} contains no Nsight Compute CSV or recording.", "Write one with `ncu --csv --page raw`."
        )
    return _metrics(parts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise NsysToolsError(f"{path} cannot be read ({error.strerror or error}).") from None


def _is_table(path: Path) -> bool:
    """Return whether a CSV found in a folder is from ncu. The folder may also contain other CSV files."""
    return "Kernel Name" in _text(path)


def _rows(path: Path) -> list[Row]:
    if path.suffix == _RECORDING and path.is_file():
        return recording.read(path)
    return table.parse(_text(path), path)


def _metrics(parts: Iterable[tuple[str, list[Row]]]) -> list[Metric]:
    """Give each launch a key. If several pages have the same metric, the first one with a value is used."""
    launches: dict[tuple[Any, ...], Launch] = {}
    taken: set[str] = set()
    found: dict[tuple[str, str, str, str], Metric] = {}
    for place, rows in parts:
        for row in rows:
            identity = (place, row.process, row.number, row.kernel, row.grid, row.block)
            if identity not in launches:
                key = _free(f"{place}/{row.number}".removeprefix("./").rstrip("/"), taken)
                launches[identity] = Launch(key, row.kernel, row.grid, row.block)
            launch = launches[identity]
            name = (launch.key, row.section, row.metric, row.unit)
            if name not in found or found[name].value is None:
                found[name] = Metric(launch, row.section, row.metric, row.value, row.unit)
    return list(found.values())


def _free(wanted: str, taken: set[str]) -> str:
    """Return a unique key: the wanted one, or the wanted one with a number appended."""
    key, number = wanted, 1
    while key in taken:
        number += 1
        key = f"{wanted} ({number})"
    taken.add(key)
    return key


def define(database: Database, metrics: Iterable[Metric]) -> None:
    """Define the session table ``ncu_metric``. Launches are numbered in the order in which they were read."""
    numbers: dict[str, int] = {}
    rows = [(*_values(one), numbers.setdefault(one.launch.key, len(numbers) + 1)) for one in metrics]
    database.define("ncu_metric", rows)


class Ncu:
    """ncu metrics of profiled launches, as a source.

    Parameters
    ----------
    path
        See `read`.
    is_asked
        Whether the user specified the path explicitly.
    """

    name = "ncu"
    tables = ("ncu_metric",)
    queries = ("ncu_kernel", "ncu_join", "ncu_match", "ncu_coverage", "ncu_flops")
    failure = "The ncu metrics are not used"

    def __init__(self, path: Path, *, is_asked: bool = True) -> None:
        self._path = path
        self._has_trace = False
        self.is_asked = is_asked

    @property
    def file(self) -> str:
        """Name of the file or folder."""
        return self._path.resolve().name

    def define(self, database: Database) -> None:
        """Define the session table ``ncu_metric``."""
        define(database, read(self._path))
        self._has_trace = not database.needs("ncu_join")

    def check(self, read: Read) -> list[str]:
        """Return notes on launches that match no kernel in the trace, and on launches matched only by launch order."""
        if not self._has_trace:
            return []
        launches = read("ncu_join").records()
        total = f"of {len(launches)} profiled {'launch' if len(launches) == 1 else 'launches'} in ncu's {self.file}"
        kernels = {by: [row["kernel"] for row in launches if row["matched_by"] == by] for by in ("none", "order")}
        notes = []
        if lost := kernels["none"]:
            verb = "matches" if len(lost) == 1 else "match"
            notes.append(f"{len(lost)} {total} {verb} no kernel in the trace: {_names(lost)}.")
        if unsure := kernels["order"]:
            they = "It was" if len(unsure) == 1 else "They were"
            notes.append(
                f"{len(unsure)} {total} could belong to several kernels in the trace, because ncu shortens names. "
                f"{they} matched by grid, block and launch order: {_names(unsure)}."
            )
        return notes


def _names(kernels: Iterable[str]) -> str:
    """Return the distinct kernel names, or only the first ones if there are many."""
    named = list(dict.fromkeys(kernels))
    more = f" and {len(named) - _NAMED} more (see ncu_join)" if len(named) > _NAMED else ""
    return ", ".join(cut(name, _LONGEST) for name in named[:_NAMED]) + more


def _values(metric: Metric) -> Iterator[Any]:
    launch = metric.launch
    yield from (launch.key, launch.kernel)
    yield from launch.grid or (None, None, None)
    yield from launch.block or (None, None, None)
    yield from (metric.section, metric.metric, metric.value, metric.unit)
