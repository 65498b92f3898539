"""``assumptions.md``: what a reader must know to interpret a run's results and to repeat the run."""

from __future__ import annotations

import json
from typing import Any

from nsys_tools import assets
from nsys_tools.capture.options import Options
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

TEMPLATE = "reports/capture/assumptions.md"


def write(model: str, options: Options, folder: RunFolder, profiling: str) -> None:
    """Write ``assumptions.md`` from the options and the counts recorded so far.

    Parameters
    ----------
    model
        Name of the workload script.
    options
        Its options.
    folder
        The run folder.
    profiling
        The profiling command, or a description of how the run was profiled.
    """
    folder.file("assumptions.md").write_text(render(model, options, _counted(folder), profiling), encoding="utf-8")


def render(model: str, options: Options, counted: dict[str, Any], profiling: str) -> str:
    """Return the text of ``assumptions.md``.

    Raises
    ------
    NsysToolsError
        If the template is missing.
    """
    import jinja2

    path = assets.find(TEMPLATE)
    if path is None:
        raise NsysToolsError(f"{TEMPLATE} is missing from the installation.", "Reinstall nsys-tools.")
    # The text is Markdown and contains nothing from a trace, so it is not escaped.
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.ChainableUndefined)  # noqa: S701
    template = environment.from_string(path.read_text(encoding="utf-8"))
    return (
        template.render(
            model=model,
            options=options,
            counted=counted,
            profiling=profiling,
            preprocessing=_preprocessing(options, counted),
            selection=_selection(options, counted),
        ).rstrip()
        + "\n"
    )


def _counted(folder: RunFolder) -> dict[str, Any]:
    try:
        counted: dict[str, Any] = json.loads(folder.file("workload.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return counted


def _preprocessing(options: Options, counted: dict[str, Any]) -> str:
    sizes = counted.get("dimensions", {})
    if "base_size" not in sizes:
        return "none (prompts are token ids)" if "prompts" in counted else "see workload.json"
    crops = "no crops" if options.crops == "none" else f"crops of {sizes['tile_size']} pixels"
    return (
        f"PIL on the CPU. Global view padded to {sizes['base_size']} pixels, {crops}, bicubic, "
        "mean = standard deviation = 0.5"
    )


def _selection(options: Options, counted: dict[str, Any]) -> str:
    if "prompts" in counted:
        return f"token ids drawn with seed {options.seed}"
    drawn = options.pages.isdigit()
    return f"{options.pages} pages drawn with seed {options.seed}" if drawn else "all images in inputs.yaml, in order"
