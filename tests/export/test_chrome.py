"""Chrome's JSON has the same tracks and slices as the Perfetto timeline."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.conftest import REPOSITORY, SHARED
from tests.export.decoded import decode


def events(file: Path) -> list[dict[str, Any]]:
    content = file.read_bytes()
    text = gzip.decompress(content) if file.suffix == ".gz" else content
    found: list[dict[str, Any]] = json.loads(text, parse_float=Decimal)["traceEvents"]
    return found


@pytest.mark.parametrize("name", ["sample", "two_gpu_before"])
def test_the_same_slices(tmp_path: Path, name: str) -> None:
    trace = REPOSITORY / "capture" / "samples" / "sample.sqlite"
    trace = trace if name == "sample" else SHARED / "traces" / f"{name}.sqlite"
    if not trace.is_file():
        pytest.skip("the shared traces are not here")
    decoded = decode(nt.export_timeline([trace], tmp_path / "out.pftrace").path)
    found = events(nt.export_timeline([trace], tmp_path / "out.json.gz", "chrome").path)
    slices = Counter(
        (e["tid"], e["name"], e["cat"], int(Decimal(e["ts"]) * 1000), int(Decimal(e["dur"]) * 1000), _text(e["args"]))
        for e in found
        if e["ph"] == "X"
    )
    assert slices == Counter(
        (track, one.name, one.category, one.start, one.end - one.start, _text(one.annotations))
        for track, several in decoded.slices.items()
        for one in several
    )
    flows = Counter((e["id"], e["ph"], int(Decimal(e["ts"]) * 1000)) for e in found if e["ph"] in "st")
    assert flows == Counter(
        (flow, "s" if one.category == "api" else "t", one.start)
        for several in decoded.slices.values()
        for one in several
        for flow in one.flows
    )
    names = {e["tid"]: e["args"]["name"] for e in found if e["name"] in {"process_name", "thread_name"}}
    assert names == {
        uuid: " / ".join(decoded.path(uuid)[1:]) or decoded.path(uuid)[0] for uuid in decoded.tracks
    }  # fmt: skip


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)


def test_names_are_values_of_json_and_counters_are_there(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, 'a "quoted" \\ name\x1b', 0, 10)
        launch(b, 1, 5, 9)
        b.add("CUDA_GPU_MEMORY_USAGE_EVENTS", start=2500, globalPid=1 << 24, deviceId=0, bytes=8, memoryOperationType=0)

    found = events(nt.export_timeline([build(tmp_path, fill)], tmp_path / "o.json", "chrome").path)
    assert 'a "quoted" \\ name\\x1b' in {e["name"] for e in found}
    (counter,) = [e for e in found if e["ph"] == "C"]
    assert (counter["ts"], counter["args"]) == (Decimal("2.500"), {"value": 8})
