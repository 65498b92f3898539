"""Conversion of a probed torch module to the ``layers`` of a model file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from nsys_tools.model.database import ANY_CHILD, Database, Entry
from nsys_tools.model.demand import NO_ENTRY
from nsys_tools.model.inspection.cores import attention_core, cache_note
from nsys_tools.model.inspection.fit import Module, NotExpressible
from nsys_tools.model.inspection.latent import is_latent, latent_attention_core
from nsys_tools.model.inspection.parts import borrowed
from nsys_tools.model.inspection.recipes import RECIPES
from nsys_tools.model.inspection.runs import Run

Data = dict[str, Any]
# Suffix of formula entries for what a class computes in addition to its children.
FORWARD = ".forward"
LATENT = "latent_attention_core"


@attrs.define
class Writer:
    """Converts modules to layers, and records the modules that have no formula.

    Attributes
    ----------
    database
        The formula database.
    config
        The configuration of the model.
    runs
        The recorded forwards.
    diagnostics
        Messages, filled during the conversion.
    """

    database: Database
    config: Any
    runs: tuple[Run, ...]
    diagnostics: list[str] = attrs.field(factory=list)
    _weights: set[int] = attrs.field(factory=set)

    def layers(self, module: Any, name: str = "") -> list[Data]:
        """Return the sub-layers of a module, from its weights, children, attention, and products without a formula."""
        seen = self._seen(module, name)
        found = [self._child(child, part, seen) for part, child in module.named_children()]
        children = [child for child in found if child is not None]
        own = self._own_formula(seen)
        if not own:
            own = [*self._cores(seen), *self._own_products(seen)]
        return [*self._loose_weights(seen), *_folded(children), *own]

    def _child(self, module: Any, part: str, above: Module) -> Data | None:
        """Return a child as a layer, or None if the child is an empty container."""
        name = f"{above.name}.{part}" if above.name else part
        seen = self._seen(module, name)
        entry = self._entry(module)
        head: Data = {"name": part, "class": _qualified(type(module))}
        used = borrowed(above, part, seen, self._class_entry(type(above.module), FORWARD))
        if used is not None:
            entry_name, parameters = used
            basic = {**head, "entry": entry_name, "phases": above.phases, "parameters": parameters}
            return self._held(basic, module, self.database.entries[entry_name])
        recipe = RECIPES.get(entry.name) if entry else None
        if recipe is not None and entry is not None:
            try:
                basic = {**head, "entry": entry.name, "phases": seen.phases, "parameters": recipe(seen)}
            except NotExpressible as reason:
                if not list(module.children()):
                    self.diagnostics.append(
                        f"{name}: {head['class']} does not match the {entry.name} formula: {reason}"
                    )
                    return {**head, "entry": NO_ENTRY, "sub_layers": [*self._loose_weights(seen), _unfit(seen)]}
            else:
                return self._held(basic, module, entry)
        below = self.layers(module, name)
        if not below:
            empty = entry is not None and entry.is_composite
            return None if empty else {**head, "phases": seen.phases}
        if not self._allowed(self.database.by_class(head["class"]), below):
            head["entry"] = NO_ENTRY
        return _hoisted({**head, "sub_layers": below})

    def _held(self, basic: Data, module: Any, entry: Entry) -> Data:
        """Return a basic layer, which is marked if it shares its weights with another module."""
        if entry.name == self._class_entry(type(module)):
            del basic["entry"]  # implied by the class
        weight = getattr(module, "weight", None)
        if id(weight) in self._weights and entry.name in ("linear", "embedding"):
            basic["parameters"]["held"] = 0
        elif id(weight) in self._weights and "weights" in basic["parameters"]:
            basic["parameters"]["weights"] = 0
        self._weights |= {id(weight) for weight in module.parameters()}
        return basic

    def _seen(self, module: Any, name: str) -> Module:
        took_part = tuple(run for run in self.runs if name in run.record.calls)
        return Module(name, module, self.config, took_part)

    def _entry(self, module: Any) -> Entry | None:
        """Return the formula of a class or of its nearest base class."""
        for kind in type(module).__mro__:
            entry = self.database.by_class(_qualified(kind))
            if entry is not None:
                return entry
        return None

    def _class_entry(self, kind: type, method: str = "") -> str:
        entry = self.database.by_class(_qualified(kind) + method)
        return entry.name if entry else ""

    def _allowed(self, entry: Entry | None, below: Sequence[Data]) -> bool:
        if entry is None or ANY_CHILD in entry.children:
            return True
        names = set()
        for layer in below:
            found = self.database.by_class(layer["class"])
            names.add(layer.get("entry") or (found.name if found else NO_ENTRY))
        return names - {NO_ENTRY} <= set(entry.children)

    def _loose_weights(self, seen: Module) -> list[Data]:
        rows = []
        for name, weight in seen.module.named_parameters(recurse=False):
            if id(weight) not in self._weights:
                self._weights.add(id(weight))
                parameters = {"weights": weight.numel()}
                head = {"name": name, "class": "torch.nn.parameter.Parameter", "kind": "weight"}
                rows.append({**head, "phases": seen.phases, "parameters": parameters})
        return rows

    def _cores(self, seen: Module) -> list[Data]:
        rows = []
        for index, calls in enumerate(seen.cores()):
            head: Data = {
                "name": f"core{index + 1 if index else ''}",
                "class": "torch.nn.functional.scaled_dot_product_attention",
                "kind": "function",
            }
            phases = list(dict.fromkeys(run.phase for run, _ in calls))
            try:
                entry, parameters = attention_core(calls)
                if is_latent(seen.module):
                    entry, parameters = LATENT, latent_attention_core(seen.module, calls, parameters)
            except NotExpressible as reason:
                self.diagnostics.append(f"{seen.name}: attention does not match the formula: {reason}")
                rows.append({**head, "entry": NO_ENTRY, "phases": phases})
            else:
                if index % seen.cores_of_a_call:
                    parameters["keeps_cache"] = 0  # further ones read the cache that the first one fills
                elif entry != LATENT and (note := cache_note(calls, parameters)):
                    self.diagnostics.append(f"{seen.name}: {note}")
                named = {"entry": entry} if entry != "attention_core" else {}
                rows.append({**head, **named, "phases": phases, "parameters": parameters})
        return rows

    def _own_formula(self, seen: Module) -> list[Data]:
        """Return what a class computes in addition to its children, if the database has a formula for that."""
        name = _qualified(type(seen.module)) + FORWARD
        entry = self.database.by_class(name)
        if entry is None or entry.name not in RECIPES:
            return []
        try:
            parameters = RECIPES[entry.name](seen)
        except NotExpressible as reason:
            self.diagnostics.append(f"{seen.name}: {name} does not match the {entry.name} formula: {reason}")
            return []
        self._weights |= {id(weight) for weight in seen.module.parameters(recurse=False)}
        return [{"name": "core", "class": name, "kind": "function", "phases": seen.phases, "parameters": parameters}]

    def _own_products(self, seen: Module) -> list[Data]:
        if not any(run.record.products.get(seen.name) for run in self.runs):
            return []
        kind = _qualified(type(seen.module))
        self.diagnostics.append(f"{seen.name or 'the model'}: {kind} multiplies matrices, but has no formula")
        return [_unfit(seen)]


def _qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _unfit(seen: Module) -> Data:
    """Return a placeholder layer for work without a formula, so that it is listed wherever the model is used."""
    head = {"name": "forward", "class": f"{_qualified(type(seen.module))}.forward", "kind": "function"}
    return {**head, "entry": NO_ENTRY, "phases": seen.phases}


def _hoisted(layer: Data) -> Data:
    """Return a composite that lists its phases only if they are the same for all of its descendants."""
    phases = [child.get("phases") for child in layer["sub_layers"]]
    if any(found is None or found != phases[0] for found in phases):
        return layer
    below = [{key: value for key, value in child.items() if key != "phases"} for child in layer["sub_layers"]]
    return {**layer, "phases": phases[0], "sub_layers": below}


def _folded(children: list[Data]) -> list[Data]:
    """Return the children, with identical numbered siblings merged into one repeated layer."""
    groups: dict[str, list[Data]] = {}
    for child in children:
        key = child["name"]
        if key.isdecimal():
            key = json.dumps({**child, "name": "*"}, sort_keys=True)
        groups.setdefault(key, []).append(child)
    return [_repeated(group) if len(group) > 1 else group[0] for group in groups.values()]


def _repeated(group: list[Data]) -> Data:
    indices = [int(child["name"]) for child in group]
    layer: Data = {**group[0], "name": "*", "repeat": len(indices)}
    if indices != list(range(indices[0], indices[0] + len(indices))):
        layer["indices"] = indices
    elif indices[0]:
        layer["first"] = indices[0]
    return {**{key: layer[key] for key in ("name", "class", "repeat")}, **layer}
