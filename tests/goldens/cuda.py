"""Traces of calls, kernels, copies and memsets: launches, GPUs, and the order of rows."""

from __future__ import annotations

from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.goldens.build import (
    GRAPH,
    LAUNCH,
    P1,
    P2,
    Q1,
    R1,
    P,
    Q,
    copy,
    faults,
    fill_memory,
    golden,
    machine,
    migration,
    os_call,
    run,
)  # fmt: skip


@golden()
def small_program(builder: TraceBuilder) -> None:
    """Run a little of everything, like a program: the trace without an odd shape."""
    machine(builder, "NVIDIA H100 80GB HBM3")
    on = Timeline(builder)
    on.migrate(1 << 16, 9_500)
    with on.range("load"):
        on.copy(1, 4_096, 1_700)
        on.copy(1, 123_457, 21_300, stream=13, pinned=True)
        on.memset(8_192, 1_111)
    for step in range(3):
        with on.range(f"step {step}"):
            with on.range("attention"):
                on.kernel("void flash_fwd_kernel<128, 64>(Params)", 12_000 + step)
                on.kernel("void gemm<float>(float*, int)", 7_000, stream=13)
            with on.range("mlp"):
                on.kernel("void gemm<float>(float*, int)", 9_001 * (step + 1), grid=264)
            on.copy(2, 8, 1_600)
    on.kernel("outside(int)", 333)
    on.synchronize()


@golden()
def ties(builder: TraceBuilder) -> None:
    """Use equal totals everywhere, with unequal counts and unsorted names."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    names = [("b(int)", 30, 2), ("c(int)", 20, 3), ("a(int)", 10, 6), ("d(int)", 20, 3), ("B(int)", 60, 1)]
    now = 1_000
    for name, took, count in names:
        for _ in range(count):
            run(builder, name, now, now + 40, took, calls=15 if name < "c" else 10)
            now += 100
    for kind, size, took, count in [(2, 60, 60, 1), (1, 30, 30, 2), (8, 20, 20, 3)]:
        for _ in range(count):
            copy(builder, kind, size, now, now + 40, took)
            now += 100
    fill_memory(builder, 60, now, now + 40, 60)
    for name, took in [("read", 20), ("write", 10), ("write", 10), ("poll", 20), ("Open", 20)]:
        os_call(builder, name, now, took)
        builder.range(P1, name, now, now + took, event_type=59)
        builder.range(P1, f"{name}!", now, now + took + 1, event_type=60)
        now += 100
    for name, took in [("cudaMalloc_v3020", 60), ("cuInit", 60), ("cudaFree_v3020", 60)]:
        builder.call(P1, name, now, now + took, builder.correlation(P))
        now += 100
    builder.range(P1, "z around", 10_000, 20_000)
    builder.range(P2, "z around", 10_000, 20_000)
    builder.range(P1, "a around", 10_000, 20_001, event_type=60)
    for name in ("z(int)", "y(int)", "y(int)", "x(int)"):
        run(builder, name, 11_000, 30_000, 5)
        run(builder, name, 11_000, 30_000, 5, thread=P2)
    copy(builder, 1, 9, 11_000, 30_000, 5)
    fill_memory(builder, 9, 11_000, 30_000, 5)


@golden()
def grids(builder: TraceBuilder) -> None:
    """Launch kernels with one name and several grids and blocks, and several kernels with one function name."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    shapes = [(1, 128), (2, 128), (10, 128), (1, 32), (2147483647, 1024), (1, 128), (2, 128)]
    for number, (grid, block) in enumerate(shapes):
        run(builder, "void k<int>(int)", number * 100, number * 100 + 50, 20, grid=grid, block=block)
        run(builder, "void k<float>(float)", number * 100 + 20, number * 100 + 70, 7 * number, grid=grid, block=block)
    builder.kernel(P, "wide()", 5_000, 5_100, 0, grid=(3, 65535, 7), block=(8, 16, 4))


