"""Record a model's call graph, and group it into repeated modules."""

from __future__ import annotations

import json
from pathlib import Path

from nsys_tools.errors import one_error
from nsys_tools.files import check_new, existing, new_file


@one_error
def group_callgraph(
    file: str | Path, out: str | Path, *, config: str | None = None, hooks: str | Path | None = None,
    force: bool = False,
) -> Path:  # fmt: skip
    """Group a call graph into families of similar modules (``for``) and repeatedly called modules (``parfor``).

    Parameters
    ----------
    file
        TorchLens-style JSON, or a ``.dot`` file from forward hooks.
    out
        Folder for ``groups.json`` and ``groups.md``.
    config
        A TOML file, or the name of a built-in configuration, such as ``deepseek_ocr``.
    hooks
        A ``.dot`` file from forward hooks. It contains the actual calls, which override the calls in `file`.
    force
        Replace existing files.

    Returns
    -------
    pathlib.Path
        The Markdown file.

    Raises
    ------
    NsysToolsError
        If an input cannot be read, or an output exists or cannot be written.
    """
    from nsys_tools.report import callgraph as shown  # noqa: PLC0415
    from nsys_tools.sources import callgraph  # noqa: PLC0415
    from nsys_tools.sources.callgraph import config as configuration  # noqa: PLC0415

    chosen = configuration.find(config)
    seen = callgraph.read(Path(hooks)) if hooks is not None else None
    grouping = callgraph.group(callgraph.read(Path(file)), chosen, hooks=seen)
    folder = Path(out)
    inputs = [Path(one) for one in (file, hooks) if one is not None]
    with (
        new_file(folder / "groups.json", force=force, inputs=inputs, parents=True) as data,
        new_file(folder / "groups.md", force=force, inputs=inputs, parents=True) as pages,
    ):
        data.write_text(shown.as_json(grouping), encoding="utf-8")
        pages.write_text(shown.as_markdown(grouping), encoding="utf-8")
    return folder / "groups.md"


@one_error
def record_callgraph(target: str, out: str | Path, *, operations: bool = True, force: bool = False) -> Path:
    """Run a model once and write its call graph. This requires the ``[torch]`` extra.

    Parameters
    ----------
    target
        ``module:function`` or ``file.py:function``. The function is imported and called. It must return (model, args)
        or (model, args, kwargs).
    out
        The JSON file to write.
    operations
        Also record operations with TorchLens. Otherwise, only calls and shapes are recorded.
    force
        Replace an existing file.

    Raises
    ------
    NsysToolsError
        If the function does not exist, or the file exists or cannot be written.
    """
    from nsys_tools.sources.callgraph import record  # noqa: PLC0415

    inputs = existing(target.rpartition(":")[0])
    check_new(Path(out), force=force, inputs=inputs)
    model, arguments, keywords = record.build(target)
    graph = record.record(model, arguments, keywords, operations=operations)
    with new_file(Path(out), force=force, inputs=inputs, parents=True) as draft:
        draft.write_text(json.dumps(graph, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Path(out)
