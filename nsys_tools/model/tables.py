"""Results as tables: columns and rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nsys_tools.model.domain import Metrics, ModuleMetrics, ModuleNode, OperatorMetrics, OperatorSpec
from nsys_tools.model.serving import FIGURES, MOST
from nsys_tools.model.tree import instances, walk
from nsys_tools.units import figure_text

Table = tuple[list[str], list[list[Any]]]
AMOUNTS = [
    "matrix_flops",
    "other_flops",
    "read_bytes",
    "written_bytes",
    "weight_bytes",
    "total_bytes",
    "intermediate_bytes",
    "kv_bytes",
    "weight_count",
    "held_bytes",
    "network_bytes",
    "intensity",
    "roofline_ns",
]
# Columns that fit on a screen, per layer or class, and per phase. A narrow terminal omits the last ones.
BRIEF = ["matrix_flops", "total_bytes", "roofline_ns", "weight_bytes", "kv_bytes", "intensity"]
BRIEF_PHASE = ["matrix_flops", "other_flops", *BRIEF[1:5], "held_bytes", "network_bytes", "intensity"]
# Amounts with the unit in each cell instead of in the column name.
_UNITS = {"_flops": "flops", "_bytes": "bytes", "_ns": "ns", "_tokens_per_s": "tokens/s"}
# The first column of serving figures, and the amounts that a sweep with serving figures does not show to people.
_SERVED = "ttft_ns"
_SUMMED = {
    "total_bytes", "weight_bytes", "intensity", "roofline_ns", "tokens_per_s", "held_bytes", "activation_bytes",
}  # fmt: skip
# Columns that are hidden from people because others imply them, and the number of child classes that are shown.
_UNSHOWN = ("category", "transformers_path", "qualified_class")
_SPARE = ("bound", "bubble_ratio")
_CHILDREN = 3


def layer_table(rows: Sequence[ModuleMetrics], amounts: Sequence[str] = AMOUNTS) -> Table:
    """Return one row per layer and phase: the ``layer`` table of a trace's database.

    Columns: ``phase``, ``path``, ``transformers_path``, ``class``, ``kind``, ``category``, ``count``, then
    `amounts` (total FLOPs and bytes of all instances, `intensity` in FLOPs per byte, `roofline_ns`), and ``bound``.
    """
    columns = ["phase", "path", "transformers_path", "class", "kind", "category", "count", *amounts, "bound"]
    return columns, [
        [
            row.phase,
            row.path,
            row.transformers_path,
            row.qualified_class,
            str(row.kind),
            str(row.category),
            row.count,
            *_amounts(row, amounts),
            row.bound,
        ]
        for row in rows
    ]


def instance_table(rows: Sequence[ModuleMetrics]) -> Table:
    """Return one row per instance of a layer and phase, to be joined with the measurements of each module.

    The columns are those of `layer_table`, with ``layer`` (the path there) instead of ``count``. Amounts are divided
    equally among instances. Intensity and bound do not change. Amounts per expert can be fractional, because experts
    process different numbers of tokens.
    """
    columns, body = layer_table(rows)
    at = columns.index("count")
    shared = {columns.index(name) for name in AMOUNTS if name != "intensity"}
    found = []
    for row in body:
        parts = [_share(value, row[at]) if index in shared else value for index, value in enumerate(row)]
        for path, other in instances(row[1], row[2]):
            found.append([row[0], path, other, *parts[3:at], row[1], *parts[at + 1 :]])
    return [*columns[:at], "layer", *columns[at + 1 :]], found


def _share(value: float | None, count: int) -> float | None:
    if isinstance(value, int):
        return value // count if value % count == 0 else value / count
    return None if value is None else value / count


def brief_table(rows: Sequence[ModuleMetrics], totals: Mapping[str, Metrics]) -> Table:
    """Return layers with a few amounts, and totals per phase, for human readers. Paths show the number of instances.

    If a GPU is set, the ``bound`` column replaces the intensity.
    """
    amounts = BRIEF[:-1] if any(row.bound for row in rows) else BRIEF
    columns = ["phase", "layer", *amounts, "bound"]
    body: list[list[Any]] = [[row.phase, row.path, *_amounts(row, amounts), row.bound] for row in rows]
    sums = [[phase, "(total)", *_amounts(total, amounts), None] for phase, total in totals.items()]
    at = columns.index("roofline_ns") + 1
    return _moved(columns, at), [_moved(row, at) for row in [*body, *sums]]


def _moved(cells: list[Any], at: int) -> list[Any]:
    """Return cells with the last one moved to a given position."""
    return [*cells[:at], cells[-1], *cells[at:-1]]


def brief_sweep(table: Table) -> Table:
    """Return a sweep for human readers. For served batches, sums over phases are omitted."""
    columns, rows = table
    left_out = _SUMMED if _SERVED in columns else set[str]()
    kept = [index for index, name in enumerate(columns) if name not in left_out]
    return [columns[index] for index in kept], [[row[index] for index in kept] for row in rows]


def for_people(table: Table) -> Table:
    """Return a table for a screen or a page, with FLOPs, bytes, times and rates in readable units.

    Fractions are rounded, class names have no module prefix, and columns that are 0 or unknown in all rows are omitted.
    """
    columns, rows = table
    units = [next((suffix for suffix in _UNITS if name.endswith(suffix)), "") for name in columns]
    kept = [
        index
        for index, name in enumerate(columns)
        if name not in _UNSHOWN
        and (not (units[index] or name in _SPARE) or not rows or any(row[index] for row in rows))
    ]
    names = [columns[index].removesuffix(units[index]) for index in kept]
    return names, [[_shown(columns[index], row[index], units[index]) for index in kept] for row in rows]


def _shown(name: str, value: Any, unit: str) -> Any:
    if value and unit:
        return figure_text(value, _UNITS[unit])
    if name in ("class", "children"):
        return _brief(value)
    return f"{value:,.2f}" if isinstance(value, float) else value


def _brief(classes: str) -> str:
    """Return class names without their modules. If there are many, only the first names are listed."""
    names = [short(name) for name in classes.split(", ")]
    more = f" and {len(names) - _CHILDREN} more" if len(names) > _CHILDREN else ""
    return ", ".join(names[:_CHILDREN]) + more


def phase_table(
    totals: Mapping[str, Metrics], amounts: Sequence[str] = AMOUNTS, expanded: Mapping[str, int] | None = None
) -> Table:
    """Return one row per key of `totals`, such as a phase, including the FLOPs for expanding latents if given."""
    names = ["phase", *amounts, *(["expanded_matrix_flops"] if expanded else [])]
    return names, [
        [phase, *_amounts(total, amounts), *([expanded[phase]] if expanded else [])] for phase, total in totals.items()
    ]


def class_table(rows: Sequence[OperatorMetrics], amounts: Sequence[str] = AMOUNTS) -> Table:
    """Return one row per class and phase."""
    columns = ["phase", "class", "category", "count", *amounts]
    return columns, [
        [row.phase, row.qualified_class, str(row.category), row.count, *_amounts(row, amounts)] for row in rows
    ]


def serving_table(figures: Mapping[str, float | bool | None], *, people: bool = False) -> Table:
    """Return the serving metrics as one row or, for human readers, as one row per metric with its meaning."""
    if not people:
        return list(figures), [list(figures.values())]
    figures = {name: value for name, value in figures.items() if value != 0 or name not in _SPARE}
    rows = [
        [name.removesuffix("_ns").removesuffix("_bytes"), _said(name, value), FIGURES[name][1]]
        for name, value in figures.items()
    ]
    return ["figure", "value", "meaning"], rows


def _said(name: str, value: float | bool | None) -> str:
    unit, _ = FIGURES[name]
    if value is None and name in MOST:
        return f"over {MOST[name]:,}"
    return ("yes" if value else "no") if isinstance(value, bool) else figure_text(value, unit)


def operator_table(operators: Iterable[OperatorSpec]) -> Table:
    """Return one row per distinct module class."""
    columns = ["class", "qualified_class", "origin", "category", "count", "children"]
    return columns, [
        [
            spec.class_name,
            spec.qualified_class,
            "builtin" if spec.is_builtin else "custom",
            str(spec.category),
            spec.count,
            ", ".join(short(child) for child in spec.children),
        ]
        for spec in operators
    ]


def tree_table(nodes: Iterable[ModuleNode]) -> Table:
    """Return one row per node of a hierarchy, with names indented by depth."""
    columns = ["layer", "class", "kind", "count", "weight_count", "transformers_path"]
    body = [
        [
            "· " * depth + (node.path if depth == 0 else _last(node, above)),
            node.qualified_class,
            str(node.kind),
            node.count,
            node.weight_count,
            node.transformers_path,
        ]
        for top in nodes
        for depth, node, above in _with_parents(top)
    ]
    return columns, body


def short(qualified: str) -> str:
    """Return the class name without its module."""
    return qualified.rpartition(".")[2]


def _with_parents(top: ModuleNode) -> Iterable[tuple[int, ModuleNode, str]]:
    above: list[str] = []
    for depth, node in walk(top):
        above[depth:] = [node.path]
        yield depth, node, above[depth - 1] if depth else ""


def _last(node: ModuleNode, above: str) -> str:
    return node.path.removeprefix(f"{above}.")


def _amounts(row: Metrics, names: Sequence[str]) -> list[Any]:
    return [getattr(row, name) for name in names]


def as_data(metrics: Metrics) -> dict[str, Any]:
    """Return metrics as plain values, including derived ones."""
    return dict(zip(AMOUNTS, _amounts(metrics, AMOUNTS), strict=True))