@golden()
def processes(builder: TraceBuilder) -> None:
    """Use the same correlationIds and domain numbers in three processes whose first GPUs differ."""
    machine(builder, "NVIDIA A100-SXM4-40GB", "NVIDIA A100-SXM4-80GB")
    for number, thread in enumerate([P1, Q1, R1]):
        builder.add("TARGET_INFO_CUDA_DEVICE", gpuId=number % 2, cudaId=0, pid=10 * (number + 1))
        builder.range(thread, f"domain {number}", 0, None, event_type=75, domain=1)
        builder.range(thread, "work", 100 * number, 100 * number + 400)
        builder.range(thread, "work", 100 * number + 10, 100 * number + 300, domain=1)
        for at in range(3):
            start = 100 * number + 50 * at + 20
            run(builder, "k(int)", start, start + 60, 40 + number, thread=thread)
            run(builder, f"own{number}(int)", start + 15, start + 500, 90, thread=thread)
        copy(builder, 1, 1 << 20, 350 + 100 * number, 800, 77, thread=thread)
        os_call(builder, "ioctl", 10 * number, 5 + number, thread=thread)


@golden()
def threads(builder: TraceBuilder) -> None:
    """Launch on several named threads of one process; one of them launches for a range of another."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    for thread, name, priority in [(P2, "pt_autograd_0", 10), (Q1, "elsewhere", 15)]:
        builder.add("ThreadNames", nameId=builder.string(name), priority=priority, globalTid=thread)
    builder.range(P1, "step", 0, 1_000)
    builder.range(P1, "backward", 100, 900)
    builder.range(P2, "grad", 250, 700)
    for number in range(4):
        run(builder, "forward(int)", 20 * number, 500 + 20 * number, 11, thread=P1)
        run(builder, "backward(int)", 200 + 20 * number, 900 + 20 * number, 13, thread=P2)
        run(builder, "backward(int)", 300 + 20 * number, 1_200 + 20 * number, 17, thread=P2)
    copy(builder, 2, 64, 950, 1_500, 5, thread=P1, source=2, destination=1)


@golden()
def devices(builder: TraceBuilder) -> None:
    """Run on three GPUs, one of them without a description, in several contexts, green contexts and streams."""
    machine(builder, "NVIDIA H100 PCIe", "NVIDIA H100 PCIe MIG 1g.10gb")
    for number in range(6):
        at = 100 * number
        run(builder, "k(int)", at, at + 50, 30 + number, device=number % 3, stream=7 + number)
        copy(builder, 10, 1_000 * number, at + 20, at + 90, 9, source=2, device=number % 2, stream=14)
    for number in range(3):
        at = 1_000 + 100 * number
        name = builder.string("green(int)")
        builder.add(
            "KERNEL", start=at, end=at + 70, deviceId=0, contextId=2 + number, streamId=20, correlationId=900 + number,
            globalPid=P, demangledName=name, shortName=builder.string("green"), mangledName=name, registersPerThread=32,
            gridX=4, gridY=3, gridZ=2, blockX=64, blockY=2, blockZ=1, staticSharedMemory=1_024,
            dynamicSharedMemory=49_152, greenContextId=number,
        )  # fmt: skip


@golden()
def graphs(builder: TraceBuilder) -> None:
    """Launch CUDA graphs recorded as one execution each, and others recorded by node, which share a correlationId."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "replay", 0, 500)
    for number in range(3):
        correlation = builder.correlation(P)
        builder.call(P1, GRAPH, 100 * number, 100 * number + 30, correlation)
        builder.graph_run(P, 5, 100 * number + 40, 100 * number + 95, correlation)
    run(builder, "k(int)", 600, 700, 8)
    builder.range(P1, "replay by node", 1_000, 1_350)
    for number in range(4):
        at = 1_000 + 100 * number
        correlation = builder.correlation(P)
        builder.call(P1, GRAPH, at, at + 30, correlation)
        for node in range(3):
            start = at + 40 + 10 * node
            builder.kernel(P, f"node{node}(int)", start, start + 9, correlation, graph_node=(1 << 32) + node)
        builder.copy(P, 1, 512, at + 75, at + 80, correlation)
        builder.memset(P, 256, at + 82, at + 85, correlation)


