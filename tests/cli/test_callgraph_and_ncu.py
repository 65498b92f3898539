"""The commands for call graphs and ncu metrics: their files and output, and rejected input."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from nsys_tools.synthetic.timeline import Timeline
from tests.commands import refused, run
from tests.conftest import SHARED
from tests.generate import SAMPLE

GRAPH, COUNTERS = SAMPLE.with_name("callgraph.json"), SAMPLE.with_name("ncu.csv")


def test_groups_are_written_and_again_the_same(tmp_path: Path) -> None:
    """Other files of the user in that folder are unchanged."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    written = []
    for _ in range(2):
        asked = ("callgraph", "group", str(GRAPH), "--config", "deepseek_ocr", "--out", "out")
        done = run(*asked, *(["--force"] if written else []), cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "out/groups.md\n", "")
        written.append([(tmp_path / "out" / name).read_bytes() for name in ("groups.json", "groups.md")])
    assert written[0] == written[1]
    assert "groups.json already exists" in refused(*asked, cwd=tmp_path)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    groups = json.loads(written[0][0])
    assert set(groups) == {"groups", "metadata"}
    assert set(groups["groups"][0]) == {"name", "kind", "count", "indices", "stage", "parent", "annotations"}
    assert {"version", "time", "source", "model"} <= set(groups["metadata"])
    lines = written[0][1].decode().splitlines()
    assert "model.layers[0..2] for 3  # decoder layers, DeepseekV2DecoderLayer" in lines
    assert "model.layers.2.mlp.experts[0..3] for 4  # routed experts, DeepseekV2MLP, called 3/4" in lines
    assert "model.sam_model parfor 2  # SAM, once per view size" in lines


def test_a_callgraph_that_cannot_be_grouped(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "file").touch()
    group = ("callgraph", "group")
    assert "neither call_counts" in refused(*group, "other.json", "--out", "out", cwd=tmp_path)
    assert "cannot be read" in refused(*group, "none.json", "--out", "out", cwd=tmp_path)
    assert "does not exist" in refused(*group, str(GRAPH), "--config", "none", "--out", "out", cwd=tmp_path)
    assert "cannot be read" in refused(*group, str(GRAPH), "--hooks", "none.dot", "--out", "out", cwd=tmp_path)
    assert "cannot be written" in refused(*group, str(GRAPH), "--out", "file/out", cwd=tmp_path)
    assert "cannot be written" in refused(*group, str(GRAPH), "--out", "file", cwd=tmp_path)
    assert not (tmp_path / "out").exists()
    assert "is not a valid target" in refused("callgraph", "trace", "model", "--out", "g.json", cwd=tmp_path)
    assert run("callgraph", "group", str(GRAPH), cwd=tmp_path).returncode == 2


