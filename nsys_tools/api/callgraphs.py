"""Call graphs of a model: recorded, and grouped into repeated modules."""

from __future__ import annotations

import json
from pathlib import Path

from nsys_tools.errors import NsysToolsError, one_error


@one_error
def group_callgraph(
    file: str | Path, out: str | Path, *, config: str | None = None, hooks: str | Path | None = None
) -> Path:  # fmt: skip
    """Group a call graph into families of alike modules (for) and modules called again (parfor).

    Parameters
    ----------
    file
        TorchLens-like JSON, or the ``.dot`` of forward hooks.
    out
        Folder for ``groups.json`` and ``groups.md``.
    config
        A TOML, or the name of a shipped one: ``deepseek_ocr``.
    hooks
        The ``.dot`` of forward hooks: actual calls, which override those of `file`.

    Returns
    -------
    pathlib.Path
        The Markdown.
    """
    from nsys_tools.report import callgraph as shown  # noqa: PLC0415
    from nsys_tools.sources import callgraph  # noqa: PLC0415
    from nsys_tools.sources.callgraph import config as configuration  # noqa: PLC0415

    chosen = configuration.find(config)
    seen = callgraph.read(Path(hooks)) if hooks is not None else None
    grouping = callgraph.group(callgraph.read(Path(file)), chosen, hooks=seen)
    folder = Path(out)
    _write(folder / "groups.json", shown.as_json(grouping))
    return _write(folder / "groups.md", shown.as_markdown(grouping))


@one_error
def record_callgraph(target: str, out: str | Path, *, operations: bool = True) -> Path:
    """Run a model once and write its call graph. This needs the extra ``[torch]``.

    Parameters
    ----------
    target
        ``module:function`` or ``file.py:function``: a function that returns (model, args) or (model, args, kwargs). It
        is imported and called.
    out
        The JSON to write.
    operations
        Count operations with TorchLens too; otherwise only calls and shapes.
    """
    from nsys_tools.sources.callgraph import record  # noqa: PLC0415

    model, arguments, keywords = record.build(target)
    graph = record.record(model, arguments, keywords, operations=operations)
    return _write(Path(out), json.dumps(graph, indent=1, ensure_ascii=False) + "\n")


def _write(file: Path, text: str) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NsysToolsError(f"{file}: cannot be written ({error.strerror or error}).", "See --out.") from None
    return file
