"""What ``nsys-tools model`` is asked for: arguments and options that its commands share."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nsys_tools.model.architecture import Model
    from nsys_tools.model.database import Database
    from nsys_tools.model.domain import WorkloadProfile
    from nsys_tools.model.figures import Settings

MODEL = Annotated[str, typer.Argument(metavar="MODEL", help="A shipped model by name, or a path to a model JSON.")]
WORKLOAD = Annotated[str, typer.Option("--workload", "-w", help="A shipped workload by name, or a path to one.")]
SET = Annotated[list[str], typer.Option("--set", metavar="NAME=N", help="An input of the model; repeatable.")]
DTYPE = Annotated[str, typer.Option("--dtype", help="Element type: bf16, fp16, fp32, tf32, fp8, int8.")]
ATTENTION = Annotated[str, typer.Option("--attention", help="How attention is counted: full or causal.")]
GPU = Annotated[str, typer.Option("--gpu", help="A card by name, for roofline times.")]
PHASE = Annotated[str, typer.Option("--phase", help="One phase only: vision, prefill, decode ...")]
FORMAT = Annotated[str, typer.Option("--format", "-f", help="table, csv, tsv, json, yaml or md.")]


def load(name: str) -> tuple[Model, Database]:
    """Return a model by name or path, and the formulas."""
    from nsys_tools.model import architecture, database

    return architecture.load(name), database.load()


def chosen(
    model: Model, workload: str, assignments: list[str], dtype: str, attention: str, gpu: str
) -> tuple[Settings, WorkloadProfile | None]:
    """Return the settings that the options make, and the workload."""
    from nsys_tools.model import workloads
    from nsys_tools.model.settings import settings

    profile = workloads.load(workload) if workload else None
    found = settings(model, workload=profile, assignments=assignments, dtype=dtype, attention=attention, gpu=gpu)
    return found, profile


def warn(model: Model, database: Database) -> None:
    """Say which classes have no formula, once for each however many layers have it."""
    from nsys_tools.model.demand import unknown

    counts: Counter[str] = Counter()
    for layer in unknown(model, database):
        counts[layer.qualified_class] += layer.count
    for name, count in counts.items():
        print(f"WARNING: {name} ({count} of them) has no formula and counts nothing", file=sys.stderr)
