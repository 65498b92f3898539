"""``nsys-tools model`` as users run it."""

import csv
import io
import json
import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import Done
from tests.commands import run as command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def facts() -> Path:
    folder = ROOT.parent / "shared" / "deepseek-ocr"
    if not folder.is_dir():
        pytest.skip("no shared/deepseek-ocr beside the checkout")
    return folder


def run(*arguments: str, code: int = 0) -> Done:
    done = command("model", *arguments, cwd=ROOT)
    assert done.returncode == code, done.stderr
    return done


def test_list_names_models_workloads_and_cards() -> None:
    rows = list(csv.DictReader(io.StringIO(run("list", "--format", "csv").stdout)))
    names = {kind: {row["name"] for row in rows if row["kind"] == kind} for kind in ("model", "workload", "gpu")}
    assert {"deepseek-ocr", "llama-2-7b"} <= names["model"]
    assert "dsocr-standard-v1" in names["workload"]
    assert {"h200-sxm", "rtx-5090", "a100-40gb"} <= names["gpu"]


def test_show_is_the_tree() -> None:
    text = run("show", "deepseek-ocr").stdout
    assert "3,336,106,240 weights" in text
    lines = text.splitlines()
    sam = next(line for line in lines if line.startswith("· sam_model"))
    assert sam.split()[-4:] == ["ImageEncoderViT", "module", "1", "95,569,152"]
    named = next(row for row in csv.DictReader(io.StringIO(run("show", "deepseek-ocr", "--format", "csv").stdout)))
    assert (named["layer"], "." in named["class"], named["transformers_path"] != "") == ("model", True, True)
    assert any(line.startswith("· · · · norm1") for line in lines)
    nodes = json.loads(run("show", "deepseek-ocr", "--format", "json").stdout)["rows"]
    assert [node["path"] for node in nodes] == ["model", "lm_head"]


def flops_of(text: str) -> dict[str, Any]:
    """Return the FLOPs in JSON in the form of the YAML output: the rows are the layers."""
    answer = json.loads(text)
    assert answer["data"].pop("by") == "layer"
    return {**answer["data"], "layers": answer["rows"]}


def test_flops_in_every_format() -> None:
    options = ("flops", "deepseek-ocr", "--workload", "dsocr-standard-v1", "--set", "decode_steps=100")
    document = flops_of(run(*options, "--format", "json").stdout)
    totals = {phase: total["matrix_flops"] for phase, total in document["totals"].items()}
    assert totals["vision"] + totals["prefill"] == 3_530_109_741_568
    assert totals["decode"] == 119_448_729_600
    assert totals["all"] == sum(layer["matrix_flops"] for layer in document["layers"])
    assert document == yaml.safe_load(run(*options, "--format", "yaml").stdout)
    rows = list(csv.DictReader(io.StringIO(run(*options, "--format", "csv").stdout)))
    assert [int(row["matrix_flops"]) for row in rows] == [layer["matrix_flops"] for layer in document["layers"]]
    for form in ("table", "md"):
        text = run(*options, "--format", form).stdout
        assert "full attention: every query-key pair" in text
        decode = next(line for line in text.splitlines() if re.match(r"\W*decode\W+\(total\)", line))
        assert "119.4 GFLOP" in decode, "119,448,729,600, as the formats for programs have it"


SIZES = {"FLOP": 1, "B": 1, "tokens/s": 1, "s": 1e9, "ms": 1e6, "µs": 1e3, "ns": 1} | {
    f"{prefix}{unit}": 10.0**power
    for prefix, power in (("k", 3), ("M", 6), ("G", 9), ("T", 12))
    for unit in ("FLOP", "B")
}


def amount(text: str) -> float:
    """Return the value of a figure with its unit, in FLOPs, bytes or nanoseconds."""
    number, _, unit = text.partition(" ")
    return float(number.replace(",", "")) * (SIZES[unit] if unit else 1)


