"""Compare a generated model with torch's own counter, which looks at the products themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings
from nsys_tools.model.inspection.build import Built, build
from nsys_tools.model.inspection.runs import cache_of, guarded, pixels, reader

LARGEST_WINDOW = 8192
# Phase, sizes, matrix FLOPs.
Count = tuple[str, dict[str, int], int]


@attrs.frozen
class Comparison:
    """Matrix FLOPs of one phase: by the formulas, and as torch's FlopCounterMode counts a forward on meta."""

    phase: str
    sizes: str
    formulas: int
    counted: int

    @property
    def equal(self) -> bool:
        """Whether they are the same to the integer."""
        return self.formulas == self.counted


def compare(model: Model, database: Database, built: Built, overrides: tuple[str, ...] = ()) -> list[Comparison]:
    """Return a comparison for each phase, at sizes that the probe did not use.

    The formulas count as transformers' code computes (`Settings.expanded`): a cached latent is expanded in every step,
    unselected tokens are masked, chunks of a scan are padded.

    Parameters
    ----------
    built
        The architecture that the model was generated from; it is built anew with attention that is counted.

    Raises
    ------
    NsysToolsError
        If the architecture does not run on the meta device with counted attention.
    """
    rows = []
    for phase, sizes, count in _counted(built, overrides, model):
        values = {name: size for name, size in sizes.items() if name in model.inputs}
        found = figures.evaluate(model, database, Settings(values=values, expanded=True))
        ours = sum(row.matrix_flops for row in found if row.phase == phase)
        shown = ", ".join(f"{name}={size}" for name, size in sizes.items())
        rows.append(Comparison(phase, shown, ours, count))
    return rows


def _counted(built: Built, overrides: tuple[str, ...], model: Model) -> list[Count]:
    """Return what torch counts with its own attention or, where masks look at values then, with plain products."""
    length = _length(model)
    try:
        other = build(built.source, overrides, attention=("sdpa", "eager"))
        return guarded(other.module, lambda: _counts(other, model, length))
    except NsysToolsError:
        eager = build(built.source, overrides, attention=("eager",))
        return guarded(eager.module, lambda: _counts(eager, model, length))


def _counts(built: Built, model: Model, length: int) -> Iterator[Count]:
    module = built.module
    phases = {phase.name for phase in model.phases}
    if "vision" in phases:
        forward = getattr(module, "get_image_features", module)
        config = getattr(built.config, "vision_config", built.config)
        count, _ = _count(lambda: forward(pixel_values=pixels(config, 5, module.dtype)))
        yield "vision", {"images": 5}, count
    read = reader(module) if phases & {"encode", "prefill"} else None
    if read is not None and "encode" in phases:
        count, _ = _count(lambda: read(2, 19))
        yield "encode", {"batch_size": 2, "seq_len": 19}, count
    if read is not None and "prefill" in phases:
        count, result = _count(lambda: read(2, length, use_cache=True))
        yield "prefill", {"batch_size": 2, "seq_len": length}, count
        count, _ = _count(lambda: read(2, 1, **cache_of(result), use_cache=True))
        yield "decode", {"batch_size": 2, "seq_len": length, "decode_steps": 1}, count


def _count(forward: Callable[[], Any]) -> tuple[int, Any]:
    import torch  # noqa: PLC0415
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        result = forward()
    return int(counter.get_total_flops()), result


def _length(model: Model) -> int:
    """Return a length beyond every window, so that windows show; 19 without any."""
    windows = [
        int(form.value)
        for _, layer in model.walk()
        if (form := layer.parameters.get("window")) is not None and form.value is not None
    ]
    return max([19, *(window + 3 for window in windows if window <= LARGEST_WINDOW)])
