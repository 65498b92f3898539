"""The counts in a run's ``workload.json`` as inputs of the analytic model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.model import database, documents, tree
from nsys_tools.model.architecture import Model
from nsys_tools.model.figures import Settings
from nsys_tools.model.settings import inputs_of

SCHEMA = "capture/workload-schema.json"
# If the parameter counts differ by more than this, the analytic model is probably another one.
OTHER_MODEL = 0.05
_DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}

Item = Mapping[str, Any]


class Recorded:
    """The workload of a run.

    Parameters
    ----------
    path
        The ``workload.json``.

    Attributes
    ----------
    data
        Its content.
    unit
        Kind of an item: ``page`` or ``prompt``.
    items
        The pages or prompts of all repeats, in order.

    Raises
    ------
    NsysToolsError
        If the file cannot be read or violates its schema.
    """

    def __init__(self, path: Path) -> None:
        self.data: Mapping[str, Any] = documents.read(path, SCHEMA)
        self.unit = "page" if "images" in self.data else "prompt"
        self.items: Sequence[Item] = self.data.get("images") or self.data.get("prompts") or []

    @property
    def dtype(self) -> str:
        """The element type, as named by the analytic model."""
        dtype: str = self.data["dtype"]
        return _DTYPES.get(dtype, dtype)

    @property
    def weights(self) -> str:
        """The weights: a Hub ID or a description. Paths are reduced to the last component to omit user names."""
        weights: str = self.data["weights"]
        return Path(weights).name if weights.startswith(("/", "~", ".")) else weights

    def repeats(self) -> list[list[list[Item]]]:
        """Return the items by repeat and batch."""
        found: dict[int, dict[int, list[Item]]] = {}
        for item in self.items:
            found.setdefault(item["repeat"], {}).setdefault(item["batch"], []).append(item)
        return [list(batches.values()) for batches in found.values()]

    def inputs(self, model: Model) -> tuple[tuple[str, ...], ...]:
        """Return the inputs of each batch of one repeat, or of all repeats if they differ.

        Parameters
        ----------
        model
            Model whose inputs are returned.

        Raises
        ------
        NsysToolsError
            If no page or prompt was recorded, or if the crops of a batch's pages cannot be expressed as model inputs.
        """
        repeats = [[self._inputs(batch, model) for batch in batches] for batches in self.repeats()]
        if not repeats:
            raise NsysToolsError(
                f"workload.json contains no {self.unit}.",
                f"The run stopped before the first {self.unit} was completed.",
            )
        alike = all(sorted(batches) == sorted(repeats[0]) for batches in repeats)
        return tuple(repeats[0] if alike else [batch for batches in repeats for batch in batches])

    def _inputs(self, batch: Sequence[Item], model: Model) -> tuple[str, ...]:
        first = batch[0]
        values: dict[str, int] = {"batch_size": len(batch), "pages": 1}
        if any("crops" in item for item in batch):
            values |= self._views(batch)
        if len({item.get("text_tokens") for item in batch}) == 1 and "text_tokens" in first:
            values["prompt_tokens"] = first["text_tokens"]
        values["seq_len"] = first["padded_prompt_tokens"]
        values |= {name: first[name] for name in ("new_tokens", "decode_steps", "head_positions") if name in first}
        known = {name: value for name, value in values.items() if name in model.inputs}
        return tuple(f"{name}={value}" for name, value in _free(model, known).items())

    def _views(self, batch: Sequence[Item]) -> dict[str, int]:
        """Return the vision inputs: views, and crops per page. Pages in a batch may have different grids."""
        sizes = self.data.get("dimensions", {})
        values = {name: sizes[key] for name, key in (("base_size", "base_size"), ("image_size", "tile_size"))
                  if key in sizes}  # fmt: skip
        counts = [item.get("crops", 0) for item in batch]
        if sum(counts) % len(batch):
            raise NsysToolsError(
                f"The pages of a batch have {', '.join(map(str, counts))} crops. Their total is not a multiple of "
                "the number of pages, so the model cannot represent these pages.",
                "Capture with --batch-size 1, or use --workload or --set.",
            )
        grids = {tuple(item.get("crop_grid", ())) for item in batch}
        if len(grids) == 1 and (grid := grids.pop()):
            values |= {"crop_columns": grid[0], "crop_rows": grid[1]}
        crops = sum(counts) // len(batch)
        return {**values, "crop_mode": min(crops, 1), "crops": crops}

    def notes(self, model: Model) -> list[str]:
        """Return notes on the inputs.

        Parameters
        ----------
        model
            The model that the run is compared with.
        """
        found = []
        weights, has = (
            sum(node.weight_count for node in tree.nodes(model, database.load())),
            self.data.get("parameters"),
        )
        if has and abs(has / weights - 1) > OTHER_MODEL:
            found.append(
                f"The model that ran has {has:,} parameters, but the analytic model {model.name} has {weights:,}. "
                "Check that it is the right model."
            )
        padded = sum(item["padded_prompt_tokens"] - item["prompt_tokens"] for item in self.items)
        if padded:
            whole = sum(item["padded_prompt_tokens"] for item in self.items)
            found.append(
                f"Prompts are padded to the longest prompt in their batch. {padded:,} of {whole:,} prompt tokens are "
                "padding, "
                "which the model FLOPs include."
            )
        if "head_positions" in model.inputs and not all("head_positions" in item for item in self.items):
            found.append(
                "workload.json does not record for how many prompt positions the prefill computed logits. The analytic "
                "model uses its default (--set head_positions=N)."
            )
        return found


def _free(model: Model, values: Mapping[str, int]) -> dict[str, int]:
    """Return the values, except those that the model would also derive from the others.

    Values that the user sets then also change derived values. For example, new tokens change the number of steps, and
    crops change the prompt length.
    """
    free = dict(values)
    for name, value in values.items():
        others = {other: of for other, of in free.items() if other != name}
        if model.inputs[name].default.names and inputs_of(model, Settings(values=others))[name] == value:
            free = others
    return free
