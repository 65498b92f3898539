"""Communication between the GPUs of a model, as layers of the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import attrs

from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.closed_form import ClosedForm, number
from nsys_tools.model.database import Database
from nsys_tools.model.demand import entry_of
from nsys_tools.model.parallel.plan import Names, Parallel
from nsys_tools.model.parallel.tensor import SHARED, is_of_expert, last

_NUMBERED = re.compile(r"[0-9]+|\[[0-9,-]+\]")


@attrs.frozen
class Tokens:
    """Data that passes through a block: rows, their width, and number of experts per row (None outside experts)."""

    rows: ClosedForm
    width: ClosedForm
    top_k: ClosedForm | None

    @property
    def elements(self) -> ClosedForm:
        """Total number of elements."""
        return self.rows * self.width


@attrs.frozen
class Exchange:
    """Inserts communication into the layers of one model. The layers have the sizes that they had before the split."""

    model: Model
    database: Database
    parallel: Parallel
    names: Names

    def layers(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """Return the layers, each followed by its communication."""
        return tuple(found for layer in layers for found in (self._inside(layer), *self._after(layer)))

    def _inside(self, layer: Layer) -> Layer:
        if not layer.sub_layers or not SHARED & set(layer.phases):
            return layer
        if is_decoder_layer(layer):
            return attrs.evolve(layer, sub_layers=tuple(self._block(child) for child in layer.sub_layers))
        return attrs.evolve(layer, sub_layers=self.layers(layer.sub_layers))

    def _after(self, layer: Layer) -> Iterator[Layer]:
        """Yield the communication after the embedding or the head, which are split along the vocabulary."""
        if layer.sub_layers or last(layer) not in self.names.vocabulary or self.parallel.tp == 1:
            return
        entry = entry_of(layer, self.model, self.database)
        if entry is not None and entry.name == "embedding":
            elements = layer.parameters["rows"] * layer.parameters["width"]
            yield self._beside("all_reduce", layer, elements)
        elif entry is not None and entry.name == "linear":
            elements = layer.parameters["rows"] * layer.parameters["out_features"]
            yield self._beside("all_gather", layer, elements)

    def _block(self, block: Layer) -> Layer:
        """Return an attention block, MLP or mixture of experts with the communication at its end."""
        if not block.sub_layers:
            return block
        routed, summed = self._routed(block), self._summed(block)
        added: list[Layer] = []
        if routed and self.parallel.replicas_of_experts > 1:
            added += self._experts(block, routed)
        elif routed:  # one all-reduce for routed and shared experts
            summed = routed
        if summed and self.parallel.tp > 1:
            added.append(self._new("all_reduce", block, summed.elements, self.parallel.tp))
        return attrs.evolve(block, sub_layers=(*block.sub_layers, *added))

    def _experts(self, block: Layer, tokens: Tokens) -> Iterator[Layer]:
        """Yield the communication to and from experts on GPUs of other replicas."""
        parallel = self.parallel
        copies = tokens.elements * (tokens.top_k or number(1))
        for name, quantized in (("dispatch", 1), ("combine", 0)):
            found = self._new("all_to_all", block, copies.scaled(Fraction(1, parallel.tp)), parallel.ep, name)
            more = {"quantized": number(quantized)}
            yield attrs.evolve(found, parameters={**found.parameters, **more}, role="experts")
        if parallel.tp > 1:  # each GPU of a replica sends its share of the tokens
            yield self._new("all_gather", block, tokens.elements, parallel.tp, "all_gather")

    def _routed(self, block: Layer) -> Tokens | None:
        """Return the tokens of a mixture of experts, from its gate or its experts."""
        for _, layer in block.walk():
            entry = None if layer.sub_layers else entry_of(layer, self.model, self.database)
            if entry is not None and entry.name in ("moe_gate", "fused_experts"):
                given = layer.parameters
                return Tokens(given["rows"], given["hidden_size"], given["top_k"])
        return None

    def _summed(self, block: Layer) -> Tokens | None:
        """Return the output of the last row-parallel product, without routed experts."""
        found = None
        for _, layer in block.walk():
            entry = None if layer.sub_layers else entry_of(layer, self.model, self.database)
            if entry is None or entry.name != "linear" or is_of_expert(layer, entry):
                continue
            if last(layer) in self.names.rows:
                found = Tokens(layer.parameters["rows"], layer.parameters["out_features"], None)
        return found

    def _beside(self, entry: str, layer: Layer, elements: ClosedForm) -> Layer:
        parameters = {"elements": elements, "gpus": number(self.parallel.tp)}
        return communication(entry, layer, f"{layer.path}_{entry}", parameters, self.parallel.tp)

    def _new(self, entry: str, block: Layer, elements: ClosedForm, gpus: int, name: str = "") -> Layer:
        path = f"{block.path}.{name or entry}"
        return communication(entry, block, path, {"elements": elements, "gpus": number(gpus)}, gpus)


def communication(entry: str, near: Layer, path: str, parameters: dict[str, ClosedForm], span: int) -> Layer:
    """Return a communication layer that runs in the same phases as the layer `near`, and equally often."""
    return attrs.evolve(
        near,
        path=path,
        transformers="",
        qualified_class=f"torch.distributed.{entry}",
        kind="function",
        entry=entry,
        indices=(),
        parameters=parameters,
        sub_layers=(),
        note="",
        role="",
        span=span,
    )


def is_decoder_layer(layer: Layer) -> bool:
    """Return whether a layer is a list of identical parts that contain blocks, such as ``layers.[0-31]``."""
    return bool(_NUMBERED.fullmatch(last(layer))) and any(child.sub_layers for child in layer.sub_layers)
