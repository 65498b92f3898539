"""Compare two captures or groups of captures, which are traces, run folders or saved baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools.api.opening import open as open_session
from nsys_tools.comparison import snapshot as snapshots
from nsys_tools.comparison.diff import Diff, check_by, chosen_by
from nsys_tools.comparison.diff import diff as compare
from nsys_tools.comparison.gate import Gate, Outcome, check, read_gate
from nsys_tools.comparison.snapshot import ROWS, Snapshot
from nsys_tools.errors import NsysToolsError, UsageError, one_error
from nsys_tools.files import check_new
from nsys_tools.session.progress import Progress, silent

if TYPE_CHECKING:
    from nsys_tools.api.session import Session

Paths = str | Path | Sequence[str | Path]


@one_error
class Comparison(Diff):
    """A comparison of two sides. Use `nsys_tools.diff` to create one."""

    def text(self, form: str = "table", *, top: int = 20) -> str:
        """Return the comparison as text.

        Parameters
        ----------
        form
            ``table`` for a terminal, ``md`` for a pull request, ``json``, or ``html`` for a standalone page.
        top
            Maximum number of rows in the list of changes. ``json`` always has all rows.
        """
        from nsys_tools.report.difference import render  # noqa: PLC0415

        return render(self, form, top)

    def write(self, out: str | Path, *, top: int = 20, force: bool = False) -> Path:
        """Write a folder with an HTML page, Markdown, JSON, charts, and all changes as CSV.

        The folder is written completely or not at all.

        Returns
        -------
        pathlib.Path
            The HTML page.
        """
        from nsys_tools.report.difference import write  # noqa: PLC0415

        return write(self, Path(out), top=top, force=force)

    def gate(self, file: str | Path) -> Outcome:
        """Check the comparison against the limits in a file.

        Raises
        ------
        NsysToolsError
            If the file cannot be read, or names an unknown metric.
        """
        return check(self, read_gate(Path(file)))

    def __repr__(self) -> str:
        """Return both sides and the verdict."""
        sides = [" + ".join(one.source for one in side) for side in (self.base, self.new)]
        return f"<Comparison of {sides[0]} and {sides[1]}: {self.verdict.word}>"


@one_error
def diff(
    base: Paths, new: Paths, *, by: str = "", noise: Paths = (), progress: Progress = silent, **given: Any
) -> Comparison:
    """Compare two captures, or several captures per side.

    Parameters
    ----------
    base, new
        Traces, run folders, or baselines written by `save_baseline`, with one or more per side.
    by
        How to group changes: ``step`` (kernels per step), ``stage``, ``kernel``, ``class``, ``op``, ``layer``,
        ``range`` or ``api``. The default is ``step`` if both sides have steps, otherwise ``stage``.
    noise
        At least two captures of the same program. Differences smaller than their spread are not reported as changes.
    progress
        Called with a short description before each step that can be slow.
    **given
        Arguments for opening traces, such as ``stages``, ``steps``, ``model`` and ``cache``, as for `nsys_tools.open`.

    Returns
    -------
    Comparison
        The comparison. Its ``verdict`` is faster, slower, same, ambiguous or not comparable, and includes a reason.

    Raises
    ------
    NsysToolsError
        If a path cannot be opened or lacks the requested data.

    Examples
    --------
    >>> import nsys_tools as nt
    >>> found = nt.diff(samples / "sample.sqlite", samples / "sample.sqlite")
    >>> found.verdict.word
    'same'
    """
    check_by(by)  # before traces are read
    rows = _rows(by)
    sides = [[_snapshot(path, rows, progress, given) for path in _paths(side)] for side in (base, new, noise)]
    if not sides[0] or not sides[1]:
        raise UsageError("A comparison requires a base side and a new side.")
    chosen = chosen_by(by, sides[0], sides[1])
    for one in (*sides[0], *sides[1]):
        if chosen != "step" and chosen not in one.rows:
            raise NsysToolsError(
                f"{one.source}: the baseline has no rows grouped by {chosen}.",
                "Save the baseline again from the trace.",
            )
    found = compare(sides[0], sides[1], by=chosen, noise=sides[2])
    return Comparison(**{one.name: getattr(found, one.name) for one in fields(Diff)})


@one_error
def save_baseline(
    trace: str | Path, out: str | Path, *, hash_names: bool = False, force: bool = False, progress: Progress = silent,
    **given: Any,
) -> None:  # fmt: skip
    """Write a JSON file with the data that comparisons need, so that the trace does not have to be stored.

    Parameters
    ----------
    trace
        A trace or run folder.
    out
        The JSON file to write.
    hash_names
        Store hashes instead of kernel names and names chosen by the program.
    force
        Replace an existing file.
    progress
        Called with a short description before each step that can be slow.
    **given
        Arguments for opening the trace, such as ``stages``, ``steps``, ``model`` and ``cache``, as for
        `nsys_tools.open`.
    """
    check_new(Path(out), force=force, inputs=[Path(trace)])  # fail before the work starts
    found = _snapshot(trace, ROWS, progress, given)
    snapshots.save(found.hashed() if hash_names else found, Path(out), force=force, inputs=[Path(trace)])


def _paths(side: Paths) -> list[Path]:
    return [Path(side)] if isinstance(side, str | Path) else [Path(one) for one in side]


def _rows(by: str) -> tuple[str, ...]:
    """Return the kinds of rows that a comparison needs: the requested kind, and the kinds that gates can name."""
    return tuple(dict.fromkeys(["kernel", "class", "stage", *([by] if by in ROWS else [])]))


def _snapshot(path: str | Path, rows: Sequence[str], progress: Progress, given: dict[str, Any]) -> Snapshot:
    from nsys_tools.comparison import extract  # noqa: PLC0415

    path = Path(path)
    if snapshots.is_baseline(path):
        return snapshots.load(path)
    progress(f"reading {path.name}")
    with open_session(path, progress=progress, **given) as session:
        return extract.snapshot(
            session.query, source=session.name, workload=_workload(session), rows=rows,
            has_model=bool(given.get("model")),
        )  # fmt: skip


def _workload(session: Session) -> dict[str, str]:
    """Return the part of the workload recorded in the run folder that a comparison depends on."""
    if session.run is None or session.run.recorded is None:
        return {}
    data = session.run.recorded.data
    told = ("model", "dtype", "mode", "batch_size", "max_new_tokens", "attention")
    return {name: str(data[name]) for name in told if isinstance(data.get(name), str | int | float)}


__all__ = ["Comparison", "Gate", "Outcome", "diff", "save_baseline"]
