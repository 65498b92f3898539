"""Render a comparison as text, Markdown, JSON or HTML, or write a folder with charts and all of these formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cattrs
import polars as pl
from tabulate import tabulate

from nsys_tools import __version__, charts
from nsys_tools.comparison.changes import Change
from nsys_tools.comparison.diff import Diff, Headline
from nsys_tools.errors import UsageError, printable
from nsys_tools.formats import envelope, render_data
from nsys_tools.report import markdown, page
from nsys_tools.report.folder import check_target, whole_folder
from nsys_tools.report.templates import asset, filled
from nsys_tools.units import duration

FORMATS = ("table", "md", "json", "html")
CHARTS = ("diff_step", "diff_budget", "diff_change")


def render(found: Diff, form: str, top: int) -> str:
    """Return a comparison as text (see `nsys_tools.Comparison.text`).

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    if form == "json":
        return render_data(as_data(found), "json")
    if form == "html":
        return _page(found, top, _drawn(found))
    if form not in FORMATS:
        raise UsageError(f"Unknown format {form!r}.", f"Use one of: {', '.join(FORMATS)}.")
    return _text(found, top, form, {})


def write(found: Diff, target: Path, *, top: int, force: bool) -> Path:
    """Write the folder for a comparison (see `nsys_tools.Comparison.write`)."""
    check_target(target, force=force)
    drawn = _drawn(found)
    with whole_folder(target, force=force) as folder:
        (folder / "charts").mkdir()
        for path, svg in drawn.items():
            (folder / path).write_bytes(svg)
        (folder / "metrics.json").write_text(render(found, "json", top) + "\n", encoding="utf-8")
        (folder / "diff.md").write_text(_text(found, top, "md", drawn), encoding="utf-8")
        (folder / "diff.html").write_text(_page(found, top, drawn), encoding="utf-8")
        (folder / "changes.csv").write_text(_csv(found.changes), encoding="utf-8")
    return target / "diff.html"


def as_data(found: Diff) -> dict[str, Any]:
    """Return the comparison as ``nsys-tools diff --format json`` prints it, with times in ns and all changes."""
    headlines = [
        {"phase": one.phase, "gpu": one.gpu, **cattrs.unstructure(one.shift), "verdict": one.verdict.word,
         "reason": one.verdict.reason, "budget": cattrs.unstructure(one.budget), "tokens_per_s": one.tokens_per_s}
        for one in found.headlines
    ]  # fmt: skip
    about = {
        "nsys_tools_version": __version__,
        "base": [one.source for one in found.base], "new": [one.source for one in found.new],
        "verdict": found.verdict.word, "reason": found.verdict.reason, "floors": cattrs.unstructure(found.floors),
        "headlines": headlines, "by": found.by,
    }  # fmt: skip
    return envelope("diff", [_record(one) for one in found.changes], warnings=found.notes, data=about)


def _record(one: Change) -> dict[str, Any]:
    return {
        "status": one.status, "matched_by": one.matched_by, "phase": one.phase, "class": one.kind,
        "base_names": list(one.base_names), "new_names": list(one.new_names),
        "base_count": one.base_count, "new_count": one.new_count, "base_ns": one.base_ns, "new_ns": one.new_ns,
        "delta_ns": one.effect.delta_ns, "count_effect_ns": one.effect.count_ns,
        "duration_effect_ns": one.effect.duration_ns, "median_ratio": one.ratio, "p": one.p,
        "is_significant": one.is_significant,
    }  # fmt: skip


