"""Traces whose tables and columns differ from those of today: absent, empty, older, from other tools."""

from __future__ import annotations

from nsys_tools.synthetic.builder import TraceBuilder
from tests.goldens.build import (
    P1,
    P,
    copy,
    empty_tables,
    faults,
    fill_memory,
    golden,
    machine,
    migration,
    os_call,
    run,
    without,
)

KERNEL, MEMCPY = "CUPTI_ACTIVITY_KIND_KERNEL", "CUPTI_ACTIVITY_KIND_MEMCPY"
MEMSET, RUNTIME = "CUPTI_ACTIVITY_KIND_MEMSET", "CUPTI_ACTIVITY_KIND_RUNTIME"


def everything(builder: TraceBuilder) -> None:
    """Add a few events of every kind."""
    builder.range(P1, "outer", 0, 500)
    builder.range(P1, "inner", 50, 200, registered=True)
    for number in range(3):
        run(builder, f"k{number % 2}<int>(int)", 60 + 80 * number, 700 + 50 * number, 20 + number)
    copy(builder, 1, 4_096, 300, 900, 33)
    fill_memory(builder, 128, 330, 950, 7)
    os_call(builder, "open", 10, 40)


@golden()
def nothing(builder: TraceBuilder) -> None:
    """Record nothing: all tables of events are absent."""


@golden(*empty_tables())
def some_empty(builder: TraceBuilder) -> None:
    """Record kernels and calls; all other tables exist without rows."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    run(builder, "k(int)", 10, 100, 20)


@golden()
def copies_alone(builder: TraceBuilder) -> None:
    """Record copies, including unified memory, but no kernels, memsets or calls: their tables are absent."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.copy(P, 1, 100, 10, 30, 5)
    migration(builder, 11, 4096, 4096, 40, 20)


@golden()
def kernels_alone(builder: TraceBuilder) -> None:
    """Record only kernels, on a GPU without a description."""
    builder.kernel(P, "k(int)", 10, 30, 5)
    builder.kernel(P, "j(int)", 40, 70, 6)


@golden()
def faults_alone(builder: TraceBuilder) -> None:
    """Record page faults of CPUs, but no GPU faults and no migration."""
    faults(builder, 4096, 2)
    faults(builder, 8192, 1, by="other+0x8")


@golden(
    *without(KERNEL, "mangledName", "graphNodeId", "greenContextId"),
    *without(MEMCPY, "graphNodeId", "greenContextId", "migrationCause", "virtualAddress"),
    *without(MEMSET, "graphNodeId", "greenContextId"),
    *without("NVTX_EVENTS", "category", "color", "rangeId"),
    "DROP TABLE ENUM_CUDA_MEMCPY_OPER", "DROP TABLE ENUM_CUDA_MEM_KIND", "DROP TABLE META_DATA_EXPORT",
)  # fmt: skip
def schema_2020(builder: TraceBuilder) -> None:
    """Leave out the columns, name tables and version that exports of 2020 lack; use their GPU table."""
    builder.add(
        "TARGET_INFO_CUDA_GPU", id=0, name="Tesla V100-SXM2-32GB", memorySize=34_089_730_048,
        memoryBandwidth=898_048_000_000, coreClockRate=1_530_000, multiprocessorCount=80, computeCapabilityMajor=7,
        computeCapabilityMinor=0, l2CacheSize=6_291_456,
    )  # fmt: skip
    builder.add("ThreadNames", nameId=builder.string("main"), priority=20, globalTid=P1)
    everything(builder)


@golden(
    *without(KERNEL, "greenContextId"), *without(MEMCPY, "greenContextId"), *without(MEMSET, "greenContextId"),
)  # fmt: skip
def schema_2023(builder: TraceBuilder) -> None:
    """Leave out green contexts, as in all exports before schema 3.7.2."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    everything(builder)


@golden(
    f"ALTER TABLE {KERNEL} ADD COLUMN clusterX INTEGER", f"ALTER TABLE {KERNEL} ADD COLUMN opId INTEGER",
    f"UPDATE {KERNEL} SET clusterX = 2, opId = 17", "ALTER TABLE NVTX_EVENTS ADD COLUMN jsonText TEXT",
    f"ALTER TABLE {RUNTIME} ADD COLUMN callchainId INTEGER", "CREATE TABLE DLPROF (a, b)",
    "INSERT INTO META_DATA_EXPORT VALUES ('EXPORT_PRODUCT_VERSION', 'again')",
)  # fmt: skip
def schema_newer(builder: TraceBuilder) -> None:
    """Add columns and tables of newer versions and other tools, and a duplicate version."""
    machine(builder, "NVIDIA H100 80GB HBM3")
    everything(builder)
