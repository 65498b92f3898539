"""Peak GPU memory, from the events of --cuda-memory-usage=true."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import nsys_tools as nt
from tests.case import PROCESS, answer, build, launch, text

# NVIDIA's documentation defines 0 as an allocation and 1 as a release.
TABLE = """CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (start INTEGER, globalPid INTEGER, deviceId INTEGER,
    contextId INTEGER, address INTEGER, pc INTEGER, bytes INTEGER, memKind INTEGER, memoryOperationType INTEGER,
    name TEXT)"""
EVENTS = [(10, 0, 100, 0), (20, 0, 50, 0), (30, 0, 100, 1), (40, 0, 60, 0), (15, 1, 500, 0), (50, 1, 500, 1)]
"""Start, device, bytes, kind: 150 at most on device 0, at 20; 500 on device 1."""


def trace(folder: Path) -> Path:
    path = build(folder, lambda b: launch(b, 5, 10, 20))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(TABLE)
        for start, device, size, kind in EVENTS:
            row = (start, PROCESS, device, 1, 0, 0, size, 2, kind, None)
            connection.execute(f"INSERT INTO CUDA_GPU_MEMORY_USAGE_EVENTS VALUES ({', '.join('?' * 10)})", row)
    return path


def test_the_peak_of_each_gpu(tmp_path: Path) -> None:
    assert answer(trace(tmp_path), "memory_peak", "device_id", "peak_bytes") == text(
        """
        device_id,peak_bytes
        0,150
        1,500
        """
    )


def test_a_gate_on_memory(tmp_path: Path) -> None:
    path, gate = trace(tmp_path), tmp_path / "gate.toml"
    found = nt.diff(path, path, cache=False)
    for most, code in ((500, 0), (499, 1)):
        gate.write_text(f'[[limit]]\nfigure = "memory"\nmax = {most}\n', encoding="utf-8")
        assert found.gate(gate).code == code
