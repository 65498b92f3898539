"""Inspect transformers architectures that are built without weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.errors import one_error
from nsys_tools.files import check_new, existing
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    from nsys_tools.model.architecture import Model

_COLUMNS = ["architecture", "phase", "sizes", "formulas_flops", "counted_flops", "equal"]


@one_error
@dataclass(frozen=True)
class Inspected:
    """An architecture that was built without weights.

    Attributes
    ----------
    tree
        One row per layer.
    file
        The model JSON that was written.
    is_new
        Whether the architecture was newly built. If not, it was read from the cache.
    warnings
        The classes without a formula, one sentence each.
    """

    tree: Result
    file: Path
    is_new: bool
    warnings: list[str]
    _compared: Callable[[], Result] = field(repr=False)

    def compare(self) -> Result:
        """Compare matrix FLOPs from the formulas with torch's FlopCounterMode, as `compare_models` does."""
        return self._compared()


@one_error
def inspect_model(
    source: str, config: Sequence[str] = (), out: str | Path | None = None, *, force: bool = False
) -> Inspected:  # fmt: skip
    """Build a transformers architecture without weights, and write its model JSON.

    Parameters
    ----------
    source
        A configuration file, a Hugging Face Hub ID, or a transformers class.
    config
        Configuration settings to change, each as ``NAME=VALUE``.
    out
        Also write the model JSON to this file.
    force
        Rebuild a cached architecture, and replace `out`.

    Raises
    ------
    NsysToolsError
        If the architecture does not exist, or `out` exists or cannot be written.
    """
    from nsys_tools.api.models import load_model  # noqa: PLC0415
    from nsys_tools.model import architecture, database, documents  # noqa: PLC0415
    from nsys_tools.model.inspection import generate  # noqa: PLC0415
    from nsys_tools.model.inspection.build import build  # noqa: PLC0415
    from nsys_tools.session.store import cache_folder  # noqa: PLC0415

    if out is not None:
        check_new(Path(out), force=force, inputs=existing(source))
    built = build(source, list(config))
    path, notes, is_new = generate.cached(built, database.load(), cache_folder() / "models", force)
    if out is not None:
        generate.write(Path(out), path.read_text(encoding="utf-8"), force=force, inputs=existing(source))
    tree = load_model(str(path)).tree()
    return Inspected(
        tree, Path(out) if out else path, is_new, _told(documents.plain(notes)),
        lambda: _compared([(built, architecture.load(str(path)))], config),
    )  # fmt: skip


@one_error
def compare_models(sources: Sequence[str], config: Sequence[str] = ()) -> tuple[Result, list[str]]:
    """Compare matrix FLOPs from the formulas with torch's FlopCounterMode on the meta device.

    Parameters
    ----------
    sources, config
        As for `inspect_model`.

    Returns
    -------
    Result
        The comparison, with one row per architecture, phase and size.
    list of str
        The classes without a formula, one sentence each.
    """
    from nsys_tools.model import architecture, database  # noqa: PLC0415
    from nsys_tools.model.inspection import generate  # noqa: PLC0415
    from nsys_tools.model.inspection.build import build  # noqa: PLC0415

    formulas = database.load()
    pairs: list[tuple[Any, Model]] = []
    told: list[str] = []
    for source in sources:
        built = build(source, list(config))
        found = generate.generate(built, formulas)
        pairs.append((built, architecture.from_data(found.data, source)))
        told += _told(found.diagnostics)
    return _compared(pairs, config), told


def _compared(pairs: Iterable[tuple[Any, Model]], config: Sequence[str]) -> Result:
    from nsys_tools.model import database  # noqa: PLC0415
    from nsys_tools.model.inspection import check  # noqa: PLC0415

    formulas = database.load()
    rows = [
        [type(built.module).__name__, c.phase, c.sizes, c.formulas, c.counted, c.verdict]
        for built, model in pairs
        for c in check.compare(model, formulas, built, tuple(config))
    ]
    return Result(ListRows(_COLUMNS, rows), name="compare")


def _told(diagnostics: Iterable[str]) -> list[str]:
    """Return the diagnostics for classes without a formula, with each class only once."""
    counts = Counter(line.partition(": ")[2] for line in diagnostics)
    return [f"{line} ({count} layers)" if count > 1 else line for line, count in counts.items()]


@one_error
def model_operators(source: str, *, people: bool = False) -> tuple[Result, list[str]]:
    """Return the distinct module classes of a model or of torchinfo output, and the classes without a formula.

    Parameters
    ----------
    source
        A model, or a file or folder of torchinfo output.
    people
        Omit and shorten columns for human readers.
    """
    from nsys_tools.model import architecture, database, operators, tables  # noqa: PLC0415

    path = Path(source)
    formulas = database.load()
    if source not in architecture.available() and path.exists() and not operators.is_model_file(path):
        found = operators.of_torchinfo(path, formulas)
    else:
        found = operators.of_model(architecture.load(source), formulas)
    table = tables.operator_table(found.operators)
    columns, rows = tables.for_people(table) if people else table
    return Result(ListRows(columns, rows), name="operators"), list(operators.without_formula(found))