def _csv(found: Sequence[Change]) -> str:
    out = io.StringIO()
    records = [_record(one) for one in found]
    names = list(records[0]) if records else ["status"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({k: " + ".join(v) if isinstance(v, list) else v for k, v in record.items()})
    return out.getvalue()


def _drawn(found: Diff) -> Mapping[str, bytes]:
    return charts.draw_frames(CHARTS, _frames(found))


def _frames(found: Diff) -> dict[str, pl.DataFrame]:
    """Return the data of the charts as DataFrames."""
    steps = [
        {"phase": one.phase, "gpu": one.gpu, "side": side, "ns": ns}
        for one in found.headlines
        for side, runs in (("base", one.base_walls), ("new", one.new_walls))
        for run in runs
        for ns in run
    ]
    budget = [
        {"phase": one.phase, "gpu": one.gpu, **cattrs.unstructure(term)}
        for one in found.headlines[:1]
        for term in one.budget
    ]
    changes = [
        {"name": one.name, "phase": one.phase, "kind": one.kind, "count_ns": one.effect.count_ns,
         "duration_ns": one.effect.duration_ns}
        for one in found.changes if one.effect.delta_ns
    ]  # fmt: skip
    return {name: pl.DataFrame(rows) for name, rows in zip(CHARTS, (steps, budget, changes), strict=True)}


def _page(found: Diff, top: int, drawn: Mapping[str, bytes]) -> str:
    title = f"{found.verdict.word} - nsys-tools diff"
    return page.render(_text(found, top, "md", drawn), title, drawn, asset("report.css"))


def _text(found: Diff, top: int, form: str, drawn: Mapping[str, bytes]) -> str:
    def table(rows: Sequence[Sequence[str]], names: int = 1) -> str:
        alignment = ["left"] * names + ["right"] * (len(rows[0]) - names)
        style = "pipe" if form == "md" else "simple"
        return tabulate(rows[1:], headers=rows[0], tablefmt=style, colalign=alignment, disable_numparse=True)

    is_markdown = form == "md"
    return filled(
        "diff.md" if is_markdown else "diff.txt", found=found, table=table, charts=drawn,
        headlines=_headline_rows(found.headlines), budgets=[_budget_rows(one) for one in found.headlines[:2]],
        changes=_change_rows(found, top, markdown.code if is_markdown else _cut), top=top, version=__version__,
        printable=printable, percent=lambda ratio: f"{ratio:+.1%}", per_step=found.by == "step",
    )  # fmt: skip


def _cut(name: str, length: int = 60) -> str:
    text = printable(name)
    return text if len(text) <= length else f"{text[: length // 2 - 1]}…{text[-length // 2 :]}"


def signed(ns: float) -> str:
    """Return a difference with its sign and unit, such as +1.25 ms."""
    return duration(0) if not ns else f"{'+' if ns > 0 else '-'}{duration(abs(ns))}"


def _headline_rows(headlines: Sequence[Headline]) -> list[list[str]]:
    rows = [
        ["phase", "GPU", "steps", "median", "mean", "min", "ratio", "95 % interval", "shift", "p", "drift", "verdict"]
    ]
    for one in headlines:
        shift = one.shift
        rows.append([
            one.phase, str(one.gpu), f"{shift.base_count:,} → {shift.new_count:,}",
            f"{duration(shift.base_median)} → {duration(shift.new_median)}",
            f"{duration(shift.base_mean)} → {duration(shift.new_mean)}",
            f"{duration(shift.base_min)} → {duration(shift.new_min)}", f"{shift.ratio:.3f}",
            f"{shift.ratio_low:.3f} to {shift.ratio_high:.3f}", signed(shift.shift), f"{shift.p:.2g}",
            f"{shift.base_drift:+.1%} → {shift.new_drift:+.1%}", one.verdict.word,
        ])  # fmt: skip
    return rows


def _budget_rows(one: Headline) -> list[list[str]]:
    rows = [["term", "part of", "base", "new", "difference"]]
    for term in one.budget:
        rows.append([term.term, term.part_of, duration(term.base_ns), duration(term.new_ns), signed(term.delta_ns)])
    return rows


def _change_rows(found: Diff, top: int, named: Any) -> list[list[str]]:
    phases = {one.phase for one in found.changes}
    rows = [["name", *(["phase"] if len(phases) > 1 else []), "status", "matched by", "runs", "base", "new",
             "difference", "by count", "by duration", "sure"]]  # fmt: skip
    for one in found.changes[:top]:
        name = named(one.name) if one.base_names in ((), one.new_names) or not one.new_names else (
            f"{named(' + '.join(one.base_names))} → {named(' + '.join(one.new_names))}")  # fmt: skip
        rows.append([
            name, *([one.phase] if len(phases) > 1 else []), one.status, one.matched_by,
            f"{_count(one.base_count)} → {_count(one.new_count)}",
            duration(one.base_ns) if one.base_names else "", duration(one.new_ns) if one.new_names else "",
            signed(one.effect.delta_ns), signed(one.effect.count_ns), signed(one.effect.duration_ns),
            "yes" if one.is_significant else "",
        ])  # fmt: skip
    return rows


def _count(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"
