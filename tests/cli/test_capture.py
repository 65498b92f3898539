"""``make capture`` and ``nsys-tools capture`` with a real nsys, on the CPU; counts are read from the export in SQL."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError

pytestmark = [pytest.mark.torch, pytest.mark.nsys]
for needed in ("torch", "transformers", "PIL", "nvtx"):
    pytest.importorskip(needed)

REPOSITORY = Path(__file__).parents[2]
PAGES, TOKENS, REPEATS = 2, 5, 2
IMAGES, FORWARDS = PAGES * REPEATS, PAGES * REPEATS * TOKENS
SECRET = "hf_a_secret_that_must_not_leave"


@pytest.fixture(scope="module")
def nsys() -> str:
    try:
        return str(tools.find("nsys", os.environ.get("NSYS", "")))
    except NsysToolsError as error:
        pytest.skip(str(error))


def capture(nsys: str, out: Path, *options: str, model: str = "deepseek-ocr") -> subprocess.CompletedProcess[str]:
    done = _captured(nsys, out, *options, model=model)
    if "Connection to Agent lost" not in done.stderr:
        return done
    # nsys 2023.4 sometimes loses its own agent on a busy machine, whatever it profiles. The test then tries again.
    shutil.rmtree(out, ignore_errors=True)
    return _captured(nsys, out, *options, model=model)


def _captured(nsys: str, out: Path, *options: str, model: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nsys_tools", "capture", model, "--out", str(out), "--nsys-path", nsys]
    settings = ["--scale", "tiny", "--device", "cpu", *options]
    return subprocess.run(
        [*command, *settings], check=False, capture_output=True, text=True, cwd=REPOSITORY, timeout=300
    )


@pytest.fixture(scope="module")
def run(nsys: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run folder of ``make capture``, captured once for all tests in this file."""
    out = tmp_path_factory.mktemp("make") / "run"
    variables = ["MODEL=deepseek-ocr", "SCALE=tiny", "DEVICE=cpu", "NVTX=layer", f"PAGES={PAGES}", f"TOKENS={TOKENS}"]
    command = [
        "make",
        "capture",
        *variables,
        f"REPEATS={REPEATS}",
        f"OUT={out}",
        f"NSYS={nsys}",
        f"CAPTURE_PYTHON={sys.executable}",
    ]
    environment = {**os.environ, "HF_TOKEN": SECRET, "NSYS_TOOLS_CACHE": str(out.parent / "cache")}
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=REPOSITORY, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == str(out)
    assert "$ nsys profile --trace=cuda,nvtx,osrt" in done.stderr, "the exact command is shown"
    assert "repeat 2/2, image 2/2" in done.stderr, "progress is live"
    return out


@pytest.fixture(scope="module")
def trace(run: Path) -> sqlite3.Connection:
    with sqlite3.connect(f"file:{run / 'trace.sqlite'}?mode=ro", uri=True) as connection:
        yield connection
    connection.close()


RANGES = """
SELECT coalesce(n.text, s.value), n.start, n.end, n.globalTid
FROM NVTX_EVENTS AS n LEFT JOIN StringIds AS s ON s.id = n.textId
WHERE n.eventType IN (59, 60, 70, 71) AND n.domainId = 0
"""


@pytest.fixture(scope="module")
def ranges(trace: sqlite3.Connection) -> list[tuple[str, int, int | None, int]]:
    return trace.execute(RANGES).fetchall()


@pytest.fixture(scope="module")
def counts(ranges) -> Counter[str]:
    return Counter(name for name, *_ in ranges)


def test_every_stage_appears_as_often_as_it_ran(counts):
    expected = {
        "load": 1, "warmup": 1, "repeat": REPEATS, "image": IMAGES, "preprocess": IMAGES, "vision": IMAGES,
        "prefill": IMAGES, "decode": IMAGES,
        "sam": 2 * IMAGES, "clip": 2 * IMAGES, "projector": 2 * IMAGES,  # the global view, and all crops at once
        "step": IMAGES * (TOKENS - 1), "sample": IMAGES * TOKENS,  # the prefill produces the first token
    }  # fmt: skip
    assert {name: counts[name] for name in expected} == expected


