"""Workloads: lookup by name or path, and conversion to model inputs."""

from __future__ import annotations

from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import documents
from nsys_tools.model.architecture import Model
from nsys_tools.model.domain import WorkloadProfile

SCHEMA = "analytic/workloads/schema.json"
SUFFIXES = (".yaml", ".json")
_FIELDS = ("seq_len", "base_size", "image_size", "crop_mode", "new_tokens", "pages")


def available() -> dict[str, Path]:
    """Return the files of all known workloads by name."""
    return documents.names("workloads", SUFFIXES)


def load(name: str) -> WorkloadProfile:
    """Return a workload by its shipped name or by the path of a file.

    Raises
    ------
    NsysToolsError
        If the workload does not exist, or its file violates the schema.
    """
    path = documents.locate(name, "workloads", SUFFIXES, "workload")
    return WorkloadProfile(**documents.read(path, SCHEMA))


def inputs(workload: WorkloadProfile, model: Model) -> dict[str, int]:
    """Return the values of a model's inputs from a workload.

    Raises
    ------
    NsysToolsError
        If the workload sets an input that the model does not have, because it is for a different kind of model.
    """
    given = {name: value for name in _FIELDS if (value := getattr(workload, name)) is not None}
    found = {name: int(value) for name, value in {**given, **workload.inputs}.items()}
    strange = sorted(found.keys() - model.inputs.keys())
    if strange:
        raise NsysToolsError(
            f"The workload {workload.id} sets inputs that the model {model.name} does not have: {', '.join(strange)}.",
            f"Inputs of {model.name}: {', '.join(model.inputs)}.",
        )
    return found
