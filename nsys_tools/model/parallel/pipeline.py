"""The part of a model in one pipeline stage."""

from __future__ import annotations

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.closed_form import ClosedForm, number
from nsys_tools.model.parallel.exchange import communication, is_decoder_layer
from nsys_tools.model.parallel.plan import Parallel
from nsys_tools.model.parallel.tensor import SHARED, last, subset


def stage(model: Model, parallel: Parallel, sent: ClosedForm) -> Model:
    """Return pipeline stage `parallel.pp_rank` of a model. Layers are divided equally among the stages, in order.

    Layers before the decoder layers are in the first stage, and layers after them are in the last stage.

    Parameters
    ----------
    model
        The model.
    parallel
        Number of stages, and the selected stage.
    sent
        Number of elements that a stage sends to the next stage.

    Raises
    ------
    NsysToolsError
        If the model has no list of decoder layers, or has fewer layers than stages.
    """
    if parallel.pp == 1:
        return model
    found = next((layer for _, layer in model.walk() if _is_list(layer)), None)
    if found is None:
        raise NsysToolsError(f"{model.name} has no list of layers to divide into pipeline stages.", "Omit --pp.")
    indices = sorted(index for child in found.sub_layers for index in _indices(child))
    count, rank = len(indices), parallel.pp_rank
    if count < parallel.pp:
        raise NsysToolsError(
            f"{model.name} has {count} layers, fewer than the {parallel.pp} pipeline stages set by --pp."
        )
    mine = indices[count * rank // parallel.pp : count * (rank + 1) // parallel.pp]
    cut = _Cut(found, set(mine), parallel, sent)
    return attrs.evolve(model, layers=cut.layers(model.layers))


@attrs.define
class _Cut:
    """Walks the layers in order and selects the layers of one stage."""

    list_of_layers: Layer
    mine: set[int]
    parallel: Parallel
    sent: ClosedForm
    is_after: bool = False

    def layers(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        found: list[Layer] = []
        for layer in layers:
            found += self._layer(layer)
        return tuple(found)

    def _layer(self, layer: Layer) -> list[Layer]:
        if layer is self.list_of_layers:
            self.is_after = True
            return [attrs.evolve(layer, sub_layers=self._decoder_layers(layer))]
        if layer.sub_layers:
            below = self.layers(layer.sub_layers)
            return [attrs.evolve(layer, sub_layers=below)] if below else []
        rank = self.parallel.pp - 1 if self.is_after else 0
        if rank != self.parallel.pp_rank:
            return []
        if self.is_after and "held" in layer.parameters:  # the weights it is tied to are in the first stage
            return [attrs.evolve(layer, parameters={**layer.parameters, "held": number(1)})]
        return [layer]

    def _decoder_layers(self, layer: Layer) -> tuple[Layer, ...]:
        kept: list[Layer] = []
        for child in layer.sub_layers:
            if child.indices:
                kept += subset(child, self.mine)
            elif set(_indices(child)) <= self.mine:
                kept.append(child)
        if self.parallel.pp_rank < self.parallel.pp - 1:
            path = f"{layer.path}.send"
            kept.append(communication("send", layer, path, {"elements": self.sent}, self.parallel.gpus))
        return tuple(kept)


def _is_list(layer: Layer) -> bool:
    return bool(SHARED & set(layer.phases)) and any(is_decoder_layer(child) for child in layer.sub_layers)


def _indices(layer: Layer) -> tuple[int, ...]:
    return layer.indices or ((int(last(layer)),) if last(layer).isdecimal() else ())
