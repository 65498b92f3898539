"""Split a model into the shares of several GPUs."""

from __future__ import annotations

from fractions import Fraction

import attrs

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.architecture import Model, Phase
from nsys_tools.model.closed_form import ClosedForm, call, number, substitute, variable
from nsys_tools.model.database import Database
from nsys_tools.model.demand import entry_of
from nsys_tools.model.parallel import pipeline
from nsys_tools.model.parallel.exchange import Exchange
from nsys_tools.model.parallel.plan import Names, Parallel, names
from nsys_tools.model.parallel.tensor import BATCH, SHARED, Sharing, last


def split(model: Model, database: Database, parallel: Parallel) -> Model:
    """Return one GPU's share of a model, including its communication, as a model.

    The batch size in the inputs is the total for all GPUs. Each data-parallel replica has an equal share of it,
    rounded up. Paths do not change, so the share can be compared with a trace of that GPU.

    Raises
    ------
    NsysToolsError
        If heads, widths or experts cannot be divided, or if the model has no layers or no batch to divide.
    """
    if parallel == Parallel():
        return model
    known = names()
    sent = _sent(model, database, known)
    phases = tuple(_fewer_sequences(model, phase, parallel.dp) for phase in model.phases)
    exchanged = Exchange(model, database, parallel, known).layers(model.layers)
    sharing = Sharing(model, database, parallel, known)
    shared = attrs.evolve(model, phases=phases, layers=tuple(sharing.layer(layer) for layer in exchanged))
    return pipeline.stage(shared, parallel, sent)


def _fewer_sequences(model: Model, phase: Phase, replicas: int) -> Phase:
    if replicas == 1:
        return phase
    if BATCH not in model.inputs:
        raise NsysToolsError(
            f"{model.name} has no input {BATCH}, so its batch cannot be divided among replicas.", "Omit --dp."
        )
    fewer = {BATCH: call("ceil", variable(BATCH).scaled(Fraction(1, replicas)))}
    calls = tuple(
        attrs.evolve(one, values={**fewer, **{name: substitute(form, fewer) for name, form in one.values.items()}})
        for one in phase.calls
    )
    return attrs.evolve(phase, calls=calls)


def _sent(model: Model, database: Database, known: Names) -> ClosedForm:
    """Return the number of elements passed between decoder layers, which is the output size of the last product."""
    for _, layer in model.walk():
        entry = None if layer.sub_layers else entry_of(layer, model, database)
        if entry is not None and entry.name == "linear" and last(layer) in known.rows and SHARED & set(layer.phases):
            return layer.parameters["rows"] * layer.parameters["out_features"]
    return number(0)
