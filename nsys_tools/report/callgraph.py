"""Write grouped call graphs as JSON and as Markdown."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

from nsys_tools import __version__
from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.callgraph import Group, Grouping, line


def made_at(recorded: str | None) -> str | None:
    """Return the time to print, which is ``SOURCE_DATE_EPOCH`` if it is set, otherwise the time of the recording.

    Notes
    -----
    The current time is never used, so the same input always produces the same bytes.

    Raises
    ------
    NsysToolsError
        If ``SOURCE_DATE_EPOCH`` is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return recorded
    try:
        return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        raise NsysToolsError(f"SOURCE_DATE_EPOCH is {epoch!r}, which is not a number of seconds.") from None


def _entry(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "kind": group.kind,
        "count": group.count,
        "indices": list(group.indices),
        "stage": group.stage,
        "parent": group.parent,
        "annotations": list(group.annotations),
    }


def as_json(grouping: Grouping) -> str:
    """Return the content of ``groups.json``, which ends in a newline."""
    metadata = {"version": __version__, **grouping.metadata, "time": made_at(grouping.metadata["time"])}
    lines = [json.dumps(_entry(group), ensure_ascii=False) for group in grouping.groups]
    body = ",\n  ".join(lines)
    return f'{{"groups": [\n  {body}\n],\n"metadata": {json.dumps(metadata, ensure_ascii=False, indent=1)}}}\n'


def as_markdown(grouping: Grouping) -> str:
    """Return the content of ``groups.md``: the groups by stage, one line per group."""
    metadata = grouping.metadata
    title = metadata["model"] or metadata["source"]
    lines = [
        f"# Repeated modules of {title}",
        "",
        "`for` is a family of similar modules that run one after another. `parfor` is a module that its parent calls",
        "repeatedly. Counts are modules and calls, not operations.",
    ]
    stages = dict.fromkeys(group.stage for group in grouping.groups)
    for stage in stages:
        members = [line(group, grouping.root) for group in grouping.groups if group.stage == stage]
        lines += ["", f"## {stage or 'No stage'}", "", "```text", *members, "```"]
    if not grouping.groups:
        lines += ["", "The call graph has no groups."]
    source = f"From {metadata['source']}, {len(grouping.groups)} groups; nsys-tools {__version__}"
    time = made_at(metadata["time"])
    return "\n".join([*lines, "", f"{source}{f', {time}' if time else ''}.", ""])
