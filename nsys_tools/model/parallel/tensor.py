"""One GPU's share of each layer, with tensor, expert and data parallelism."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Layer, Model
from nsys_tools.model.closed_form import ClosedForm, call, number, substitute, variable
from nsys_tools.model.database import Database, Entry
from nsys_tools.model.demand import EXPERTS, entry_of
from nsys_tools.model.naming import numbered
from nsys_tools.model.parallel.plan import Names, Parallel, share

BATCH = "batch_size"
# Phases in which a model is split. As in serving engines, image and audio towers run unsplit on every GPU.
SHARED = frozenset({"prefill", "decode", "encode"})
CORES = "attention"
# Parameters that are at least 1 on each GPU.
REPEATED = ("groups", "key_heads")


@attrs.frozen
class Heads:
    """The heads of an attention block: numbers of query and key heads, and their width."""

    queries: int
    keys: int
    width: int


@attrs.frozen
class Sharing:
    """Splits the layers of one model.

    Attributes
    ----------
    model, database
        The model and the formula database.
    parallel, names
        Parallelism, and the names of the layers that are split in each way.
    """

    model: Model
    database: Database
    parallel: Parallel
    names: Names

    def layer(self, layer: Layer, heads: Heads | None = None, is_paired: bool = False) -> Layer:
        """Return one GPU's share of a layer and its descendants.

        Parameters
        ----------
        heads
            Heads of the enclosing attention block.
        is_paired
            Whether the layer is between a column-parallel and a row-parallel product.
        """
        if not SHARED & set(layer.phases) or last(layer) in self.names.whole:
            return layer
        if layer.sub_layers:
            inner = self._heads(layer) or heads
            kinds = {last(child) for child in layer.sub_layers}
            paired = bool(kinds & self.names.rows and kinds & (self.names.columns | self.names.fused))
            below = tuple(self.layer(child, inner, paired) for child in layer.sub_layers)
            return self._fewer(attrs.evolve(layer, sub_layers=below))
        entry = entry_of(layer, self.model, self.database)
        if entry is None:
            return layer
        changed = {**layer.parameters, **self._changed(layer, entry, heads, is_paired)}
        if is_of_expert(layer, entry) and self.parallel.replicas_of_experts > 1:
            more = {BATCH: variable(BATCH).scaled(self.parallel.replicas_of_experts)}
            kept = {"results": layer.parameters["rows"]} if entry.name == "fused_experts" else {}
            changed = {name: substitute(form, more) for name, form in changed.items()} | kept
        return attrs.evolve(layer, parameters=changed)

    def _changed(self, layer: Layer, entry: Entry, heads: Heads | None, is_paired: bool) -> dict[str, ClosedForm]:
        parameters, parts = layer.parameters, self._parts(layer, entry)
        if entry.name == "linear":
            return self._product(layer, heads, parts)
        if entry.name == "fused_experts":
            fewer = {"experts": self.parallel.ep, "intermediate_size": parts}
            return {
                **{name: self._share(layer, name, by) for name, by in fewer.items()},
                "top_k": parameters["top_k"].scaled(Fraction(1, self.parallel.ep)),
            }
        if entry.name in self.names.parameters:
            known = [name for name in self.names.parameters[entry.name] if name in parameters]
            return {name: self._share(layer, name, parts) for name in known}
        if entry.name == "embedding" and last(layer) in self.names.vocabulary:
            return {"entries": call("ceil", parameters["entries"].scaled(Fraction(1, parts)))}
        if entry.category == CORES and heads is not None and "heads" in parameters:
            keys = {"kv_heads": number(self._keys(heads))} if "kv_heads" in parameters else {}
            return {"heads": self._share(layer, "heads", parts), **keys}
        return self._between(layer, entry, heads, parts if is_paired else 1)

    def _product(self, layer: Layer, heads: Heads | None, parts: int) -> dict[str, ClosedForm]:
        name = last(layer)
        if name in self.names.rows:
            return {"in_features": self._share(layer, "in_features", parts)}
        if name in self.names.vocabulary:
            return {"out_features": call("ceil", layer.parameters["out_features"].scaled(Fraction(1, parts)))}
        if name in self.names.fused and heads is not None:
            mine = Fraction(self._queries(heads) + 2 * self._keys(heads), heads.queries + 2 * heads.keys)
            return {"out_features": layer.parameters["out_features"].scaled(mine)}
        if name in self.names.keys and heads is not None:
            return {"out_features": self._share(layer, "out_features", heads.keys // self._keys(heads))}
        if name in self.names.columns | self.names.keys | self.names.fused:
            return {"out_features": self._share(layer, "out_features", parts)}
        return {}

    def _between(self, layer: Layer, entry: Entry, heads: Heads | None, parts: int) -> dict[str, ClosedForm]:
        """Return the changed parameters of an elementwise layer, rotation, or per-head norm between two products."""
        parameters = layer.parameters
        if parts == 1:
            return {}
        if entry.name in ("activation", "gated_product"):
            return {"elements": parameters["elements"].scaled(Fraction(1, parts))}
        if heads is None:
            return {"rows": parameters["rows"].scaled(Fraction(1, parts))} if entry.category == "norm" else {}
        mine = {heads.queries: self._queries(heads), heads.keys: self._keys(heads)}
        mine[heads.queries + heads.keys] = self._queries(heads) + self._keys(heads)
        if entry.name == "rotary_apply" and (every := parameters["heads"].value) in mine:
            return {"heads": number(mine[int(every)])}
        if entry.category == "norm" and parameters["width"].value == heads.width:
            every = heads.keys if last(layer).startswith("k") else heads.queries
            return {"rows": parameters["rows"].scaled(Fraction(mine[every], every))}
        return {}

    def _parts(self, layer: Layer, entry: Entry) -> int:
        return self.parallel.gpus_of_an_expert if is_of_expert(layer, entry) else self.parallel.tp

    def _fewer(self, layer: Layer) -> Layer:
        """Return a list of routed experts that are separate modules, reduced to one GPU's share."""
        children = layer.sub_layers
        if self.parallel.ep == 1 or not all(child.indices and EXPERTS in child.path for child in children):
            return layer
        indices = tuple(index for child in children for index in child.indices)
        mine = set(sorted(indices)[: share(len(indices), self.parallel.ep, f"{layer.path}: experts")])
        return attrs.evolve(layer, sub_layers=tuple(kept for child in children for kept in subset(child, mine)))

    def _share(self, layer: Layer, name: str, parts: int) -> ClosedForm:
        form = layer.parameters[name]
        if name in REPEATED:
            return call("ceil", form.scaled(Fraction(1, parts)))
        if form.value is None:
            return form.scaled(Fraction(1, parts))
        return number(share(int(form.value), parts, f"{layer.path}: {name}"))

    def _queries(self, heads: Heads) -> int:
        return share(heads.queries, self.parallel.tp, f"{self.model.name}: attention heads")

    def _keys(self, heads: Heads) -> int:
        """Return the number of key heads on one GPU. If GPUs outnumber heads, several GPUs share a head."""
        if self.parallel.tp >= heads.keys:
            share(self.parallel.tp, heads.keys, f"{self.model.name}: tp with {heads.keys} key heads")
            return 1
        return share(heads.keys, self.parallel.tp, f"{self.model.name}: key heads")

    def _heads(self, layer: Layer) -> Heads | None:
        for child in layer.sub_layers:
            entry = entry_of(child, self.model, self.database)
            if entry is not None and entry.category == CORES and child.parameters.keys() & {"qk_dim", "nope_dim"}:
                queries, keys, width = (
                    _number(child.parameters, *options)
                    for options in (("heads",), ("kv_heads", "heads"), ("qk_dim", "nope_dim"))
                )
                return Heads(queries, keys, width)
        return None