def test_every_layer_appears_in_every_forward(counts):
    language = "model.language_model"
    assert [counts[f"{language}.layers.{n}"] for n in range(13)] == [FORWARDS] * 12 + [0]
    norms = {n: c for n, c in counts.items() if re.fullmatch(rf"{language}\.(layers\.\d+\.\w*layernorm|norm)", n)}
    assert len(norms) == 25
    assert set(norms.values()) == {FORWARDS}
    gates = {n: c for n, c in counts.items() if re.fullmatch(rf"{language}\.layers\.\d+\.mlp\.gate", n)}
    assert len(gates) == 11
    assert set(gates.values()) == {FORWARDS}
    assert counts["lm_head"] == FORWARDS


def test_every_block_of_the_tower_appears_for_every_view(counts):
    tower = "model.vision_tower"
    assert [counts[f"{tower}.sam_encoder.layers.{n}"] for n in range(13)] == [2 * IMAGES] * 12 + [0]
    assert [counts[f"{tower}.vision_encoder.encoder.layers.{n}"] for n in range(25)] == [2 * IMAGES] * 24 + [0]


def test_all_ranges_are_closed_and_none_is_lost(run, ranges, counts):
    assert [name for name, _, end, _ in ranges if end is None] == []
    assert counts == json.loads((run / "workload.json").read_text())["ranges"]
    assert len({thread for *_, thread in ranges}) == 1


def test_ranges_lie_inside_their_stage(ranges):
    """The parent of each name is computed with a sweep over starts and ends: the required hierarchy."""
    parents: dict[str, set[str]] = {}
    open_ranges: list[tuple[str, int]] = []
    for name, start, end, _ in sorted(ranges, key=lambda one: (one[1], -one[2])):
        while open_ranges and open_ranges[-1][1] <= start:
            open_ranges.pop()
        parents.setdefault(name, set()).add(open_ranges[-1][0] if open_ranges else "")
        open_ranges.append((name, end))
    tower = "model.vision_tower"
    assert parents["repeat"] == {""}
    assert parents["image"] == {"repeat"}
    assert parents["preprocess"] == parents["vision"] == parents["prefill"] == parents["decode"] == {"image"}
    assert parents["sam"] == parents["clip"] == {tower}
    assert parents[tower] == parents["projector"] == {"vision"}
    assert parents["step"] == {"decode"}
    assert parents["sample"] == {"image", "step"}
    assert parents["lm_head"] == {"prefill", "step"}
    assert parents["model.language_model.layers.3.mlp.gate"] == {"model.language_model.layers.3.mlp"}


def test_the_run_folder_is_whole(run):
    expected = {"trace.nsys-rep", "trace.sqlite", "workload.json", "env.json", "inputs.yaml", "assumptions.md",
                "command.txt", "status.json", "report"}  # fmt: skip
    assert expected <= {path.name for path in run.iterdir()}
    status = json.loads((run / "status.json").read_text())
    assert (status["state"], status["message"]) == ("done", "")
    names = [step["name"] for step in status["steps"]]
    assert names == ["find tools", "record", "workload", "profile", "import", "export", "check", "analyze"]
    assert {step["state"] for step in status["steps"]} == {"done"}


def test_the_workload_is_counted_exactly(run):
    workload = json.loads((run / "workload.json").read_text())
    assert workload["complete"]
    assert len(workload["images"]) == IMAGES
    image = workload["images"][0]
    assert (image["crop_grid"], image["crops"]) == ([2, 3], 6)
    assert image["views"] == [{"side": 256, "count": 1}, {"side": 128, "count": 6}]
    assert image["image_tokens"] == 4 * 5 + 1 + (2 * 2 + 1) * 2 * 3
    assert image["prompt_tokens"] == image["image_tokens"] + 10
    assert image["new_tokens"] == TOKENS
    assert image["head_positions"] == 1, "logits of the last position alone"
    assert image["cache_lengths"] == [image["prompt_tokens"] + step for step in range(TOKENS - 1)]


def test_inputs_and_environment_say_enough_to_repeat_the_run(run):
    inputs = yaml.safe_load((run / "inputs.yaml").read_text())
    assert inputs["count"] == PAGES == len(inputs["images"])
    assert all(Path(image["path"]).is_absolute() and len(image["sha256"]) == 64 for image in inputs["images"])
    environment = json.loads((run / "env.json").read_text())
    assert environment["nsys"].startswith("20")
    assert environment["packages"]["torch"]
    assumptions = (run / "assumptions.md").read_text()
    for word in ("random weights, seed 0", "cpu, float32", "greedy", "256 pixels", "2 pages drawn", "nsys profile"):
        assert word in assumptions
    assert "not complete" not in assumptions


