"""FLOPs and bytes of each layer of a model in each phase, as closed forms of the model's inputs."""

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

# Entry name of a layer whose class has an entry that does not match it.
NO_ENTRY = "none"
# The usual name of the output head, and routed experts that are separate modules.
HEAD = "lm_head"
EXPERTS = ".experts."
# Inserted when a model is split; allowed below any composite.
_BETWEEN_GPUS = ("all_reduce", "all_gather", "all_to_all", "send")


@attrs.frozen
class Demand:
    """FLOPs and bytes of a basic layer with all its repeats, in one call of a phase.

    Attributes
    ----------
    layer, entry
        The layer and its formulas.
    role
        Role that determines the number format of its weights (see `nsys_tools.model.formats`).
    phase, call
        Names of the phase and of its call.
    forms
        Metric -> closed form of the inputs, the element sizes, `masked` and `expanded`, summed over all steps and
        runs. ``kv_bytes`` is the state after the last step and not a sum.
    """

    layer: Layer
    entry: Entry
    role: str
    phase: str
    call: str
    forms: Mapping[str, ClosedForm]


def demands(model: Model, database: Database) -> list[Demand]:
    """Return the demand of every basic layer, ordered by phase, call and layer.

    Layers of a class without a formula are omitted. `unknown` lists them.

    Raises
    ------
    NsysToolsError
        If a layer lacks a parameter of its formula, has an unknown parameter, or is a composite without sub-layers.
    """
    return over_steps(model, step_demands(model, database))


def step_demands(model: Model, database: Database) -> list[Demand]:
    """Return the demand of every basic layer in a single step, as a function of ``step`` (see `demands`)."""
    local = [(layer, entry, local_forms(model, layer, entry)) for layer, entry in basic(model, database)]
    return [
        Demand(layer, entry, role(model, layer, entry), phase.name, step.name, _in_inputs(forms, layer, step))
        for phase in model.phases
        for step in phase.calls
        for layer, entry, forms in local
        if phase.name in layer.phases
    ]


def over_steps(model: Model, single: Iterable[Demand]) -> list[Demand]:
    """Return the demands of `step_demands` summed over all steps and runs."""
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
                    f"{place}: {entry.name} is a composite and must have sub_layers.",
                    f"Possible children: {', '.join(entry.children)}.",
                )
            found.append((layer, entry))
    return found


def unknown(model: Model, database: Database) -> list[Layer]:
    """Return the basic layers whose classes have no formula. FLOPs and bytes do not include these layers."""
    return [layer for _, layer in model.walk() if not layer.sub_layers and entry_of(layer, model, database) is None]


def entry_of(layer: Layer, model: Model, database: Database) -> Entry | None:
    """Return the entry of a layer, by name or by class, or None if its class has no entry."""
    if layer.entry == NO_ENTRY:
        return None
    if not layer.entry:
        return database.by_class(layer.qualified_class)
    if layer.entry not in database.entries:
        raise NsysToolsError(f"{model.file}: layer {layer.path}: unknown formula entry {layer.entry!r}.")
    return database.entries[layer.entry]


def local_forms(model: Model, layer: Layer, entry: Entry) -> dict[str, ClosedForm]:
    """Return the metrics of one instance of a layer in one step, as functions of a call's variables."""
    place = f"{model.file}: layer {layer.path}"
    for name in layer.parameters.keys() - entry.parameters.keys():
        hint = f"Parameters: {', '.join(entry.parameters)}."
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
    """Return the role of a layer's weights: ``weights``, ``experts``, ``head`` or ``kept``."""
    if any(fnmatchcase(path, pattern) for pattern in model.formats.kept for path in (layer.path, layer.transformers)):
        return "kept"
    if layer.role or entry.role != "weights":
        return layer.role or entry.role
    if layer.path.rpartition(".")[2] == HEAD:
        return "head"
    return "experts" if EXPERTS in layer.path else "weights"


def weight_count(model: Model, layer: Layer, database: Database) -> int:
    """Return the number of weights of a layer, including its repeats and descendants.

    Raises
    ------
    NsysToolsError
        If the number depends on an input.
    """
    count = at(held(model, layer, database, "weight_count"), {}, f"{model.file}: {layer.path}: number of weights")
    if count < 0:
        raise NsysToolsError(f"{model.file}: layer {layer.path}: the number of weights is negative.")
    return int(count)


def held(model: Model, layer: Layer, database: Database, state: str = "held_bytes") -> ClosedForm:
    """Return ``held_bytes`` or ``weight_count`` of a layer, including its repeats and descendants."""
    if layer.sub_layers:
        return total(held(model, child, database, state) for child in layer.sub_layers)
    entry = entry_of(layer, model, database)
    if entry is None or state not in entry.formulas:
        return ZERO
    return local_forms(model, layer, entry)[state].scaled(layer.count)


def kv_bytes_per_token(model: Model, found: Iterable[Demand], element_bytes: int) -> int:
    """Return the KV cache size per additional token of a sequence, in bytes.

    This is the difference between a prompt of two tokens and a prompt of one token. The cache of a layer with a window
    stops growing when the window is full, and recurrent states never grow.
    """
    forms = [d.forms["kv_bytes"] for d in found if d.phase == "prefill" and "kv_bytes" in d.forms]
    sizes = {"dtype_bytes": element_bytes, "cache_dtype_bytes": element_bytes, "masked": 0, "expanded": 0}
    settings = dict.fromkeys(model.inputs, 0) | {"batch_size": 1} | sizes
    one, two = (at(total(forms), {**settings, "seq_len": tokens}, f"{model.file}: kv_bytes") for tokens in (1, 2))
    return int(two - one)


def closed_form(found: Iterable[Demand], metric: str, path: str, phase: str) -> ClosedForm:
    """Return the closed form of a metric of all layers at or below `path` (all layers if empty) in a phase."""
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
        raise NsysToolsError(f"{place}: {entry.name} is computed as a whole and must not have sub_layers.")
    for child in layer.sub_layers:
        below = entry_of(child, model, database)
        if below is not None and below.name not in (*entry.children, *_BETWEEN_GPUS):
            hint = f"{entry.file} allows {', '.join(entry.children)}."
            raise NsysToolsError(f"{place}: {entry.name} has no child {below.name} ({child.path}).", hint)
