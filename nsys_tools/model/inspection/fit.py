"""Fit templates such as ``{batch_size} * {seq_len}`` to the sizes recorded in a few forward passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from nsys_tools.model.inspection.probe import Core, Seen
from nsys_tools.model.inspection.runs import Run

_SHAPES: tuple[tuple[str, Callable[..., int]], ...] = (
    ("{batch_size} * {seq_len}", lambda batch_size, seq_len, **_: batch_size * seq_len),
    ("{seq_len}", lambda seq_len, **_: seq_len),
    ("{batch_size}", lambda batch_size, **_: batch_size),
    ("{images}", lambda images, **_: images),
    ("{clips}", lambda clips, **_: clips),
    ("", lambda **_: 1),
    (
        "{batch_size} * ({cache_len} + {seq_len})",
        lambda batch_size, cache_len, seq_len, **_: batch_size * (cache_len + seq_len),
    ),
    ("({cache_len} + {seq_len})", lambda cache_len, seq_len, **_: cache_len + seq_len),
    ("{seq_len} ** 2", lambda seq_len, **_: seq_len**2),
    ("{batch_size} * {seq_len} ** 2", lambda batch_size, seq_len, **_: batch_size * seq_len**2),
    (
        "{seq_len} * ({cache_len} + {seq_len})",
        lambda seq_len, cache_len, **_: seq_len * (cache_len + seq_len),
    ),
    ("{cache_len}", lambda cache_len, **_: cache_len),
    ("{source_len}", lambda source_len, **_: source_len),
    ("{batch_size} * {source_len}", lambda batch_size, source_len, **_: batch_size * source_len),
)


class NotExpressible(Exception):  # noqa: N818  (caught where the layer is created)
    """A size that cannot be expressed as a multiple of the model's inputs."""


@attrs.frozen
class Module:
    """A module with its recordings. `runs` has one entry per forward pass that ran the module."""

    name: str
    module: Any
    config: Any
    runs: tuple[Run, ...]

    @property
    def phases(self) -> list[str]:
        """The phases that ran the module, in order."""
        return list(dict.fromkeys(run.phase for run in self.runs))

    def calls(self, run: Run) -> list[Seen]:
        """Return the calls to the module in a forward pass."""
        return run.record.calls[self.name]

    def fitted(self, measure: Callable[[Run], int | Fraction]) -> str | int:
        """Return the value of `measure` in all forward passes, as a number or a template.

        Raises
        ------
        NotExpressible
            If no template fits.
        """
        return fit([(run.sizes, Fraction(measure(run))) for run in self.runs])

    def summed(self, measure: Callable[[Seen], int]) -> str | int:
        """Return a fit of the sum over all calls to the module within one forward pass."""
        return self.fitted(lambda run: sum(measure(seen) for seen in self.calls(run)))

    def same(self, measure: Callable[[Seen], int]) -> str | int:
        """Return a fit of a value that is the same for all calls to the module within one forward pass."""

        def only(run: Run) -> int:
            values = {measure(seen) for seen in self.calls(run)}
            if len(values) != 1:
                raise NotExpressible(f"{self.name} is called with different sizes in one forward pass")
            return values.pop()

        return self.fitted(only)

    @property
    def cores_of_a_call(self) -> int:
        """Number of attention calls per call to the module, such as two in DiffLlama and one in a shared layer."""
        counts = {len(run.record.cores.get(self.name, [])) // max(1, len(self.calls(run))) for run in self.runs}
        return max((1, *counts))

    def cores(self) -> list[list[tuple[Run, Core]]]:
        """Return the attention calls in groups: the first calls of all forward passes, the second calls, and so on."""
        rows = [(run, run.record.cores.get(self.name, [])) for run in self.runs]
        most = max((len(cores) for _, cores in rows), default=0)
        return [[(run, cores[i]) for run, cores in rows if len(cores) > i] for i in range(most)]


def fit(values: Sequence[tuple[Mapping[str, int], Fraction]]) -> str | int:
    """Return the template that evaluates to the recorded value at each of the sizes.

    Raises
    ------
    NotExpressible
        If no template fits.
    """
    for template, shape in _SHAPES:
        try:
            ratios = {value / shape(**sizes) for sizes, value in values}
        except (TypeError, ZeroDivisionError):
            continue  # the phase has no such variable, or the cache is empty
        if len(ratios) == 1:
            ratio = ratios.pop()
            if ratio.denominator == 1:
                return _times(template, ratio.numerator)
    if not values:
        return 0
    seen = ", ".join(f"{value} at {dict(sizes)}" for sizes, value in values)
    raise NotExpressible(f"its sizes are not multiples of the inputs: {seen}")


def _times(template: str, factor: int) -> str | int:
    if not template or factor == 0:
        return factor
    return template if factor == 1 else f"{template} * {factor}"