def test_no_secret_of_the_environment_is_in_the_run_folder(run):
    for path in run.rglob("*"):
        if path.is_file() and not path.name.startswith("trace."):
            assert SECRET.encode() not in path.read_bytes(), path


def table(run: Path, name: str) -> list[dict[str, str]]:
    with (run / "report" / "tables" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_report_shows_every_stage_and_step_as_often_as_it_ran(run):
    assert (run / "report/report.html").stat().st_size > 0
    instances = {row["stage"]: int(row["instance_count"]) for row in table(run, "stage_summary")}
    assert instances == {
        "request": IMAGES, "preprocess": IMAGES, "vision": IMAGES, "prefill": IMAGES, "decode": IMAGES,
        "sam": 2 * IMAGES, "clip": 2 * IMAGES, "projector": 2 * IMAGES,
        "step": IMAGES * (TOKENS - 1), "sample": IMAGES * TOKENS,
    }  # fmt: skip


def test_the_report_tells_of_the_run(run):
    """The report's own analysis reads it from the folder, and its schema of workload.json must accept it."""
    text = (run / "report/report.md").read_text()
    grid = "crops `6`, prompt tokens `61`, new tokens `5`"
    for words in (
        "`deepseek-ocr`, scale `tiny`",
        f"| Pages | `{PAGES}`, batches of `1`, {grid}",
        f"repeats `{REPEATS}`",
    ):
        assert words in text
    (note,) = json.loads((run / "report/metrics.json").read_text())["notes"]
    assert note.startswith("Not compared with an analytic model: the run was recorded with --scale tiny")


def test_a_call_graph_in_the_folder_is_measured(run, tmp_path):
    """The graph uses Hub names, the ranges those of transformers; experts are fused into one module."""
    for name in ("trace.sqlite", "workload.json", "status.json"):
        (tmp_path / name).symlink_to(run / name)
    calls = {"layers.0": 1, "layers.11": 1, "layers.1.mlp.experts.0": 1, "layers.1.mlp.experts.63": 1}
    classes = {f"sam_model.blocks.{n}": "Block" for n in range(12)} | dict.fromkeys(calls, "Layer")
    graph = {"call_counts": calls | dict.fromkeys(classes, 1), "module_classes": classes}
    (tmp_path / "callgraph.json").write_text(json.dumps(graph))
    command = [sys.executable, "-m", "nsys_tools", "analyze", str(tmp_path), "--format", "json", "--no-cache"]
    subprocess.run(command, check=True, capture_output=True, cwd=REPOSITORY)
    rows = table(tmp_path, "callgraph_summary")
    assert {
        row["line"].partition(" ")[0]: (int(row["measured_count"]), int(row["instance_count"])) for row in rows
    } == {
        "model.layers[0,11]": (2, 2 * FORWARDS),
        "model.layers.1.mlp.experts[0,63]": (2, FORWARDS),
        "model.sam_model.blocks[0..11]": (12, 12 * 2 * IMAGES),
    }
    assert all(int(row["wall_ns"]) > 0 and row["sum_ns"] == "0" for row in rows)


def test_the_report_shows_every_layer_as_often_as_it_ran(run):
    found: Counter[str] = Counter()
    for row in table(run, "range_summary"):
        found[row["rolled_path"].rpartition("/")[2]] += int(row["instance_count"])
    assert found["model.language_model.layers.*"] == 12 * FORWARDS
    assert found["model.language_model.layers.*.mlp.gate"] == 11 * FORWARDS
    assert found["model.vision_tower.sam_encoder.layers.*"] == 12 * 2 * IMAGES
    assert found["model.vision_tower.vision_encoder.encoder.layers.*"] == 24 * 2 * IMAGES
    assert found["lm_head"] == FORWARDS


@pytest.mark.large
def test_a_language_model_is_captured_alike(nsys, tmp_path):
    done = capture(nsys, tmp_path / "run", "--max-new-tokens", "3", "--nvtx", "op", "--no-analyze", model="causal-lm")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "run/trace.sqlite") as connection:
        counted = Counter(name for name, *_ in connection.execute(RANGES))
    connection.close()
    assert (counted["prompt"], counted["prefill"], counted["step"], counted["image"]) == (2, 2, 4, 0)
    assert [counted[f"model.layers.{n}.self_attn.q_proj"] for n in range(5)] == [6] * 4 + [0]


