"""A model file as objects: inputs, phases with their calls, and the hierarchy of layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents, foreign, formats
from nsys_tools.model.closed_form import ClosedForm, number, substitute
from nsys_tools.model.database import RESERVED
from nsys_tools.model.decoder import source as decoder
from nsys_tools.model.expression import parse
from nsys_tools.model.formats import Formats
from nsys_tools.model.naming import joined, numbered

SCHEMA = "analytic/models/schema.json"
SUFFIXES = (".json", ".yaml")
FORMAT = 1
STEP = "step"


@attrs.frozen
class Input:
    """A dynamic parameter of a model, with its meaning and default."""

    meaning: str
    default: ClosedForm


@attrs.frozen
class ModelCall:
    """One way a phase runs its layers: the number of steps and the values of the variables.

    Attributes
    ----------
    name
        Name, such as ``global`` or ``crops``.
    steps
        Number of consecutive runs, or 0 if the call does not occur.
    values
        Variables of its layers, as functions of the inputs and ``step`` (0, 1, ...).
    """

    name: str
    steps: ClosedForm
    values: Mapping[str, ClosedForm]


@attrs.frozen
class Phase:
    """A part of a run, such as vision, prefill or decode. It occurs `runs` times in a workload."""

    name: str
    runs: ClosedForm
    calls: tuple[ModelCall, ...]


@attrs.frozen
class Layer:
    """A node of the hierarchy. It is composite if it has `sub_layers`, otherwise basic and computed by formulas.

    Attributes
    ----------
    path, transformers
        Qualified names in the model's own code and in transformers. Repeated parts are written ``[0-11]``.
    qualified_class
        Full class name, or the full name of a function or weight.
    kind
        ``module``, ``function`` (an operation between modules) or ``weight`` (one outside any submodule).
    entry
        Name of its entry in the formula database, or an empty string to look it up by class.
    indices
        Indices of its instances in the parent's list. A layer that does not repeat has no indices.
    count
        Number of instances in the model: its repeats times the repeats of every parent.
    phases
        The phases that run it.
    parameters
        Parameters of its entry, as functions of the variables of a call.
    role
        Role that determines the number format of its weights (see `nsys_tools.model.formats`). If empty,
        the role of its entry is used.
    span
        Number of GPUs across which it communicates.
    """

    path: str
    transformers: str
    qualified_class: str
    kind: str
    entry: str
    indices: tuple[int, ...]
    count: int
    phases: tuple[str, ...]
    parameters: Mapping[str, ClosedForm]
    sub_layers: tuple[Layer, ...]
    note: str
    role: str = ""
    span: int = 1

    def walk(self) -> Iterator[tuple[int, Layer]]:
        """Yield (depth, layer) for the layer and its descendants, in order."""
        yield 0, self
        for child in self.sub_layers:
            for depth, layer in child.walk():
                yield depth + 1, layer


@attrs.frozen
class Model:
    """An architecture (see ``analytic/models/schema.json``). `warnings` lists what its layers omit."""

    name: str
    description: str
    source: str
    file: str
    dtype: str
    formats: Formats
    spec: Mapping[str, Any]
    inputs: Mapping[str, Input]
    phases: tuple[Phase, ...]
    layers: tuple[Layer, ...]
    warnings: tuple[str, ...] = ()

    def walk(self) -> Iterator[tuple[int, Layer]]:
        """Yield (depth, layer) for the whole hierarchy, in order."""
        for layer in self.layers:
            yield from layer.walk()


def available() -> dict[str, Path]:
    """Return the shipped models and the user's models by name."""
    return documents.names("models", SUFFIXES)


def load(name: str) -> Model:
    """Return a model by name, by the path of a model file, or from a ``config.json`` or its folder.

    Raises
    ------
    NsysToolsError
        If the model does not exist, the file violates the schema or contains an undefined name, or the builder does not
        support the configuration's type.
    """
    path = None if name in available() else decoder.inside(name)
    path = path or foreign.located(name, SUFFIXES)
    data, warnings = decoder.read(path)
    documents.check(data, SCHEMA, str(path))
    return attrs.evolve(from_data(data, str(path)), warnings=warnings)


def from_data(data: Mapping[str, Any], file: str) -> Model:
    """Return a model from data that conforms to the schema. `file` is used in error messages."""
    inputs = {
        name: Input(value["meaning"], parse(value["default"], f"{file}: inputs.{name}"))
        for name, value in data["inputs"].items()
    }
    for name in inputs.keys() & (RESERVED | {STEP}):
        raise NsysToolsError(f"{file}: inputs.{name}: this name is reserved.")
    documents.ordered({n: i.default.names & inputs.keys() for n, i in inputs.items()}, f"{file}: inputs")
    for name, given in inputs.items():
        _known(given.default, frozenset(inputs), f"{file}: inputs.{name}")
    phases = tuple(_phase(value, inputs, file) for value in data["phases"])
    root = _Parent("", "", 1, tuple(phase.name for phase in phases), {p.name: _scope(p, inputs) for p in phases}, file)
    layers = tuple(_layer(value, root) for value in data["layers"])
    _distinct(layers, file)
    return Model(
        name=data["name"],
        description=data["description"],
        source=data.get("source", ""),
        file=file,
        dtype=data["dtype"],
        formats=formats.of_data(data.get("formats", {}), data["dtype"]),
        spec=data["spec"],
        inputs=inputs,
        phases=phases,
        layers=layers,
    )


