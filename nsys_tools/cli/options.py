"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt

TRACE_HELP = "Run folder, .sqlite file, parquetdir folder or .nsys-rep file."
TRACE = Annotated[Path, typer.Argument(metavar="TRACE", help=TRACE_HELP)]
TRACES_HELP = f"{TRACE_HELP} Folders of traces and patterns such as 'rank*.sqlite' also work."
AS_RANKS = Annotated[bool, typer.Option("--ranks", help="Treat each process of a single trace as a rank.")]
WORKERS = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, help="Read N traces in parallel, one per process. 0 uses one process per core."
    ),
]
SCHEDULER = Annotated[
    str,
    typer.Option(
        "--scheduler", metavar="ADDRESS", help="Read traces on this Dask cluster, for example, tcp://host:8786."
    ),
]
RANK_REGEX = Annotated[
    str,
    typer.Option(
        "--rank-regex",
        metavar="REGEX",
        help=r"Extract the rank from the path with this regular expression, for example, 'rank(\d+)'.",
    ),
]
SKIP_BROKEN = Annotated[
    bool, typer.Option("--skip-broken", help="Skip traces that cannot be read, and exit with status 0.")
]
STAGES = Annotated[
    Path | None, typer.Option("--stages", metavar="FILE", help="Read stage patterns from this TOML file.")
]
COMPARE = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Compare stages with this analytic model. Run `nsys-tools model list` to list the models.",
    ),
]
WORKLOAD = Annotated[str, typer.Option("--workload", "-w", metavar="W", help="Use this workload (a name or a file).")]
SET = Annotated[
    list[str], typer.Option("--set", metavar="NAME=N", help="Set a model input. This option can be repeated.")
]
TRACE_GPU = Annotated[
    str, typer.Option("--gpu", metavar="NAME", help="Compare with this GPU. auto uses the GPU recorded in the trace.")
]
GPU = Annotated[str, typer.Option("--gpu", metavar="NAME", help="Show roofline times for this GPU.")]
DTYPE = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="FORMAT",
        help="Use this dtype for everything (bf16, fp16, fp32, tf32, fp8, int8), or set it per part, for example, "
        "weights=fp8,cache=fp8. Parts: weights, cache, activations, experts and head. Default: the dtype of the run or "
        "the model.",
    ),
]
ATTENTION = Annotated[str, typer.Option("--attention", help="Count FLOPs for full or causal attention.")]
TP = Annotated[int, typer.Option("--tp", metavar="N", help="Set the tensor-parallel size.")]
PP = Annotated[int, typer.Option("--pp", metavar="N", help="Set the pipeline-parallel size.")]
EP = Annotated[int, typer.Option("--ep", metavar="N", help="Set the expert-parallel size.")]
DP = Annotated[
    int,
    typer.Option("--dp", metavar="N", help="Set the data-parallel size: the number of replicas that share the batch."),
]
PP_RANK = Annotated[
    int, typer.Option("--pp-rank", metavar="K", help="Evaluate this pipeline stage. The first stage is 0.")
]
NCU = Annotated[
    Path | None,
    typer.Option("--ncu", metavar="PATH", help="Join ncu results from a CSV file, a .ncu-rep file or a folder."),
]
CALLGRAPH = Annotated[
    Path | None,
    typer.Option(
        "--callgraph",
        metavar="PATH",
        help="Join a call graph from TorchLens-style JSON or a .dot file from forward hooks.",
    ),
]
STEPS = Annotated[
    str,
    typer.Option(
        "--steps",
        metavar="STAGE|PATTERN",
        help="Find steps by stage or NVTX range name. auto detects steps, and none disables step detection.",
    ),
]
SALVAGE = Annotated[
    bool, typer.Option("--salvage", help="Read the intact part of a damaged trace, and mark the output as partial.")
]
NO_CACHE = Annotated[bool, typer.Option("--no-cache", help="Do not use the cache.")]
FORCE = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
MEMORY = Annotated[
    str,
    typer.Option(
        "--memory",
        metavar="SIZE",
        callback=lambda size: nt.limit_memory(size) if size else None,
        help="Limit query memory (for example, 2GB) and spill the rest to disk. Default: 0.8 GB, or up to 60 % of free "
        "memory for queries that need more.",
    ),
]
CSV_SAFE = Annotated[
    bool,
    typer.Option(
        "--csv-safe",
        help="In CSV and TSV, put a quote (') before text that a spreadsheet would read as a formula (=, +, -, @).",
    ),
]
MODEL = Annotated[
    str, typer.Argument(metavar="MODEL", help="Name of a shipped model, or path to a model file or config.json.")
]
PHASE = Annotated[str, typer.Option("--phase", help="Show only this phase, such as vision, prefill or decode.")]
FORMAT = Annotated[
    str, typer.Option("--format", "-f", metavar="FORMAT", help="Output format: table, csv, tsv, json, yaml or md.")
]


def shares(tp: int, pp: int, ep: int, dp: int, pp_rank: int) -> dict[str, int]:
    """Return the parallelism degrees, or an empty dict if a single GPU holds the entire model."""
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
    """Return the arguments of `nt.open` for the model that a trace is compared with."""
    return {
        "model": model, "workload": workload, "set": assignments, "gpu": gpu, "dtype": dtype, "attention": attention,
        "parallel": shares(tp, pp, ep, dp, pp_rank),
    }  # fmt: skip
