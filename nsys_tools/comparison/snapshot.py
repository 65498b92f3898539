"""The data that a comparison needs from one capture, in small tables that a baseline stores in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cattrs

from nsys_tools import __version__
from nsys_tools.errors import NsysToolsError
from nsys_tools.files import new_file
from nsys_tools.model import documents

SCHEMA, SCHEMA_VERSION = "nsys-tools/baseline", 1
ROWS = ("kernel", "class", "stage", "range", "layer", "op", "api")
"""What can be compared in addition to steps: the queries ``change_*``."""


@dataclass(frozen=True)
class Row:
    """A name and its durations (see the ``change_*`` queries)."""

    name: str
    detail: str
    kind: str
    count: int
    sum_ns: int
    quantiles: list[int]
    early_ns: float | None = None
    late_ns: float | None = None


@dataclass(frozen=True)
class StepKernel:
    """A kernel in the steps of a phase, across all GPUs."""

    phase: str
    name: str
    kind: str
    count: int
    sum_ns: int


@dataclass(frozen=True)
class Launch:
    """A kernel in a typical step, in order (see ``step_sequence``)."""

    phase: str
    name: str
    detail: str
    kind: str


@dataclass(frozen=True)
class Steps:
    """The steps of a phase on one GPU, in order.

    Attributes
    ----------
    phase, gpu, found_by
        As in ``step``. Only GPUs with steps are numbered, starting at 0.
    terms
        Time of each step in ns, by term (see ``step_budget``).
    context_tokens, generation_tokens, requests
        Medians, over steps, of the counts in the step names, or None if the names do not contain counts.
    tokens_per_s
        Generated tokens per second if any tokens were generated, otherwise context tokens per second.
    """

    phase: str
    gpu: int
    found_by: str
    terms: dict[str, list[int]]
    context_tokens: float | None = None
    generation_tokens: float | None = None
    requests: float | None = None
    tokens_per_s: float | None = None

    @property
    def walls(self) -> list[int]:
        """Wall time of each step in ns."""
        return self.terms["wall"]


@dataclass(frozen=True)
class Snapshot:
    """The data that a comparison needs from one capture.

    Attributes
    ----------
    source
        Name of the trace or run folder.
    origin
        ``synthetic`` or ``predicted`` for a generated trace, or an empty string for a recorded trace.
    gpus
        Product names of the GPUs that ran operations. An empty name means that the name is unknown.
    workload
        Facts about the run from the run folder, such as model and batch size.
    steps, step_kernels, sequence
        Steps by phase and GPU, their kernels, and the kernels of a typical step.
    no_steps
        Why there are no steps.
    rows
        Rows by kind (see `ROWS`).
    figures
        Individual metrics by name, for gates: ``memory_bytes`` and ``mfu_ratio:STAGE``.
    is_hashed
        Whether names are replaced with digests.
    """

    source: str
    origin: str
    gpus: list[str]
    steps: list[Steps]
    step_kernels: list[StepKernel]
    sequence: list[Launch]
    no_steps: str
    rows: dict[str, list[Row]]
    figures: dict[str, float] = field(default_factory=dict)
    workload: dict[str, str] = field(default_factory=dict)
    is_hashed: bool = False

    def hashed(self) -> Snapshot:
        """Return a copy with digests in place of the program's names. Digests can still be matched with each other."""
        if self.is_hashed:
            return self
        return replace(
            self,
            steps=[replace(one, found_by=one.found_by.partition(":")[0]) for one in self.steps],
            step_kernels=[replace(one, name=_digest(one.name)) for one in self.step_kernels],
            sequence=[replace(one, name=_digest(one.name)) for one in self.sequence],
            rows={what: [_hashed(one, what) for one in rows] for what, rows in self.rows.items()},
            figures={_hashed_figure(name): value for name, value in self.figures.items()},
            no_steps="", workload={}, is_hashed=True,
        )  # fmt: skip


def _digest(name: str) -> str:
    return "#" + hashlib.sha256(name.encode()).hexdigest()[:16]


def _hashed(row: Row, what: str) -> Row:
    return row if what in {"class", "api"} else replace(row, name=_digest(row.name))


def _hashed_figure(name: str) -> str:
    figure, colon, of = name.partition(":")
    return f"{figure}:{_digest(of)}" if colon else name


def step_count(side: Sequence[Snapshot], phase: str | None = None) -> int:
    """Return the number of steps on all GPUs of a side, for one phase or for all phases."""
    return sum(len(steps.walls) for one in side for steps in one.steps if phase in (None, steps.phase))


def save(snapshot: Snapshot, path: Path, *, force: bool = False, inputs: Sequence[Path] = ()) -> None:
    """Write a baseline.

    Raises
    ------
    NsysToolsError
        If the file exists and `force` is not set, or if the file is an input or cannot be written.
    """
    head = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, "nsys_tools_version": __version__}
    with new_file(path, force=force, inputs=inputs) as draft:
        draft.write_text(json.dumps(head | cattrs.unstructure(snapshot), ensure_ascii=False), encoding="utf-8")


def is_baseline(path: Path) -> bool:
    """Return whether a file is treated as a baseline, which is the case if its name ends in ``.json``."""
    return path.suffix == ".json" and path.is_file()


def load(path: Path) -> Snapshot:
    """Read a baseline.

    Raises
    ------
    NsysToolsError
        If the file is not a baseline, or has an unsupported version.
    """
    hint = "Run `nsys-tools baseline save TRACE -o FILE` to write a baseline."
    try:
        data = documents.plain(path)
    except NsysToolsError as error:
        raise NsysToolsError(f"{path} cannot be read as a baseline. {error.message}", hint) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise NsysToolsError(f"{path} is JSON, but not an nsys-tools baseline.", hint)
    if data.get("schema_version") != SCHEMA_VERSION:
        raise NsysToolsError(
            f"{path} has baseline version {data.get('schema_version')}. This release reads version {SCHEMA_VERSION}.",
            "Save the baseline again from the trace.",
        )
    try:
        found = cattrs.structure(data, Snapshot)
    except cattrs.BaseValidationError as error:
        raise NsysToolsError(f"{path}: the baseline is damaged ({_first(error)}).", hint) from None
    _check(path, found, hint)
    return found


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _check(path: Path, found: Snapshot, hint: str) -> None:
    """Refuse values that no capture can have, such as terms with unequal numbers of steps, or counts below 1."""
    for steps in found.steps:
        lengths = {len(values) for values in steps.terms.values()}
        if len(lengths) != 1 or "wall" not in steps.terms or any(ns <= 0 for ns in steps.walls):
            raise NsysToolsError(f"{path}: the baseline is damaged (steps of phase {steps.phase}).", hint)
    for what, rows in found.rows.items():
        if any(row.count < 1 or row.sum_ns < 0 or not row.quantiles for row in rows):
            raise NsysToolsError(f"{path}: the baseline is damaged ({what} rows).", hint)