@attrs.frozen
class _Parent:
    """Context that a layer inherits from its parent."""

    path: str
    transformers: str
    count: int
    phases: tuple[str, ...]
    scopes: Mapping[str, frozenset[str]]
    file: str


def _phase(data: Mapping[str, Any], inputs: Mapping[str, Input], file: str) -> Phase:
    place = f"{file}: phase {data['name']}"
    known = frozenset(inputs)
    calls = []
    for value in data["calls"]:
        here = f"{place}, call {value['name']}"
        steps = _checked(value.get("steps", 1), known, f"{here}.steps")
        values = {
            key: _checked(text, known | {STEP}, f"{here}.set.{key}") for key, text in value.get("set", {}).items()
        }
        calls.append(ModelCall(value["name"], steps, values))
    return Phase(data["name"], _checked(data.get("runs", 1), known, f"{place}.runs"), tuple(calls))


def _scope(phase: Phase, inputs: Mapping[str, Input]) -> frozenset[str]:
    """Return the variables that every call of a phase defines."""
    common = frozenset.intersection(*(frozenset(call.values) for call in phase.calls))
    return common | frozenset(inputs) | {STEP}


def _layer(data: Mapping[str, Any], parent: _Parent) -> Layer:
    indices = _indices(data, parent)
    name = _name(data["name"], indices)
    path = joined(parent.path, name)
    place = f"{parent.file}: layer {path}"
    count = parent.count * max(1, len(indices))
    phases = tuple(data["phases"]) if "phases" in data else parent.phases
    for phase in set(phases) - parent.scopes.keys():
        raise NsysToolsError(f"{place}: unknown phase {phase!r}.", f"Phases: {', '.join(parent.scopes)}.")
    transformers = joined(parent.transformers, _name(data.get("transformers", data["name"]), indices))
    known = frozenset.intersection(*(parent.scopes[phase] for phase in phases or parent.phases or parent.scopes))
    below = _Parent(path, transformers, count, phases, parent.scopes, parent.file)
    if "sub_layers" in data and "parameters" in data:
        raise NsysToolsError(f"{place}: a composite layer cannot have parameters. Set them in its sub_layers.")
    return Layer(
        path=path,
        transformers=transformers,
        qualified_class=data["class"],
        kind=data.get("kind", "module"),
        entry=data.get("entry", ""),
        indices=indices,
        count=count,
        phases=phases,
        parameters={k: _checked(v, known, f"{place}, {k}") for k, v in data.get("parameters", {}).items()},
        sub_layers=tuple(_layer(value, below) for value in data.get("sub_layers", ())),
        note=data.get("note", ""),
        role=data.get("role", ""),
    )


def _indices(data: Mapping[str, Any], parent: _Parent) -> tuple[int, ...]:
    place = f"{parent.file}: layer {joined(parent.path, data['name'])}"
    repeat = data.get("repeat")
    if repeat is None:
        return tuple(data.get("indices", ()))
    if "*" not in data["name"]:
        raise NsysToolsError(f"{place}: the name of a repeated layer must contain a * for the index.")
    indices = tuple(data.get("indices", range(data.get("first", 0), data.get("first", 0) + repeat)))
    if len(indices) != repeat:
        raise NsysToolsError(f"{place}: the layer is repeated {repeat} times, but has {len(indices)} indices.")
    return indices


def _name(name: str, indices: tuple[int, ...]) -> str:
    if not indices:
        return name
    return name.replace("*", numbered(indices))


def _distinct(layers: tuple[Layer, ...], file: str) -> None:
    seen: set[str] = set()
    for layer in (found for top in layers for _, found in top.walk()):
        if layer.path in seen:
            raise NsysToolsError(f"{file}: layer {layer.path} is defined twice.", "Give each layer a unique name.")
        seen.add(layer.path)


def _checked(value: Any, known: frozenset[str], place: str) -> ClosedForm:
    form = parse(value, place)
    _known(form, known, place)
    return form


def _known(form: ClosedForm, known: frozenset[str], place: str) -> None:
    for name in sorted(form.names - known):
        hint = f"Known variables: {', '.join(sorted(known - {STEP}))}."
        raise NsysToolsError(f"{place}: unknown variable {name!r}.", hint)


def in_inputs(form: ClosedForm, call: ModelCall) -> ClosedForm:
    """Convert a closed form over a call's variables to a function of the model's inputs and ``step``."""
    return substitute(form, call.values)


def last_step(call: ModelCall) -> ClosedForm:
    """Return the index of the last step of a call."""
    return call.steps + number(-1)
