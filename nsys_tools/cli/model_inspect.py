"""``nsys-tools model inspect`` and ``compare``: architectures of transformers, without weights."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

SOURCE = Annotated[str, typer.Argument(metavar="CONFIG|HUB_ID|CLASS", help="What to build, without weights.")]
CONFIG = Annotated[
    list[str], typer.Option("--config", metavar="NAME=VALUE", help="A setting of the configuration; repeatable.")
]


def inspect(
    source: SOURCE,
    overrides: CONFIG = [],  # noqa: B006  (typer copies it)
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the model JSON here too.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Build anew what is in the cache.")] = False,
    check: Annotated[bool, typer.Option(help="Compare with torch's FlopCounterMode.")] = True,
) -> None:
    """Show the module tree of any transformers architecture and write a model JSON for it."""
    from nsys_tools.model import architecture, database, documents, tables, tree
    from nsys_tools.model.inspection import generate
    from nsys_tools.model.inspection.build import build
    from nsys_tools.model.inspection.check import compare
    from nsys_tools.report.formats import render

    built = build(source, overrides)
    formulas = database.load()
    path, notes, is_new = generate.cached(built, formulas, _cache(), force)
    model = architecture.load(str(path))
    print(render(*tables.tree_table(tree.nodes(model, formulas)), "table"))
    _list(documents.plain(notes))
    if out is not None:
        generate.write(out, path.read_text(encoding="utf-8"))
    print(f"{'wrote' if is_new else 'taken from the cache:'} {out or path}", file=sys.stderr)
    if check:
        rows = _rows(type(built.module).__name__, compare(model, formulas, built, tuple(overrides)))
        print("\n" + render(_COLUMNS, rows, "table"))


def compare(
    sources: Annotated[list[str], typer.Argument(metavar="CONFIG|HUB_ID|CLASS...", help="What to build.")],
    overrides: CONFIG = [],  # noqa: B006
    form: Annotated[str, typer.Option("--format", "-f", help="table, csv, tsv, json, yaml or md.")] = "table",
) -> None:
    """Compare the matrix FLOPs of the formulas with torch's FlopCounterMode on the meta device."""
    from nsys_tools.model import architecture, database
    from nsys_tools.model.inspection import check, generate
    from nsys_tools.model.inspection.build import build
    from nsys_tools.report.formats import render

    formulas = database.load()
    rows: list[list[Any]] = []
    for source in sources:
        built = build(source, overrides)
        found = generate.generate(built, formulas)
        model = architecture.from_data(found.data, source)
        rows += _rows(type(built.module).__name__, check.compare(model, formulas, built, tuple(overrides)))
        _list(found.diagnostics)
    print(render(_COLUMNS, rows, form))


_COLUMNS = ["architecture", "phase", "sizes", "formulas_flops", "counted_flops", "equal"]


def _rows(name: str, comparisons: list[Any]) -> list[list[Any]]:
    return [[name, c.phase, c.sizes, c.formulas, c.counted, "yes" if c.equal else "NO"] for c in comparisons]


def _list(diagnostics: Any) -> None:
    """Say what has no formula, once for each class however many layers have it."""
    counts = Counter(line.partition(": ")[2] for line in diagnostics)
    for line, count in counts.items():
        print(f"WARNING: {line}" + (f" ({count} layers)" if count > 1 else ""), file=sys.stderr)


def _cache() -> Path:
    from nsys_tools.trace.store import cache_folder

    return cache_folder() / "models"