def _number(parameters: Mapping[str, ClosedForm], *options: str) -> int:
    form = next(parameters[name] for name in options if name in parameters)
    if form.value is None:
        raise NsysToolsError(
            f"The number of heads depends on {', '.join(sorted(form.names))} and cannot be divided among GPUs."
        )
    return int(form.value)


def last(layer: Layer) -> str:
    """Return the last component of a layer's path."""
    return layer.path.rpartition(".")[2]


def is_of_expert(layer: Layer, entry: Entry) -> bool:
    """Return whether a layer is a routed expert or a part of one."""
    return entry.name == "fused_experts" or EXPERTS in layer.path


def subset(layer: Layer, indices: set[int]) -> list[Layer]:
    """Return a repeated layer reduced to some of its instances, or an empty list if it has none of them."""
    mine = tuple(index for index in layer.indices if index in indices)
    if not mine or mine == layer.indices:
        return [layer] if mine else []
    before, after = numbered(layer.indices), numbered(mine)
    paths = _Paths(
        (layer.path, f"{layer.path.removesuffix(before)}{after}"),
        (layer.transformers, f"{layer.transformers.removesuffix(before)}{after}"),
        Fraction(len(mine), len(layer.indices)),
    )
    return [attrs.evolve(_renamed(layer, paths), indices=mine)]


@attrs.frozen
class _Paths:
    """A change of paths: old and new prefixes in the model's code and in transformers, and the remaining share."""

    own: tuple[str, str]
    transformers: tuple[str, str]
    part: Fraction


def _renamed(layer: Layer, paths: _Paths) -> Layer:
    return attrs.evolve(
        layer,
        path=paths.own[1] + layer.path.removeprefix(paths.own[0]),
        transformers=paths.transformers[1] + layer.transformers.removeprefix(paths.transformers[0]),
        count=int(layer.count * paths.part),
        sub_layers=tuple(_renamed(child, paths) for child in layer.sub_layers),
    )