def cells(text: str) -> list[dict[str, str]]:
    """Return the rows of a table; the rule below its header defines the columns."""
    lines = text.splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("---"))
    spans = [match.span() for match in re.finditer(r"-+", lines[rule])]
    end = lines.index("", rule) if "" in lines[rule:] else len(lines)  # the serving table is below
    head, *rows = [[line[a:b].strip() for a, b in spans] for line in (lines[rule - 1], *lines[rule + 1 : end])]
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("by", ["layer", "class", "phase"])
@pytest.mark.parametrize("model", ["deepseek-ocr", "llama-2-7b", "qwen3-30b-a3b"])
def test_tables_for_people_are_narrow_and_say_what_data_say(model: str, by: str) -> None:
    """Full numbers would take 200 to 300 characters; readers see three digits and a unit."""
    options = ("flops", model, "--by", by, "--gpu", "l4")
    text = run(*options).stdout
    table = cells(text)
    longest = max(len(row.get("layer", "")) for row in table)
    assert max(map(len, text[text.index("---") :].splitlines())) <= (76 + longest if by == "layer" else 120)
    data = list(csv.DictReader(io.StringIO(run(*options, "--format", "csv").stdout)))
    names = {"matrix": "matrix_flops", "total": "total_bytes", "weight": "weight_bytes", "roofline": "roofline_ns"}
    assert len(table) == len(data) + (by == "layer") * len([row for row in table if row.get("layer") == "(total)"])
    for shown, row in zip(table, data, strict=False):
        for short, name in names.items():
            # Half of the last of 3 digits; nanoseconds are integers.
            assert amount(shown[short]) == pytest.approx(float(row[name]), rel=5e-3, abs=0.5), (shown, row)


def test_a_column_without_amounts_is_not_shown() -> None:
    """There is no roofline without a GPU, no cache in the vision part, and no network traffic on one GPU."""
    shown = cells(run("flops", "deepseek-ocr", "--by", "phase").stdout)[0]
    assert {"roofline", "network", "bound"}.isdisjoint(shown)
    assert {"matrix", "kv", "intensity"} <= shown.keys()
    vision = cells(run("flops", "deepseek-ocr", "--phase", "vision").stdout)[0]
    assert {"kv", "bound"}.isdisjoint(vision)
    assert "class" not in vision
    assert {"bound"} <= cells(run("flops", "deepseek-ocr", "--gpu", "l4").stdout)[0].keys()


def test_operators_for_people_name_a_few_classes_without_modules() -> None:
    text = run("operators", "deepseek-ocr").stdout
    rows = {row["class"]: row for row in cells(text)}
    assert rows["ModuleList"]["children"] == "Block, NoTPTransformerBlock, DeepseekV2DecoderLayer and 1 more"
    assert rows["Sequential"]["children"] == "Conv2d, LayerNorm2d"
    assert max(map(len, text.splitlines())) <= 120
    data = csv.DictReader(io.StringIO(run("operators", "deepseek-ocr", "--format", "csv").stdout))
    assert next(row for row in data if row["class"] == "ModuleList")["children"].count(",") == 3


def test_a_sweep_for_people_has_a_unit_in_each_cell() -> None:
    axes = ("--over", "seq_len=512,1024", "--over", "batch_size=1,8", "--gpu", "l4")
    text = run("sweep", "llama-2-7b", *axes).stdout
    assert max(map(len, text.splitlines())) <= 120
    data = list(csv.DictReader(io.StringIO(run("sweep", "llama-2-7b", *axes, "--format", "csv").stdout)))
    for shown, row in zip(cells(text), data, strict=True):
        assert shown["batch_size"] == row["batch_size"]
        assert amount(shown["matrix"]) == pytest.approx(int(row["matrix_flops"]), rel=6e-3)
        assert amount(shown["kv"]) == pytest.approx(int(row["kv_bytes"]), rel=6e-3)
        assert amount(shown["tpot"]) == pytest.approx(float(row["tpot_ns"]), rel=6e-3)
        assert shown["user"] == f"{float(row['user_tokens_per_s']):.4g} tokens/s"
        assert {"total", "weight", "roofline", "bubble_ratio"}.isdisjoint(shown)
    of_prefill = cells(run("sweep", "llama-2-7b", *axes, "--phase", "prefill").stdout)
    assert {"total", "weight", "roofline"} <= of_prefill[0].keys(), "nothing is served"


def test_flops_of_one_phase_with_a_card() -> None:
    options = ("flops", "llama-2-7b", "--phase", "prefill", "--attention", "causal", "--gpu", "a100-40gb", "-f", "json")
    document = flops_of(run(*options).stdout)
    assert list(document["totals"]) == ["prefill"]
    assert document["totals"]["prefill"]["matrix_flops"] == 28_162_100_559_872
    q_proj = next(layer for layer in document["layers"] if layer["path"].endswith("q_proj"))
    flops, moved = 32 * 2 * 2048 * 4096 * 4096, 32 * (2 * 2048 * 4096 + 4096 * 4096) * 2
    assert q_proj["total_bytes"] == moved
    assert q_proj["roofline_ns"] == pytest.approx(max(flops / 312e12, moved / 1555e9) * 1e9)
    assert q_proj["bound"] == "compute"
    assert any("312 TFLOP/s" in line for line in document["conventions"])


