"""The drawings of the concepts and of the architecture: ``docs/images/*.svg``."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import REPOSITORY
from tests.docs.svg import QUIET, Svg

IMAGES = REPOSITORY / "docs" / "images"


def attribution() -> Svg:
    """Return the drawing of how an operation finds its range."""
    at = Svg(
        760, 300, "Attribution", "Two steps launch a kernel each; the kernels run later, and belong to their step."
    )
    at.lane(50, "NVTX ranges")
    at.lane(120, "CUDA API calls")
    at.lane(230, "GPU")
    at.box(140, 32, 600, 22, "decode", fill="gray")
    at.box(150, 62, 170, 24, "step 0", fill="blue")
    at.box(390, 62, 170, 24, "step 1", fill="green")
    at.box(180, 120, 70, 24, "launch", fill="blue")
    at.box(420, 120, 70, 24, "launch", fill="green")
    at.box(340, 230, 150, 28, "kernel of step 0", fill="blue")
    at.box(560, 230, 160, 28, "kernel of step 1", fill="green")
    at.arrow((215, 132), (215, 175), (345, 175), (345, 214))
    at.arrow((455, 132), (455, 175), (565, 175), (565, 214))
    at.text(335, 188, "same process, same correlation id", anchor="end", color=QUIET, size=12)
    at.text(
        450, 272, "The first kernel runs while step 1 is open, and still belongs to step 0.", anchor="middle", size=12
    )
    return at


def time_bases() -> Svg:
    """Return the drawing of wall, span, busy, idle and sum."""
    at = Svg(760, 330, "Time bases", "Wall time on the CPU; span, busy and idle time on the GPU.")
    at.lane(40, "CPU")
    at.lane(120, "GPU, stream 1")
    at.lane(160, "GPU, stream 2")
    at.box(140, 40, 300, 28, "range", fill="gray")
    at.box(260, 120, 140, 28, "kernel, 14 µs", fill="blue")
    at.box(560, 120, 120, 28, "kernel, 12 µs", fill="blue")
    at.box(340, 160, 120, 28, "copy, 12 µs", fill="orange")
    at.measure(140, 440, 70, "wall 30 µs")
    for x in (260, 460, 560, 680):
        at.line(x, 178, x, 282)
    at.measure(260, 680, 205, "span 42 µs")
    at.measure(260, 460, 245, "busy 20 µs")
    at.measure(460, 560, 245, "idle 10 µs")
    at.measure(560, 680, 245, "busy 12 µs")
    at.text(
        380, 305, "busy = 20 + 12 = 32 µs,  idle = span − busy = 10 µs,  sum = 14 + 12 + 12 = 38 µs", anchor="middle"
    )
    return at


def steps() -> Svg:
    """Return the drawing of where steps begin and end."""
    at = Svg(760, 250, "Steps", "A step lasts on the GPU from its first operation to that of the next step.")
    at.lane(40, "NVTX ranges")
    at.lane(110, "GPU")
    at.lane(180, "steps")
    for x, name in ((140, "step 0"), (310, "step 1")):
        at.box(x, 40, 150, 26, name, fill="gray")
    at.box(570, 40, 130, 26, "evaluation", fill="white")
    for x in (190, 250, 300):
        at.box(x, 110, 42, 26, "k", fill="blue")
    for x in (380, 440, 490):
        at.box(x, 110, 42, 26, "k", fill="green")
    at.box(620, 110, 60, 26, "k", fill="gray")
    for x in (190, 380, 532):
        at.line(x, 125, x, 215)
    at.box(190, 180, 190, 26, "step 0", fill="blue")
    at.box(380, 180, 152, 26, "step 1", fill="green")
    at.text(285, 228, "until the next step begins", anchor="middle", size=12, color=QUIET)
    at.text(545, 228, "until its last operation ends", anchor="middle", size=12, color=QUIET)
    return at


def roofline() -> Svg:
    """Return the drawing of the roofline and the time above it."""
    at = Svg(760, 330, "Roofline", "The roofline of a GPU, and the parts of a measured time.")
    at.text(30, 22, "FLOP/s", bold=True)
    at.arrow((50, 190), (50, 34))
    at.arrow((50, 190), (380, 190))
    at.text(375, 206, "FLOPs per byte", anchor="end", bold=True)
    at.curve((60, 180), (190, 60), (370, 60))
    at.text(280, 46, "peak of the dtype", anchor="middle", size=12)
    at.text(102, 96, "bandwidth", anchor="middle", size=12)
    at.dot(140, 150)
    at.line(140, 150, 140, 108)
    at.text(150, 152, "a stage: as many FLOPs per byte, but slower", size=12)
    at.text(410, 60, "roofline time =", bold=True)
    at.text(410, 82, "max(FLOPs / peak, bytes / bandwidth)")
    at.text(410, 116, "MFU = model FLOPs / (wall × peak)")
    at.text(410, 138, "MBU = model bytes / (span × bandwidth)")
    parts = (
        ("roofline", 210, "green"),
        ("inefficiency", 190, "orange"),
        ("launch gaps", 150, "red"),
        ("other idle", 150, "gray"),
    )
    x = 30.0
    for name, width, fill in parts:
        at.box(x, 246, width, 30, name, fill=fill)
        x += width
    at.measure(30, 430, 276, "busy")
    at.measure(430, 730, 276, "idle")
    at.measure(240, 730, 304, "time above roofline")
    return at


def graphs() -> Svg:
    """Return the drawing of how a CUDA graph node finds its layer."""
    at = Svg(
        760, 290, "Layers inside CUDA graphs", "A node is created during capture, copied, and run by a later launch."
    )
    at.lane(40, "NVTX ranges")
    at.lane(110, "CUDA API calls")
    at.lane(175, "graph nodes")
    at.lane(240, "GPU")
    at.box(130, 40, 290, 24, "layers.0 / self_attn", fill="blue")
    at.box(520, 40, 220, 24, "step 17", fill="green")
    at.box(130, 110, 90, 24, "begin capture", fill="gray", size=12)
    at.box(240, 110, 70, 24, "launch", fill="blue")
    at.box(330, 110, 90, 24, "end capture", fill="gray", size=12)
    at.box(540, 110, 110, 24, "launch graph", fill="green")
    at.box(240, 175, 70, 24, "node 1", fill="blue")
    at.box(440, 175, 70, 24, "node 9", fill="blue", dashed=True)
    at.arrow((275, 122), (275, 161))
    at.arrow((310, 175), (438, 175))
    at.text(374, 165, "copied", anchor="middle", size=12, color=QUIET)
    at.box(560, 240, 180, 28, "kernel of node 9", fill="green")
    at.arrow((600, 122), (600, 224))
    at.arrow((475, 187), (475, 240), (558, 240), dashed=True)
    at.text(130, 272, "The kernel is owned by step 17, which launched it. Its layer is layers.0/self_attn.", size=12)
    return at


def ranks() -> Svg:
    """Return the drawing of transfer and wait of a collective."""
    at = Svg(760, 280, "Ranks and clocks", "A collective ends on all ranks together; rank 2 arrives last.")
    for rank, arrival in enumerate((250, 235, 390, 240)):
        y = 40 + 45 * rank
        at.lane(y, f"rank {rank}")
        at.box(130, y, arrival - 130, 26, "compute", fill="blue", size=12)
        if arrival < 390:
            at.box(arrival, y, 390 - arrival, 26, "wait", fill="red", size=12)
        at.box(390, y, 120, 26, "transfer", fill="orange", size=12)
        at.box(510, y, 170, 26, "compute", fill="blue", size=12)
    at.line(390, 20, 390, 205)
    at.line(510, 20, 510, 205)
    at.text(400, 220, "Rank 2 arrives last: its collective takes", size=12)
    at.text(400, 236, "the shortest time, which is the transfer.", size=12)
    at.text(130, 220, "What another rank takes", size=12)
    at.text(130, 236, "longer is its wait.", size=12)
    at.text(
        380,
        266,
        "All ranks end together. The ends put the clocks of the files on one.",
        anchor="middle",
        bold=True,
        size=12,
    )
    return at


def privacy() -> Svg:
    """Return the drawing of which data leave a trace."""
    at = Svg(
        760, 300, "Privacy and cache", "What a trace holds, and what goes into the cache, a report and a scrubbed copy."
    )
    at.box(20, 70, 200, 84, "times, sizes, counters,\nnames of kernels,\nNVTX texts", fill="green")
    at.box(
        20, 200, 200, 100, "environment variables,\nhosts and users,\narguments, paths,\noutput of programs", fill="red"
    )
    at.text(120, 272, "trace (opened read-only)", anchor="middle", bold=True)
    at.box(480, 45, 250, 52, "report\nnames as the program chose them", fill="blue", size=12)
    at.box(480, 125, 250, 52, "cache in your home folder\nremoved 30 days after its last use", fill="blue", size=12)
    at.box(
        480,
        230,
        250,
        70,
        "scrubbed copy\na new file: allowed columns only,\nevery text scanned at the end",
        fill="purple",
        size=12,
    )
    at.arrow((220, 55), (478, 45))
    at.arrow((220, 80), (478, 122))
    at.arrow((220, 100), (478, 218))
    at.arrow((220, 225), (400, 246), dashed=True)
    at.text(408, 247, "✕", anchor="middle", bold=True, size=16)
    at.text(330, 272, "hosts and users as pseudonyms", anchor="middle", size=12, color=QUIET)
    return at


def way() -> Svg:
    """Return the drawing of the path of a trace through the rooms."""
    at = Svg(
        760,
        380,
        "The way of a trace",
        "From files through sources, session and queries to findings, charts and a report.",
    )
    given = ("trace: .sqlite, parquetdir, .nsys-rep", "ncu: CSV, .ncu-rep", "call graph: JSON, .dot",
             "stages file: TOML",
             "analytic/: models, GPUs")  # fmt: skip
    for number, name in enumerate(given):
        at.box(20, 40 + 46 * number, 220, 30, name, fill="gray", size=12)
        at.arrow((240, 40 + 46 * number), (288, 132))
    at.box(290, 132, 120, 60, "sources/\ndefine tables", fill="blue", size=12)
    at.box(440, 132, 130, 60, "session/\nDuckDB, cache", fill="blue", size=12)
    at.box(600, 132, 140, 60, "queries/*.sql\nattribution, figures", fill="green", size=12)
    at.arrow((410, 132), (438, 132))
    at.arrow((570, 132), (598, 132), both=True)
    at.arrow((505, 162), (505, 218))
    at.box(440, 238, 130, 36, "Result", fill="orange")
    at.arrow((505, 256), (505, 296))
    rooms = (("findings/", 290), ("charts/", 385), ("roofline/", 480), ("comparison/", 575), ("stats/", 670))
    for name, x in rooms:
        at.box(x, 314, 85 if x < 670 else 70, 30, name, fill="blue", size=12)
    at.box(20, 314, 220, 30, "report folder, tables, answers", fill="purple", size=12)
    at.arrow((288, 314), (242, 314))
    at.text(20, 358, "nsys_tools.open() gives a Session; every command is a few lines over it.", size=12, color=QUIET)
    return at


ALL = {
    "attribution": attribution, "time": time_bases, "steps": steps, "roofline": roofline, "graphs": graphs,
    "ranks": ranks, "privacy": privacy, "architecture": way,
}  # fmt: skip


def drawings() -> dict[Path, str]:
    """Return the files with their text."""
    return {IMAGES / f"{name}.svg": draw().written() for name, draw in ALL.items()}
