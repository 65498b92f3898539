"""The files of an analytic report: machine-readable data, and one page per layer class for human readers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.formats import render
from nsys_tools.model.database import Database, Entry
from nsys_tools.model.domain import AnalyticReport, ModuleMetrics, OperatorMetrics
from nsys_tools.model.serialization import to_json, to_yaml
from nsys_tools.report.folder import whole_folder

FOLDER = Path("static_analysis") / "analytic_model"


def write(
    report: AnalyticReport, database: Database, diagnostics: Sequence[str], run: Path, *, force: bool
) -> list[Path]:
    """Write an analytic report to a run folder; return the files.

    Parameters
    ----------
    run
        The run folder. The files are written to its ``static_analysis/analytic_model`` subfolder: ``report.json``,
        ``report.yaml``, ``diagnostics.json``, ``README.md``, and one page per layer class in ``layers/``.
    force
        Replace the files of an earlier report.

    Raises
    ------
    NsysToolsError
        If the files exist or cannot be written.
    """
    folder = run / FOLDER
    files = {
        "report.json": to_json(report),
        "report.yaml": to_yaml(report),
        "diagnostics.json": json.dumps(list(diagnostics), indent=1) + "\n",
        "README.md": overview(report),
        **{f"layers/{name}.md": text for name, text in pages(report, database).items()},
    }
    with whole_folder(folder, force=force) as draft:
        (draft / "layers").mkdir()
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def pages(report: AnalyticReport, database: Database) -> dict[str, str]:
    """Return one Markdown page per layer class, by file name."""
    groups: dict[str, list[ModuleMetrics]] = {}
    for row in report.modules:
        groups.setdefault(row.qualified_class, []).append(row)
    names = page_names(groups)
    return {names[key]: _page(report, database.entries[rows[0].entry], rows) for key, rows in groups.items()}


def page_names(classes: Mapping[str, Any]) -> dict[str, str]:
    """Return a file name per class: the class name, with parts of the module name if class names collide."""
    found: dict[str, str] = {}
    for name in classes:
        parts = re.sub(r"[^A-Za-z0-9_.]", "-", name).split(".")
        length = 1
        while "-".join(parts[-length:]).lower() in {known.lower() for known in found.values()}:
            length += 1
        found[name] = "-".join(parts[-length:])
    return found


def overview(report: AnalyticReport) -> str:
    """Return the overview page, which shows the inputs, and FLOPs and bytes per class."""
    names = page_names({row.qualified_class: None for row in report.modules})
    columns = ["phase", "class", "page", "count", "matrix_flops", "total_bytes", "weight_bytes", "roofline_ns"]
    rows = [_operator(row, names) for row in report.operators]
    return _filled("model.md", report=report, table=render(columns, rows, "md"))


def _operator(row: OperatorMetrics, names: Mapping[str, str]) -> list[Any]:
    page = f"layers/{names[row.qualified_class]}.md"
    amounts = [row.matrix_flops, row.total_bytes, row.weight_bytes, row.roofline_ns]
    return [row.phase, row.qualified_class, page, row.count, *amounts]


def _page(report: AnalyticReport, entry: Entry, rows: Sequence[ModuleMetrics]) -> str:
    columns = ["phase", "layer", "count", "matrix_flops", "other_flops", "total_bytes", "weight_bytes", "kv_bytes"]
    cells = [[row.phase, row.path, row.count, *(getattr(row, name) for name in columns[3:])] for row in rows]
    forms = {row: report.closed_forms[f"{row.phase}: {row.path}"] for row in rows}
    return _filled(
        "model-class.md",
        report=report,
        entry=entry,
        qualified_class=rows[0].qualified_class,
        table=render(columns, cells, "md"),
        forms={f"{row.phase}: {row.path}": form for row, form in forms.items()},
    )


def _filled(template: str, **values: Any) -> str:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    path = assets.find(f"reports/{template}")
    if path is None:
        raise NsysToolsError(f"The template reports/{template} is missing.", "Reinstall nsys-tools.")
    # Markdown requires escaping only in tables, where `render` escapes cells.
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    return environment.from_string(path.read_text(encoding="utf-8")).render(**values).rstrip() + "\n"
