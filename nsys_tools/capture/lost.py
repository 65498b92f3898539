"""Nothing lost: the ranges that the workload closed are the ranges that the trace holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

_NAMED = 3


def check(folder: RunFolder, found: Mapping[str, tuple[int, int]]) -> None:
    """Hold a trace's ranges against ``workload.json``.

    Parameters
    ----------
    folder
        The run.
    found
        By name: how many ranges the trace holds, and how many of those were never closed.

    Raises
    ------
    NsysToolsError
        If a range is missing, came twice or stayed open.
    """
    workload: dict[str, Any] = json.loads(folder.file("workload.json").read_text(encoding="utf-8"))
    if not workload["nvtx_recorded"]:
        return
    counted: dict[str, int] = workload["ranges"]
    if not found:
        raise NsysToolsError(
            f"The trace holds none of the {sum(counted.values())} NVTX ranges of the workload.",
            "nvtx 0.2.12 and later is not recorded by nsys 2023.4: pip install nvtx==0.2.11. `nsys-tools doctor`.",
        )
    wrong = [
        f"{name}: {expected} closed, {found.get(name, (0, 0))[0]} in the trace"
        for name, expected in counted.items()
        if found.get(name, (0, 0)) != (expected, 0)
    ]
    if wrong:
        more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise NsysToolsError(
            f"The trace lost ranges: {'; '.join(wrong[:_NAMED])}{more}.",
            "Its report counts too little. Capture again with --nvtx stage, or fewer pages.",
        )
