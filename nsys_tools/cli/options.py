"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt

TRACE_HELP = "Run folder, .sqlite, parquetdir folder or .nsys-rep."
TRACE = Annotated[Path, typer.Argument(metavar="TRACE", help=TRACE_HELP)]
TRACES_HELP = f"{TRACE_HELP} Also folders of traces, and patterns such as 'rank*.sqlite'."
AS_RANKS = Annotated[bool, typer.Option("--ranks", help="Take the processes of one trace as ranks too.")]
WORKERS = Annotated[
    int,
    typer.Option("--workers", metavar="N", min=0, help="Read N traces at a time, each in a process; 0: one per core."),
]
SCHEDULER = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS", help="Read traces on this Dask cluster, as in tcp://host:8786.")
]
RANK_REGEX = Annotated[
    str, typer.Option("--rank-regex", metavar="REGEX", help=r"Take the rank from the path, as in 'rank(\d+)'.")
]
SKIP_BROKEN = Annotated[
    bool, typer.Option("--skip-broken", help="Leave out traces that cannot be read, and exit with 0.")
]
STAGES = Annotated[Path | None, typer.Option("--stages", metavar="FILE", help="Read stage patterns from this TOML.")]
COMPARE = Annotated[
    str, typer.Option("--model", metavar="MODEL", help="Compare stages with this analytic model. See: model list.")
]
WORKLOAD = Annotated[str, typer.Option("--workload", "-w", metavar="W", help="Use this workload, by name or file.")]
SET = Annotated[list[str], typer.Option("--set", metavar="NAME=N", help="Set an input of the model; repeatable.")]
TRACE_GPU = Annotated[
    str, typer.Option("--gpu", metavar="NAME", help="GPU to compare with. auto uses the GPU recorded in the trace.")
]
GPU = Annotated[str, typer.Option("--gpu", metavar="NAME", help="Show roofline times on this GPU.")]
DTYPE = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="FORMAT",
        help="Number format of everything (bf16, fp16, fp32, tf32, fp8, int8), or of parts: weights=fp8,cache=fp8; "
        "also activations, experts, head. Default: the run's or the model's.",
    ),
]
ATTENTION = Annotated[str, typer.Option("--attention", help="Count attention in full or causal.")]
TP = Annotated[int, typer.Option("--tp", metavar="N", help="GPUs of tensor parallelism that share the model.")]
PP = Annotated[int, typer.Option("--pp", metavar="N", help="Stages of a pipeline that share its layers.")]
EP = Annotated[int, typer.Option("--ep", metavar="N", help="GPUs that its experts are spread over.")]
DP = Annotated[int, typer.Option("--dp", metavar="N", help="Replicas that share the batch.")]
PP_RANK = Annotated[int, typer.Option("--pp-rank", metavar="K", help="Stage of the pipeline in question, from 0.")]
NCU = Annotated[Path | None, typer.Option("--ncu", metavar="PATH", help="Join a CSV, .ncu-rep or folder of ncu.")]
CALLGRAPH = Annotated[
    Path | None,
    typer.Option("--callgraph", metavar="PATH", help="Join a TorchLens-like JSON or the .dot of forward hooks."),
]
STEPS = Annotated[
    str, typer.Option("--steps", metavar="STAGE|PATTERN", help="Find steps by stage or range name; auto, or none.")
]
SALVAGE = Annotated[
    bool, typer.Option("--salvage", help="Read what can be read of a damaged trace, and mark the output as partial.")
]
NO_CACHE = Annotated[bool, typer.Option("--no-cache", help="Do not cache what is loaded.")]
FORCE = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]
MEMORY = Annotated[
    str,
    typer.Option(
        "--memory",
        metavar="SIZE",
        callback=lambda size: nt.limit_memory(size) if size else None,
        help="Hold queries in this much memory, as in 2GB, and put the rest on disk. Default: 1 GB, and up to 60 % of "
        "what is free for queries that need more.",
    ),
]
CSV_SAFE = Annotated[
    bool, typer.Option("--csv-safe", help="In CSV and TSV, quote (') what a spreadsheet would compute: =, +, -, @.")
]
MODEL = Annotated[
    str, typer.Argument(metavar="MODEL", help="A shipped model by name, or a path to a model file or config.json.")
]
PHASE = Annotated[str, typer.Option("--phase", help="Show only this phase: vision, prefill, decode ...")]
FORMAT = Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv, tsv, json, yaml or md.")]


def shares(tp: int, pp: int, ep: int, dp: int, pp_rank: int) -> dict[str, int]:
    """Return how GPUs share a model; empty where one has it all."""
    found = {"tp": tp, "pp": pp, "ep": ep, "dp": dp}
    return {**found, "pp_rank": pp_rank} if set(found.values()) != {1} or pp_rank else {}


def compared(
    model: COMPARE = "",
    workload: WORKLOAD = "",
    assignments: SET = [],  # noqa: B006  (typer copies it)
    gpu: TRACE_GPU = "auto",
    dtype: DTYPE = "",
    attention: ATTENTION = "full",
    tp: TP = 1,
    pp: PP = 1,
    ep: EP = 1,
    dp: DP = 1,
    pp_rank: PP_RANK = 0,
) -> dict[str, Any]:
    """Return what `nt.open` is told of the model that a trace is compared with."""
    return {
        "model": model, "workload": workload, "set": assignments, "gpu": gpu, "dtype": dtype, "attention": attention,
        "parallel": shares(tp, pp, ep, dp, pp_rank),
    }  # fmt: skip