def test_closed_forms() -> None:
    text = run("flops", "deepseek-ocr", "--closed-form", "model.layers.5.mlp.gate", "--phase", "decode").stdout
    assert text.splitlines()[:2] == [
        "model.layers.[1-11].mlp.gate, decode",
        "  matrix_flops = 1802240*batch_size*decode_steps*pages",
    ]
    whole = run("flops", "llama-2-7b", "--closed-form", "all", "--phase", "prefill").stdout
    assert "524288*batch_size*seq_len^2" in whole


def test_operators_of_a_model_and_of_torchinfo(facts: Path) -> None:
    found = run("operators", "deepseek-ocr", "--format", "json")
    other = run("operators", str(facts / "torchinfo"), "--format", "json")
    assert "29 distinct classes" in found.stderr
    assert "29 distinct classes" in other.stderr
    assert "no formula" not in found.stderr + other.stderr
    names = [{row["class"]: row["category"] for row in json.loads(done.stdout)["rows"]} for done in (found, other)]
    assert names[0] == names[1]


def test_sweep_and_its_chart(tmp_path: Path) -> None:
    chart = tmp_path / "sweep.svg"
    axes = ("--over", "crop_rows=1..3", "--over", "crop_columns=2,3")
    done = run("sweep", "deepseek-ocr", *axes, "--phase", "vision", "--chart", str(chart), "-f", "csv")
    rows = {(row["crop_rows"], row["crop_columns"]): row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert len(rows) == 6
    assert int(rows["1", "2"]["matrix_flops"]) == 1_916_266_708_992
    assert int(rows["3", "3"]["matrix_flops"]) == 4_633_315_573_760
    assert chart.read_text().startswith("<svg")


def test_report_writes_data_and_pages(tmp_path: Path) -> None:
    run("report", "deepseek-ocr", "--out", str(tmp_path), "--gpu", "h200-sxm")
    folder = tmp_path / "static_analysis" / "analytic_model"
    data = json.loads((folder / "report.json").read_text())
    assert data == yaml.safe_load((folder / "report.yaml").read_text())
    assert data["spec"]["layers"] == 12
    assert json.loads((folder / "diagnostics.json").read_text()) == []
    computed = {row["qualified_class"] for row in data["modules"]}
    assert len(list((folder / "layers").glob("*.md"))) == len(computed)
    page = (folder / "layers" / "MoEGate.md").read_text()
    assert "`matrix_flops = 2 * rows * hidden_size * experts`" in page
    assert "model.layers.[1-11].mlp.gate" in page


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("flops", "gpt-17"), "Unknown model 'gpt-17'.", 2),
        (("flops", "no/such.json"), "There is no model file no/such.json", 1),
        (("flops", "llama-2-7b", "--set", "seq_length=1"), "no input 'seq_length'", 1),
        (("flops", "llama-2-7b", "--set", "seq_len=many"), "'seq_len=many' is not a valid setting", 2),
        (("flops", "llama-2-7b", "--set", "seq_len=-1"), "is not a valid setting", 2),
        (("flops", "llama-2-7b", "--gpu", "rtx-9090"), "Unknown GPU 'rtx-9090'.", 2),
        (("flops", "llama-2-7b", "--gpu", "t4", "--dtype", "bf16"), "Tesla T4 has no dense peak for bf16", 1),
        (("flops", "llama-2-7b", "--dtype", "fp3"), "Unknown dtype 'fp3'.", 2),
        (("flops", "llama-2-7b", "--attention", "half"), "full or causal", 2),
        (("flops", "llama-2-7b", "--phase", "vision"), "has no phase 'vision'", 2),
        (("flops", "llama-2-7b", "--by", "mood"), "Use layer, class, phase or serving", 2),
        (("flops", "llama-2-7b", "--format", "xml"), "Unknown format 'xml'.", 2),
        (("flops", "llama-2-7b", "--closed-form", "model.layers.32"), "no layer 'model.layers.32'", 1),
        (("flops", "llama-2-7b", "-w", "dsocr-standard-v1"), "does not have: base_size, crop_columns, crop_mode", 1),
        (("operators", "pyproject.toml"), "not", 1),
        (("sweep", "llama-2-7b", "--over", "seq_len"), "'seq_len' is not a valid sweep axis", 2),
        (("sweep", "llama-2-7b", "--over", "seq_len=1..1000000"), "At most 100,000", 2),
        (("sweep", "llama-2-7b", "--over", "seq_len=1,2", "--chart", "x.bmp"), "charts cannot be written", 2),
    ],
)
def test_bad_input_is_one_clear_message(arguments: tuple[str, ...], message: str, code: int) -> None:
    done = run(*arguments, code=code)
    assert done.stdout == ""
    assert message in done.stderr


