"""Parts of a module whose weights it uses in a way of its own, instead of calling them once on its tokens."""

from __future__ import annotations

from nsys_tools.model.inspection import latent, recurrent
from nsys_tools.model.inspection.fit import Module
from nsys_tools.model.inspection.probe import TIME_STEP, by_weight

Parameters = dict[str, str | int]


def borrowed(above: Module, part: str, child: Module, entry: str) -> tuple[str, Parameters] | None:
    """Return entry and parameters of such a part; None for any other.

    Parameters
    ----------
    above, part, child
        A module that holds the part, the part's name, and the part.
    entry
        What the formula database has for that module's own forward; empty for nothing.
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
