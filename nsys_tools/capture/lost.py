"""Check for lost ranges: the trace must contain exactly the ranges that the workload closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

_NAMED = 3


def check(folder: RunFolder, found: Mapping[str, tuple[int, int]]) -> None:
    """Compare the ranges of a trace with ``workload.json``.

    Parameters
    ----------
    folder
        The run folder.
    found
        The number of ranges in the trace, and how many of them were never closed, by name.

    Raises
    ------
    NsysToolsError
        If a range is missing, is duplicated or was never closed.
    """
    workload: dict[str, Any] = json.loads(folder.file("workload.json").read_text(encoding="utf-8"))
    if not workload["nvtx_recorded"]:
        return
    counted: dict[str, int] = workload["ranges"]
    if not found:
        raise NsysToolsError(
            f"The trace contains none of the workload's {sum(counted.values())} NVTX ranges.",
            "nsys 2023.4 does not record ranges from nvtx 0.2.12 or later. Run `pip install nvtx==0.2.11`, then "
            "`nsys-tools doctor`.",
        )
    wrong = [
        f"{name}: {expected} closed, {found.get(name, (0, 0))[0]} in the trace"
        for name, expected in counted.items()
        if found.get(name, (0, 0)) != (expected, 0)
    ]
    if wrong:
        more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise NsysToolsError(
            f"The trace is missing ranges: {'; '.join(wrong[:_NAMED])}{more}.",
            "The report is incomplete. Capture again with --nvtx stage or fewer pages.",
        )