@pytest.mark.large
def test_evaluation_takes_milliseconds() -> None:
    """CPU time of the whole command from the shell, which is its wall time on an idle machine."""

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds("flops", "deepseek-ocr") for _ in range(3)) < 0.5
    grid = ("--over", "crop_rows=1..4", "--over", "crop_columns=1..5", "--over", "seq_len=1..500")
    assert min(seconds("sweep", "deepseek-ocr", *grid, "--gpu", "h200-sxm", "-f", "csv") for _ in range(2)) < 2


def test_help_and_evaluation_import_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['nsys-tools', *{arguments}]\n"
        "from nsys_tools.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {{'duckdb', 'altair', 'polars', 'torch', 'pandas', 'transformers'}} & sys.modules.keys()\n"
        "print(heavy, file=sys.stderr); sys.exit(bool(heavy))"
    )
    for arguments in (["--help"], ["model", "flops", "deepseek-ocr", "--gpu", "h200-sxm"]):
        script = code.format(arguments=arguments)
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=60)
        assert done.returncode == 0, done.stderr


@pytest.mark.torch
@pytest.mark.large
def test_the_commands_of_the_guide_that_need_torch(tmp_path: Path) -> None:
    """Commands that do not need torch follow a prompt, and tests/docs/test_pages.py runs them."""
    pytest.importorskip("transformers", reason="needs the extra [torch]")
    lines = re.findall(r"^nsys-tools (model .*)$", (ROOT / "docs" / "guides" / "model.md").read_text(), re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        command = [sys.executable, "-m", "nsys_tools", *shlex.split(line)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=300, env=environment
        )
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout, line
    data = json.loads((tmp_path / "qwen3.json").read_text())
    assert data["spec"]["layers"] == 4


def test_inspect_says_what_to_install() -> None:
    """Without the extra, the error is one sentence with the install command."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "sys.argv = ['nsys-tools', 'model', 'inspect', 'llama']\n"
        "from nsys_tools.cli import main; main()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert "pip install 'nsys-tools[torch]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_served_stands_below_the_layers() -> None:
    text = run("flops", "llama-2-7b", "--gpu", "h100-sxm", "--tp", "2", "--set", "batch_size=8").stdout
    assert "one of 2 GPUs (tp=2)" in text
    figures = dict(re.findall(r"^(ttft|tpot|fits|largest_batch) +(.+?)  ", text, flags=re.M))
    row = next(csv.DictReader(io.StringIO(run(
        "flops", "llama-2-7b", "--gpu", "h100-sxm", "--tp", "2", "--set", "batch_size=8", "--by", "serving",
        "--format", "csv",
    ).stdout)))  # fmt: skip
    assert amount(figures["ttft"]) == pytest.approx(float(row["ttft_ns"]), rel=5e-3)
    assert amount(figures["tpot"]) == pytest.approx(float(row["tpot_ns"]), rel=5e-3)
    assert (figures["fits"], figures["largest_batch"]) == ("yes", row["largest_batch"])


def test_an_efficiency_is_a_number_phases_or_what_a_trace_reached(tmp_path: Path) -> None:
    trace = tmp_path / "predicted.sqlite"
    shared = ("--gpu", "h100-sxm", "--set", "new_tokens=4")
    run("predict", "llama-2-7b", *shared, "--out", str(trace))
    one, two, three = (
        json.loads(run("flops", "llama-2-7b", *shared, "--efficiency", text, "--format", "json").stdout)["data"][
            "serving"
        ]
        for text in ("0.5", "prefill=0.5,decode=0.5", str(trace))
    )
    assert one == two
    assert one["expected_ttft_ns"] == pytest.approx(2 * one["ttft_ns"])
    assert three["expected_ttft_ns"] == pytest.approx(one["ttft_ns"], rel=1e-3)
    for text in ("2", "half", "decode=x", "training=0.5"):
        run("flops", "llama-2-7b", *shared, "--efficiency", text, code=2)


def test_a_sweep_over_gpus_draws_throughput(tmp_path: Path) -> None:
    chart = tmp_path / "throughput.svg"
    run(
        "sweep", "llama-2-7b", "--gpu", "h100-sxm", "--over", "batch_size=1,8,64", "--over", "tp=1,2",
        "--amount", "throughput", "--chart", str(chart),
    )  # fmt: skip
    drawn = chart.read_text(encoding="utf-8")
    assert "time per token, ms" in drawn
    assert "tokens/s per GPU" in drawn