@golden()
def copies(builder: TraceBuilder) -> None:
    """Copy in every direction between all kinds of memory, in no time, without bytes, and for over a second."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    for kind in range(14):
        at = 100 * kind
        copy(builder, kind, 1_000 + 7 * kind, at, at + 50, 3 * kind, source=kind % 8, destination=(kind + 3) % 8)
    copy(builder, 1, 0, 2_000, 2_050, 10)
    copy(builder, 2, 3, 2_100, 2_150, 3_000_000_000)
    for kind, size, took in [(2, 1, 11), (2, 4_294_967_296, 12), (3, 77, 13), (4, 0, 0), (None, 5, 9)]:
        builder.add(
            "MEMSET", start=4_000, end=4_000 + took, deviceId=0, contextId=1, streamId=7,
            correlationId=builder.correlation(P), globalPid=P, value=0, bytes=size, memKind=kind,
        )  # fmt: skip


@golden()
def unified_memory(builder: TraceBuilder) -> None:
    """Migrate and fault at more addresses than nsys lists: some with copies, CPU or GPU faults only; with ties."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    for number in range(12):
        address = 0x7F00_0000_0000 + 4096 * number
        if number % 3 != 1:
            migration(builder, 11, 4096 + number, address, 10 * number, 40 if number < 6 else 30 + number)
        if number % 4 == 2:
            migration(builder, 12, 2048, address, 500 + number, 25)
        faults(builder, address, number % 3, (2, 3) if number % 2 else (), by=f"loop+0x{number % 5:x}")
    migration(builder, 13, 512, 0x7F00_0000_0000, 900, 10)
    migration(builder, 11, 1, 0x10, 950, 0)
    run(builder, "touch(int)", 0, 100, 50)
    # Equal speed: other properties of an address decide.
    for number, (down, up, cpu, gpu) in enumerate(
        [(100, 0, 0, ()), (0, 100, 0, ()), (50, 50, 0, ()), (0, 50, 2, ()), (200, 0, 1, ()), (0, 100, 1, (1,))]
    ):
        address = 0x2000 - 4096 * (number % 2) + number
        if down:
            migration(builder, 11, down, address, 1_000, down // 10)
        if up:
            migration(builder, 12, up, address, 2_000, up // 10)
        faults(builder, address, cpu, gpu)


@golden()
def launches(builder: TraceBuilder) -> None:
    """Start kernels before, at and after the end of their call; leave some without a call in their process."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "r", 0, 1_000)
    run(builder, "k(int)", 10, 100, 20)
    builder.kernel(P, "zero(int)", 200, 230, 0)
    builder.kernel(P, "no_call(int)", 300, 335, 777)
    builder.kernel(Q, "k(int)", 310, 340, 1)
    builder.copy(P, 1, 10, 400, 405, 0)
    builder.copy(P, 2, 10, 410, 415, 778)
    builder.memset(P, 10, 420, 425, 0)
    for number, (start, took) in enumerate([(105, 50), (110, 0), (109, 3), (95, 400), (5_000, 1), (110, 10)]):
        run(builder, f"k{number}(int)", 100, start, took)
        run(builder, "all(int)", 1_000 + 100 * number, 900 + start + 100 * number, took, by="cuLaunchKernel")


@golden()
def recorded_twice(builder: TraceBuilder) -> None:
    """Record one launch by the runtime and by the driver under one correlationId, and two names of a thread."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "r", 0, 1_000)
    builder.range(P1, "driver", 110, 130)
    for at in (100, 300):
        correlation = builder.correlation(P)
        builder.call(P1, LAUNCH, at, at + 40, correlation)
        builder.call(P1, "cuLaunchKernel", at + 12, at + 18, correlation)
        builder.kernel(P, "twice(int)", at + 60, at + 85, correlation)
    run(builder, "once(int)", 500, 530, 20)
    builder.add("ThreadNames", nameId=builder.string("renamed"), priority=20, globalTid=P1)


@golden()
def calls(builder: TraceBuilder) -> None:
    """Call functions with and without versions in their names, nested, of zero length, unordered; and the OS."""
    calls = [
        ("cudaMalloc_v3020", 50, 90, 2), ("cudaMalloc_v10000", 10, 30, 0), ("cudaMalloc", 40, 45, 0),
        ("cuMemAlloc_v2", 52, 60, 2), ("cudaMallocAsync_ptsz_v11020", 95, 95, 0), ("cudaFree_v3020", 95, 99, 700),
        ("cudaFree_v3020_v4000", 120, 130, 0), ("x_v123", 140, 141, 0), ("_v1234", 150, 152, -1),
        ("cudaMalloc_v7000", 160, 170, 0),
    ]  # fmt: skip
    for name, start, end, code in calls:
        builder.add(
            "RUNTIME", start=start, end=end, eventClass=0, globalTid=P1, correlationId=builder.correlation(P),
            nameId=builder.string(name), returnValue=code,
        )  # fmt: skip
    for number in range(5):
        os_call(builder, "pthread_cond_timedwait", 100 * number, 50 + number, thread=P2)
        os_call(builder, "poll", 100 * number + 10, 3, level=1)
    os_call(builder, "fopen_v1234", 700, 0)
    os_call(builder, "sem_wait", 710, 1_000_000_007)
    for number, (what, at) in enumerate([("started", 0), ("finished", 2_000)]):
        builder.add(
            "OSRT_API", start=at, end=at, eventClass=31 + number, globalTid=P1,
            nameId=builder.string(f"OS runtime libraries profiling {what}"),
        )  # fmt: skip


def _name_everything(builder: TraceBuilder, names: list[str]) -> None:
    builder.range(P1, names[0], 0, None, event_type=75, domain=4)
    builder.add("ThreadNames", nameId=builder.string(names[0]), priority=1, globalTid=P2)
    builder.call(P1, f"cuda{names[0]}", 5_000, 5_001, 999)
    for number, name in enumerate(names):
        at = 100 * number
        builder.range(P1, name, at, at + 40 + number, domain=4 * (number % 2), registered=number % 3 == 0)
        builder.range(P1, name, at, at + 60 + number, event_type=60)
        run(builder, name, at + 10, at + 50, 5 + number)
        builder.call(P2, "cuCtxSynchronize", at, at + 1, builder.correlation(P))
        os_call(builder, name, at, number)
        faults(builder, 4096 * number, number, (1,), by=name)
        migration(builder, 11, 1, 4096 * number, 9_000, 10)


@golden()
def odd_names(builder: TraceBuilder) -> None:
    """Use names with commas, tabs, blanks at the ends, other scripts, text that looks like a value, and no name."""
    machine(builder, "NVIDIA Odd, GPU")
    names = [
        "a,b(x)", "tab\there", " blanks ", "größe→😀", "零", "'single'", "", "NULL", "=1+1", "a\\b", "1e5", "x" * 200,
        "k<(E)1, 'a'>(int)",
    ]  # fmt: skip
    _name_everything(builder, names)


@golden()
def quotes_and_lines(builder: TraceBuilder) -> None:
    """Use names with double quotes and line breaks."""
    machine(builder, 'NVIDIA "Odd" GPU')
    _name_everything(
        builder, ['k<"a", 1>(int)', "two\nlines", "r\rn", '"quoted"', 'in "the" middle', "both\n,of\nthem"]
    )