@pytest.mark.large
def test_pages_without_crops_are_seen_once(nsys, tmp_path):
    done = capture(nsys, tmp_path / "run", "--crops", "none", "--pages", "1", "--max-new-tokens", "2", "--no-analyze")
    assert done.returncode == 0, done.stderr
    ranges = json.loads((tmp_path / "run/workload.json").read_text())["ranges"]
    assert (ranges["sam"], ranges["clip"], ranges["image"]) == (1, 1, 1)


def failing(tmp_path: Path, name: str) -> tuple[list[str], str, str]:
    """Return options that make a capture fail, the error message, and the step that status.json names."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "corrupt").mkdir()
    (tmp_path / "corrupt" / "page.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return {
        "no images": (["--pages", str(tmp_path / "empty")], "No images: .*/empty contains no", "workload"),
        "corrupt image": (["--pages", str(tmp_path / "corrupt")], r"Corrupt image .*page\.png", "workload"),
        "weights missing": (
            ["--weights", str(tmp_path / "nowhere")],
            "Weights missing: .*nowhere is not a folder",
            "workload",
        ),
        "empty weights": (["--weights", str(tmp_path / "empty")], "Weights missing: .*empty", "workload"),
        "no GPU": (["--device", "cuda"], "sees no CUDA GPU", "workload"),
        "no nsys": (["--nsys-path", str(tmp_path / "nsys")], "is not an nsys executable", "find tools"),
        "no ncu": (["--ncu", "2", "--ncu-path", str(tmp_path / "ncu")], "is not an ncu executable", "find tools"),
    }[name]


FAILURES = ["no images", "corrupt image", "weights missing", "empty weights", "no GPU", "no nsys", "no ncu"]


# Each of them involves a recording that fails.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.large if place % 6 else ()) for place, name in enumerate(FAILURES)]
)
def test_each_failure_has_its_sentence_and_leaves_status(nsys, tmp_path, name):
    import torch

    if name == "no GPU" and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    options, sentence, step = failing(tmp_path, name)
    done = capture(nsys, tmp_path / "run", *options)
    assert done.returncode == 1
    assert re.search(f"^nsys-tools: .*{sentence}", done.stderr, re.MULTILINE), done.stderr
    assert "Traceback" not in done.stderr
    status = json.loads((tmp_path / "run/status.json").read_text())
    assert (status["state"], status["step"]) == ("failed", step)
    assert re.search(sentence, status["message"])
    assert status["hint"]


def test_ctrl_c_ends_the_children_and_keeps_the_trace_so_far(nsys, tmp_path):
    out = tmp_path / "run"
    command = [sys.executable, "-m", "nsys_tools", "capture", "deepseek-ocr", "--out", str(out), "--nsys-path", nsys]
    settings = ["--scale", "tiny", "--device", "cpu", "--repeats", "1000"]
    child = subprocess.Popen([*command, *settings], stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert child.stderr is not None
    seen = ""
    for line in child.stderr:
        seen += line
        if "repeat 2/1000, image 1" in line:
            break
    child.send_signal(signal.SIGINT)
    rest = child.communicate(timeout=120)[1]
    assert child.returncode == 130, seen + rest
    assert "nsys-tools: Interrupted during" in rest
    assert "Traceback" not in seen + rest
    status = json.loads((out / "status.json").read_text())
    assert status["state"] == "interrupted"
    assert status["step"] in ("workload", "profile")
    time.sleep(1)
    assert not [pid for pid in Path("/proc").glob("[0-9]*") if str(out) in command_line(pid)], "no child is left"
    exported = out / "trace.sqlite"
    subprocess.run([nsys, "export", "--type=sqlite", f"--output={exported}", str(out / "trace.nsys-rep")], check=True,
                   capture_output=True)  # fmt: skip
    with sqlite3.connect(exported) as connection:
        found = connection.execute(RANGES).fetchall()
    connection.close()
    counted = json.loads((out / "workload.json").read_text())
    assert not counted["complete"]
    assert len(counted["images"]) >= PAGES
    assert all(end is not None for _, _, end, _ in found)
    assert Counter(name for name, *_ in found) == counted["ranges"]


def command_line(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
