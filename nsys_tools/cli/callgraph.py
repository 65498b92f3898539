"""``nsys-tools callgraph``: loops of a model, from its call graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nsys_tools.errors import NsysToolsError

app = typer.Typer(
    help="Record the call graph of a model, and group it into loops.", no_args_is_help=True, rich_markup_mode=None
)


@app.command()
def group(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TorchLens-like JSON, or the .dot of forward hooks.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for groups.json and groups.md.")],
    config: Annotated[
        str | None, typer.Option("--config", metavar="C", help="TOML, or the name of a shipped one: deepseek_ocr.")
    ] = None,
    hooks: Annotated[
        Path | None, typer.Option("--hooks", metavar="DOT", help="True calls of forward hooks; they go first.")
    ] = None,
) -> None:
    """Group FILE: families of alike modules (for) and modules called again (parfor)."""
    from nsys_tools.model import callgraph
    from nsys_tools.model.callgraph import config as configuration
    from nsys_tools.report import callgraph as shown

    chosen = configuration.find(config)
    seen = callgraph.read(hooks) if hooks is not None else None
    grouping = callgraph.group(callgraph.read(file), chosen, hooks=seen)
    texts = {"groups.json": shown.as_json(grouping), "groups.md": shown.as_markdown(grouping)}
    _write(out, texts)
    print(out / "groups.md")


@app.command()
def trace(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="module:function or file.py:function.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The JSON to write.")],
    hooks_only: Annotated[bool, typer.Option("--hooks-only", help="Calls and shapes alone; no TorchLens.")] = False,
) -> None:
    """Run TARGET's model once and write its call graph; needs the extra [torch].

    TARGET is a function of yours that returns (model, args) or (model, args, kwargs). It is imported and called.
    """
    import json

    from nsys_tools.model.callgraph import record

    model, arguments, keywords = record.build(target)
    graph = record.record(model, arguments, keywords, operations=not hooks_only)
    _write(out.parent, {out.name: json.dumps(graph, indent=1, ensure_ascii=False) + "\n"})
    print(out)


def _write(out: Path, texts: dict[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise NsysToolsError(f"{out}: cannot be written ({error.strerror or error}).", "See --out.") from None