@pytest.mark.torch
def test_what_is_recorded_can_be_grouped(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the extra [torch]")
    (tmp_path / "small.py").write_text(
        "import torch\n"
        "class Model(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 4) for _ in range(3)])\n"
        "    def forward(self, x):\n"
        "        for layer in [*self.layers[:2], *self.layers[:2]]:\n"
        "            x = layer(x)\n"
        "        return x\n"
        "def build():\n"
        "    return Model(), (torch.ones(1, 4),)\n"
    )
    done = run("callgraph", "trace", "small.py:build", "--hooks-only", "--out", "new/graph.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "new/graph.json\n"), done.stderr
    assert run("callgraph", "group", "new/graph.json", "--out", "out", cwd=tmp_path).returncode == 0
    groups = json.loads((tmp_path / "out" / "groups.json").read_text())["groups"]
    assert [(g["name"], g["kind"], g["count"], g["indices"]) for g in groups] == [
        ("layers", "for", 3, [0, 1, 2]), ("layers.*", "parfor", 2, [0, 1]),
    ]  # fmt: skip


def printed(*arguments: str, cwd: Path) -> list[dict[str, str]]:
    done = run("ncu", *arguments, "--format", "csv", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return list(csv.DictReader(done.stdout.splitlines()))


def test_counters_alone(tmp_path: Path) -> None:
    product, vector = printed(str(COUNTERS), cwd=tmp_path)
    assert float(product["dram_bytes"]) == pytest.approx(18.512e6)
    assert float(product["dram_intensity"]) == pytest.approx(9_663_676_416 / 18.512e6)
    assert vector["dram_intensity"] == ""
    assert float(vector["memory_throughput_ratio"]) == pytest.approx(0.714)
    assert list(tmp_path.iterdir()) == []


def test_counters_joined_with_a_trace(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    trace = ("--trace", str(sample[0]))
    every = next(row for row in printed(str(COUNTERS), *trace, cwd=tmp_path) if row["stage"] == "(all)")
    matches = printed(str(COUNTERS), *trace, "--show", "match", cwd=tmp_path)
    assert {row["is_same_shape"] for row in matches} == {"True"}
    with sqlite3.connect(sample[0]) as raw:  # products of cutlass and gemv
        ((expected,),) = raw.execute(
            'SELECT sum("end" - start) FROM CUPTI_ACTIVITY_KIND_KERNEL AS k '
            "JOIN StringIds AS s ON s.id = k.demangledName "
            "WHERE value LIKE '%cutlass::Kernel2%' OR value LIKE '%gemv2T%'"
        )
    assert sum(int(row["sum_ns"]) for row in matches) == int(every["covered_ns"]) == expected
    staged = printed(str(COUNTERS), *trace, "--stages", str(SAMPLE.with_name("stages.toml")), cwd=tmp_path)
    assert {"(all)", "prefill", "step", "sam", "clip"} <= {row["stage"] for row in staged}, "two session tables"
    asked = run("sql", str(sample[0]), "--ncu", str(COUNTERS), "FROM ncu_match", "--format", "json", cwd=tmp_path)
    assert len(json.loads(asked.stdout)["rows"]) == len(matches) == 2


def test_launches_that_match_no_kernel_are_named_beside_the_table(
    tmp_path: Path, sample: tuple[Path, Timeline]
) -> None:
    lines = COUNTERS.read_text().splitlines()
    named = next(csv.DictReader(lines[1:]))["Kernel Name"]
    (tmp_path / "ncu.csv").write_text("\n".join(lines).replace(named, "void gone<4>(Params)") + "\n")
    done = run("ncu", "ncu.csv", "--trace", str(sample[0]), "--show", "join", "-f", "csv", cwd=tmp_path)
    said = "1 of 2 profiled launches in ncu's ncu.csv matches no kernel in the trace: void gone<4>(Params).\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert [row["matched_by"] for row in csv.DictReader(done.stdout.splitlines())] == ["none", "name"]


def test_counters_that_cannot_be_shown(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "contains no Nsight Compute CSV" in refused("ncu", "empty", cwd=tmp_path)
    assert "cannot be read" in refused("ncu", "none.csv", cwd=tmp_path)
    assert "Unknown value for --show" in refused("ncu", str(COUNTERS), "--show", "roofline", cwd=tmp_path, code=2)
    assert "requires a trace" in refused("ncu", str(COUNTERS), "--show", "match", cwd=tmp_path)
    assert "requires a trace" in refused("ncu", str(COUNTERS), "--stages", "s.toml", cwd=tmp_path)
    assert "cannot be read" in refused(
        "ncu", str(COUNTERS), "--trace", str(SAMPLE), "--stages", "none.toml", "--no-cache", cwd=tmp_path
    )


def test_the_real_profiles_on_the_command_line(tmp_path: Path) -> None:
    real = SHARED / "deepseek-ocr" / "ncu"
    if not real.is_dir():
        pytest.skip("../shared/deepseek-ocr/ncu is not here")
    rows = {row["launch"][7:11]: row for row in printed(str(real), cwd=tmp_path)}
    assert sorted(rows) == ["0001", "0002", "0005", "0009", "0010", "0016"]
    assert round(float(rows["0005"]["dram_intensity"]), 1) == 716.1
    assert float(rows["0010"]["memory_throughput_ratio"]) == pytest.approx(0.94, abs=0.005)
