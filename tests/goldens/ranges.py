"""Traces of NVTX ranges: nesting, crossing, unclosed ranges, and the GPU work inside them."""

from __future__ import annotations

from nsys_tools.synthetic.builder import DOMAIN_CREATE, MARK, START_END, TraceBuilder
from tests.goldens.build import P1, P2, Q1, copy, golden, machine, run

DOMAIN_DESTROY, CATEGORY, THREAD_NAME, TEXT_PUSH, TEXT_START = 76, 33, 39, 70, 71


@golden()
def nesting(builder: TraceBuilder) -> None:
    """Nest push/pop ranges, some with equal names, touching, or of zero length, and calls at each of their edges."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "outer", 100, 900)
    builder.range(P1, "same", 200, 400)
    builder.range(P1, "same", 210, 390)
    builder.range(P1, "next", 400, 600)
    builder.range(P1, "instant", 500, 500)
    builder.range(P1, "starts with outer", 100, 150)
    builder.range(P1, "ends with outer", 700, 900)
    for number, call in enumerate([90, 95, 100, 140, 145, 200, 210, 385, 390, 395, 400, 495, 500, 590, 890, 895, 900]):
        run(builder, f"at {call}", call, 1_000 + 20 * number, 10)
        run(builder, "point", call, 3_000 + 20 * number, 10, calls=0)


@golden()
def crossing(builder: TraceBuilder) -> None:
    """Cross start/end ranges with push/pop ranges and with each other; one ends on another thread."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "push", 100, 500)
    builder.range(P1, "start", 200, 700, event_type=START_END)
    builder.range(P1, "again", 300, 900, event_type=START_END, end_thread=P1)
    builder.range(P1, "inside", 320, 480)
    builder.range(P1, "handed over", 350, 450, event_type=START_END, end_thread=P2)
    builder.range(P1, "late push", 600, 800)
    builder.range(P1, "over", 650, 1_000, domain=3)
    for number, call in enumerate([110, 210, 310, 340, 360, 460, 480, 510, 610, 660, 690, 790, 880, 950, 1_100]):
        run(builder, f"k{number % 4}(int)", call, 2_000 + 50 * number, 10 + number)


@golden()
def open_ranges(builder: TraceBuilder) -> None:
    """Leave some ranges open: outside others, inside others, and on a separate thread."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "never popped", 100, None)
    builder.range(P1, "popped", 200, 600)
    builder.range(P1, "never ended", 300, None, event_type=START_END)
    builder.range(P1, "popped", 700, 800)
    builder.range(P2, "alone", 150, None)
    builder.range(Q1, "last", 900, 1_000, event_type=START_END)
    builder.range(P1, "mark", 1_500, None, event_type=MARK)
    for number, call in enumerate([50, 120, 250, 350, 650, 710, 850, 985, 1_200]):
        run(builder, "k(int)", call, 2_000 + 50 * number, 10 + number)
        run(builder, "other(int)", call, 2_020 + 50 * number, 10, thread=P2)


@golden()
def equal_bounds(builder: TraceBuilder) -> None:
    """Give two ranges of one thread the same start and end."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "around", 0, 1_000)
    builder.range(P1, "first", 100, 500)
    builder.range(P1, "second", 100, 500)
    builder.range(P1, "within", 200, 400)
    run(builder, "k(int)", 300, 2_000, 10)


@golden()
def nameless_ranges(builder: TraceBuilder) -> None:
    """Name ranges by an empty string, by a missing string, and not at all."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "", 0, 100)
    builder.range(P1, None, 200, 350)
    builder.add("NVTX_EVENTS", start=400, end=450, eventType=59, textId=99_999, globalTid=P1, domainId=0)
    for call in (10, 210, 410):
        run(builder, "k(int)", call, 2_000 + call, 10)


@golden()
def names_of_ranges(builder: TraceBuilder) -> None:
    """Name ranges inline, by strings and by NVTXT, in domains: unnamed, destroyed, with equal numbers or names."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    for thread, number, name in [(P1, 1, "CCCL"), (P1, 2, "NCCL"), (Q1, 1, "other"), (P1, 5, "NCCL")]:
        builder.range(thread, name, 1, None, event_type=DOMAIN_CREATE, domain=number)
    builder.range(P1, "category 7", 2, None, event_type=CATEGORY, domain=1)
    builder.range(P1, "main thread", 3, None, event_type=THREAD_NAME)
    builder.range(P1, "mark", 20, None, event_type=MARK, domain=2)
    for number, (thread, domain) in enumerate([(P1, 0), (P1, 1), (P1, 2), (P1, 3), (P1, 5), (Q1, 1), (Q1, 2)]):
        builder.add(
            "NVTX_EVENTS", start=100 * number, end=100 * number + 150 - 60 * (number % 2), eventType=59, text="range",
            globalTid=thread, domainId=domain, category=number, color=0xFF00FF00,
        )  # fmt: skip
        run(builder, "k(int)", 100 * number + 5, 1_000 + 100 * number, 10, thread=thread)
    builder.range(P1, "NCCL", 900, None, event_type=DOMAIN_DESTROY, domain=2)
    builder.range(P1, "alike", 2_000, 2_100)
    builder.range(P1, "alike", 2_100, 2_250, registered=True)
    builder.range(P1, "", 2_400, 2_450)
    builder.range(P1, "text", 2_500, 2_600, event_type=TEXT_PUSH)
    builder.range(P1, "text", 2_550, 2_700, event_type=TEXT_START)
    for call in range(2_010, 2_800, 60):
        run(builder, "k(int)", call, 2_000 + call, 10)


@golden()
def marks_alone(builder: TraceBuilder) -> None:
    """Record marks and a domain, but no ranges, along with kernels."""
    machine(builder, "NVIDIA A100-SXM4-40GB")
    builder.range(P1, "lib", 0, None, event_type=DOMAIN_CREATE, domain=1)
    builder.range(P1, "mark", 50, None, event_type=MARK, domain=1)
    run(builder, "k(int)", 100, 200, 10)
    copy(builder, 1, 16, 120, 220, 5)


@golden()
def ranges_alone(builder: TraceBuilder) -> None:
    """Record ranges without GPU work, as nsys does on a machine without a GPU."""
    for number in range(4):
        builder.range(P1, "step", 100 * number, 100 * number + 90)
        builder.range(P1, "inner", 100 * number + 10, 100 * number + 10 * number + 20, registered=True)
    builder.range(P2, "background", 5, 700, event_type=START_END)
