"""Submodules whose weights the parent uses directly instead of calling the submodule once on its tokens."""

from __future__ import annotations

from nsys_tools.model.inspection import latent, recurrent
from nsys_tools.model.inspection.fit import Module
from nsys_tools.model.inspection.probe import TIME_STEP, by_weight

Parameters = dict[str, str | int]


def borrowed(above: Module, part: str, child: Module, entry: str) -> tuple[str, Parameters] | None:
    """Return the formula entry and parameters of a submodule whose weights its parent uses directly, otherwise None.

    Parameters
    ----------
    above, part, child
        The parent module, the name of the submodule, and the submodule.
    entry
        Formula entry of the parent's ``forward`` method; empty if there is none.
    """
    if not above.runs:
        return None
    if part == latent.EXPANSION and latent.is_latent(above.module):
        return "linear", latent.expansion(above, child.module)
    if child.runs or entry not in recurrent.RECIPES or not by_weight(part, child.module):
        return None
    if part == TIME_STEP:
        return "linear", recurrent.projection(above, child.module)
    return "causal_convolution", recurrent.causal_convolution(above, child.module)
