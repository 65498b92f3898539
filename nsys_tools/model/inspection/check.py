"""Check a generated model against torch's FLOP counter, which counts the executed matrix products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import figures
from nsys_tools.model.architecture import Model
from nsys_tools.model.database import Database
from nsys_tools.model.figures import Settings
from nsys_tools.model.inspection import towers
from nsys_tools.model.inspection.build import PRODUCTS, Built, build
from nsys_tools.model.inspection.counter import Counted, count
from nsys_tools.model.inspection.pairs import SOURCE, decoder, encode, is_pair
from nsys_tools.model.inspection.recipes import ROUTED
from nsys_tools.model.inspection.runs import cache_of, guarded, reader
from nsys_tools.model.inspection.towers import Tower

LARGEST_WINDOW = 8192
# Number of prompt tokens: a prime that the probe does not use.
LENGTH = 19
# Phase, sizes, counts.
Count = tuple[str, dict[str, int], Counted]


@attrs.frozen
class Comparison:
    """Matrix FLOPs of one phase, from the formulas and from torch's FlopCounterMode on the meta device.

    `uncounted` lists the operators that multiply matrices but are not supported by the counter.
    """

    phase: str
    sizes: str
    formulas: int
    counted: int
    uncounted: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether both numbers are exactly equal."""
        return self.formulas == self.counted

    @property
    def verdict(self) -> str:
        """``yes``, ``NO``, or the uncounted operators that explain a smaller count."""
        if self.uncounted and self.counted < self.formulas:
            return f"not counted: {', '.join(self.uncounted)}"
        return "yes" if self.equal else "NO"


def compare(model: Model, database: Database, built: Built, overrides: tuple[str, ...] = ()) -> list[Comparison]:
    """Return a comparison per phase, at sizes that the probe did not use.

    The formulas count what transformers' code computes (`Settings.expanded`). That code expands a cached latent in
    every step, masks unselected tokens, and pads the chunks of a scan.

    Parameters
    ----------
    built
        The architecture that the model was generated from. It is rebuilt with attention that the
        counter supports.

    Raises
    ------
    NsysToolsError
        If the architecture cannot be built with such attention.
    """
    rows = []
    for phase, asked, seen in _counted(built, overrides, model):
        sizes = {**asked, **_as_run(model)}
        values = {name: size for name, size in sizes.items() if name in model.inputs}
        found = figures.evaluate(model, database, Settings(values=values, expanded=True))
        ours = sum(row.matrix_flops for row in found if row.phase == phase)
        shown = ", ".join(f"{name}={size}" for name, size in sizes.items())
        rows.append(Comparison(phase, shown, ours, seen.flops, seen.unknown))
    return rows


def _counted(built: Built, overrides: tuple[str, ...], model: Model) -> Iterator[Count]:
    """Yield torch's counts with torch's attention or, if that attention reads mask values, with explicit products."""
    ways = (("sdpa", "eager"), ("eager",), (PRODUCTS, "eager"))
    modules = [cache(partial(_module, built.source, overrides, way)) for way in ways]
    phases = {phase.name for phase in model.phases}
    # There are several ways to run a tower. Compare the one that the model was generated with.
    for tower in towers.of(built.module)[0]:
        sizes = {towers.COUNTS[tower.phase]: 5}
        if tower.phase in phases:
            yield from _either(modules, {tower.phase: sizes}, partial(_tower, tower))
    if "encode" in phases:
        longest = model.inputs["seq_len"].default.value
        length = min(LENGTH, int(longest)) if longest is not None else LENGTH
        name = SOURCE if SOURCE in model.inputs else "seq_len"
        yield from _either(modules, {"encode": {"batch_size": 2, name: length}}, partial(_text, length))
    if "prefill" in phases:
        sizes = {"batch_size": 2, "seq_len": _length(model)}
        sizes |= {SOURCE: LENGTH} if SOURCE in model.inputs else {}
        steps = {"prefill": sizes, "decode": {**sizes, "decode_steps": 1}}
        yield from _either(modules, steps, lambda module: _prompt_and_token(module, sizes["seq_len"]))


def _module(source: str, overrides: tuple[str, ...], attention: tuple[str, ...]) -> Any:
    return build(source, overrides, attention).module


def _either(
    modules: Iterable[Callable[[], Any]], phases: Mapping[str, dict[str, int]], run: Callable[[Any], list[Counted]]
) -> Iterator[Count]:
    """Yield the counts of phases on the first module that runs them, or the reason why no module does."""
    reason = ""
    for make in modules:
        try:
            module = make()
            counts = guarded(module, partial(_iterated, run, module))
        except NsysToolsError as error:
            reason = error.message
        else:
            break
    else:
        counts = [Counted(None, 0, (reason,))] * len(phases)
    for (phase, sizes), found in zip(phases.items(), counts, strict=True):
        yield phase, sizes, found


def _iterated(run: Callable[[Any], list[Counted]], module: Any) -> Iterator[Counted]:
    yield from run(module)


def _tower(tower: Tower, module: Any) -> list[Counted]:
    return [count(lambda: tower.run(module, 5))]


def _text(length: int, module: Any) -> list[Counted]:
    read = partial(encode, module) if is_pair(module) else reader(module)
    return [count(lambda: read(2, length))]


def _prompt_and_token(module: Any, length: int) -> list[Counted]:
    read = decoder(module, LENGTH) if is_pair(module) else reader(module)
    prompt = count(lambda: read(2, length, use_cache=True))
    return [prompt, count(lambda: read(2, 1, **cache_of(prompt.result), use_cache=True))]


def _as_run(model: Model) -> dict[str, int]:
    """Return the input values for transformers, which runs all experts on every token regardless of the router."""
    if ROUTED not in model.inputs:
        return {}
    experts = {int(form.value) for _, layer in model.walk() if (form := layer.parameters.get("experts")) and form.value}
    return {ROUTED: max(experts)}


def _length(model: Model) -> int:
    """Return a length greater than every window, so that windows have an effect (`LENGTH` if there are none)."""
    windows = [
        int(form.value)
        for _, layer in model.walk()
        if (form := layer.parameters.get("window")) is not None and form.value is not None
    ]
    return max([LENGTH, *(window + 3 for window in windows if window <= LARGEST_WINDOW)])
