"""What each layer of a model needs in each phase, as closed forms in the model's inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import STEP, Layer, Model, ModelCall, Phase, in_inputs, last_step
from nsys_tools.model.closed_form import ZERO, ClosedForm, call, substitute, total, variable
from nsys_tools.model.database import ANY_CHILD, FLOWS, Database, Entry
from nsys_tools.model.evaluation import at
from nsys_tools.model.formats import input_name, weight_name
from nsys_tools.model.summation import sum_over

# What a layer names as its entry when its class has one that does not fit it.
NO_ENTRY = "none"
# The output head by its usual name, and routed experts that are modules of their own.
HEAD = "lm_head"
EXPERTS = ".experts."
# Put in where a model is split, and allowed everywhere.
_BETWEEN_GPUS = ("all_reduce", "all_gather", "all_to_all", "send")


@attrs.frozen
class Demand:
    """What a basic layer, all its repeats together, needs in one call of a phase.

    Attributes
    ----------
    layer, entry
        The layer, and the formulas it is computed with.
    role
        Which number format its weights are in; see `nsys_tools.model.formats`.
    phase, call
        Names of the phase and of its call.
    forms
        Metric -> closed form in the inputs, the sizes of elements, `masked` and `expanded`, over all steps and
        runs; ``kv_bytes`` is the state after the last step, not a sum.
    """

    layer: Layer
    entry: Entry
    role: str
    phase: str
    call: str
    forms: Mapping[str, ClosedForm]


def demands(model: Model, database: Database) -> list[Demand]:
    """Return what every basic layer needs, in the order of phases, calls and layers.

    Layers of a class without a formula are left out; `unknown` lists them.

    Raises
    ------
    NsysToolsError
        If a layer lacks a parameter of its formula, has one that the formula does not know, or is a composite
        without sub-layers.
    """
    return over_steps(model, step_demands(model, database))


def step_demands(model: Model, database: Database) -> list[Demand]:
    """Return what every basic layer needs in a single step, which the forms know as ``step``; see `demands`."""
    local = [(layer, entry, local_forms(model, layer, entry)) for layer, entry in basic(model, database)]
    return [
        Demand(layer, entry, role(model, layer, entry), phase.name, step.name, _in_inputs(forms, layer, step))
        for phase in model.phases
        for step in phase.calls
        for layer, entry, forms in local
        if phase.name in layer.phases
    ]


def over_steps(model: Model, single: Iterable[Demand]) -> list[Demand]:
    """Return over all steps and runs what `step_demands` has for a single step."""
    calls = {(phase.name, step.name): (phase, step) for phase in model.phases for step in phase.calls}
    return [attrs.evolve(one, forms=_over_steps(one.forms, *calls[one.phase, one.call])) for one in single]


def basic(model: Model, database: Database) -> list[tuple[Layer, Entry]]:
    """Return the basic layers that have a formula, with their entries."""
    found = []
    for _, layer in model.walk():
        entry = entry_of(layer, model, database)
        if layer.sub_layers:
            _check_children(layer, entry, model, database)
        elif entry is not None:
            if entry.is_composite:
                place = f"{model.file}: layer {layer.path}"
                raise NsysToolsError(
                    f"{place}: {entry.name} is a composite and needs sub_layers.",
                    f"Its children are {', '.join(entry.children)}.",
                )
            found.append((layer, entry))
    return found


def unknown(model: Model, database: Database) -> list[Layer]:
    """Return the basic layers of classes that have no formula, which therefore count nothing."""
    return [layer for _, layer in model.walk() if not layer.sub_layers and entry_of(layer, model, database) is None]


def entry_of(layer: Layer, model: Model, database: Database) -> Entry | None:
    """Return the entry of a layer, by name or by class; None when its class has none."""
    if layer.entry == NO_ENTRY:
        return None
    if not layer.entry:
        return database.by_class(layer.qualified_class)
    if layer.entry not in database.entries:
        raise NsysToolsError(f"{model.file}: layer {layer.path}: there is no formula entry {layer.entry!r}.")
    return database.entries[layer.entry]


def local_forms(model: Model, layer: Layer, entry: Entry) -> dict[str, ClosedForm]:
    """Return what one instance of a layer needs in one step, in the variables of a call."""
    place = f"{model.file}: layer {layer.path}"
    for name in layer.parameters.keys() - entry.parameters.keys():
        hint = f"It knows {', '.join(entry.parameters)}."
        raise NsysToolsError(f"{place}: {entry.name} has no parameter {name!r}.", hint)
    own = role(model, layer, entry)
    sizes = {"weight_dtype_bytes": weight_name(own), "input_dtype_bytes": input_name(own)}
    values = {**layer.parameters, **{name: variable(of_role) for name, of_role in sizes.items()}}
    for name, default in entry.defaults.items():
        values.setdefault(name, substitute(default, layer.parameters))
    for name in entry.parameters.keys() - values.keys():
        raise NsysToolsError(f"{place}: the parameter {name!r} ({entry.parameters[name]}) is missing.")
    try:
        return {metric: substitute(form, values) for metric, form in entry.formulas.items()}
    except ZeroDivisionError:
        raise NsysToolsError(f"{place}: division by zero in a formula of {entry.name} ({entry.file}).") from None
    except OverflowError as error:
        raise NsysToolsError(f"{place}: a formula of {entry.name} is too large: {error}.") from None


def role(model: Model, layer: Layer, entry: Entry) -> str:
    """Return which number format the weights of a layer are in: ``weights``, ``experts``, ``head`` or ``kept``."""
    if any(fnmatchcase(path, pattern) for pattern in model.formats.kept for path in (layer.path, layer.transformers)):
        return "kept"
    if layer.role or entry.role != "weights":
        return layer.role or entry.role
    if layer.path.rpartition(".")[2] == HEAD:
        return "head"
    return "experts" if EXPERTS in layer.path else "weights"


def weight_count(model: Model, layer: Layer, database: Database) -> int:
    """Return the weights of a layer, all its repeats and everything below it included.

    Raises
    ------
    NsysToolsError
        If the number would depend on an input.
    """
    count = at(held(model, layer, database, "weight_count"), {}, f"{model.file}: {layer.path}: its weights")
    if count < 0:
        raise NsysToolsError(f"{model.file}: layer {layer.path}: its number of weights is negative.")
    return int(count)


def held(model: Model, layer: Layer, database: Database, state: str = "held_bytes") -> ClosedForm:
    """Return what a layer holds, all its repeats and everything below it: ``held_bytes`` or ``weight_count``."""
    if layer.sub_layers:
        return total(held(model, child, database, state) for child in layer.sub_layers)
    entry = entry_of(layer, model, database)
    if entry is None or state not in entry.formulas:
        return ZERO
    return local_forms(model, layer, entry)[state].scaled(layer.count)


def kv_bytes_per_token(model: Model, found: Iterable[Demand], element_bytes: int) -> int:
    """Return what one more token of one sequence adds to the KV cache, in bytes.

    It is what a prompt of two tokens leaves more than a prompt of one; layers that see a window stop growing when it
    is full, and recurrent states never grow.
    """
    forms = [d.forms["kv_bytes"] for d in found if d.phase == "prefill" and "kv_bytes" in d.forms]
    sizes = {"dtype_bytes": element_bytes, "cache_dtype_bytes": element_bytes, "masked": 0, "expanded": 0}
    settings = dict.fromkeys(model.inputs, 0) | {"batch_size": 1} | sizes
    one, two = (at(total(forms), {**settings, "seq_len": tokens}, f"{model.file}: kv_bytes") for tokens in (1, 2))
    return int(two - one)


def closed_form(found: Iterable[Demand], metric: str, path: str, phase: str) -> ClosedForm:
    """Return the closed form of a metric of everything at or below `path` (all when empty) in a phase."""
    forms = [
        demand.forms[metric]
        for demand in found
        if demand.phase == phase
        and metric in demand.forms
        and (not path or demand.layer.path == path or demand.layer.path.startswith(f"{path}."))
    ]
    return total(forms)


def _in_inputs(forms: Mapping[str, ClosedForm], layer: Layer, step: ModelCall) -> dict[str, ClosedForm]:
    return {metric: in_inputs(form, step).scaled(layer.count) for metric, form in forms.items()}


def _over_steps(forms: Mapping[str, ClosedForm], phase: Phase, step: ModelCall) -> dict[str, ClosedForm]:
    result = {}
    for metric, each in forms.items():
        if metric in FLOWS:
            whole = sum_over(each, STEP, step.steps) * phase.runs
        else:
            whole = substitute(each, {STEP: last_step(step)})
        result[metric] = whole if whole.is_whole else call("round", whole)
    return result


def _check_children(layer: Layer, entry: Entry | None, model: Model, database: Database) -> None:
    if entry is None or ANY_CHILD in entry.children:
        return
    place = f"{model.file}: layer {layer.path}"
    if not entry.is_composite:
        raise NsysToolsError(f"{place}: {entry.name} is computed as a whole and may have no sub_layers.")
    for child in layer.sub_layers:
        below = entry_of(child, model, database)
        if below is not None and below.name not in (*entry.children, *_BETWEEN_GPUS):
            hint = f"{entry.file} allows {', '.join(entry.children)}."
            raise NsysToolsError(f"{place}: {entry.name} has no child {below.name} ({child.path}).", hint)
