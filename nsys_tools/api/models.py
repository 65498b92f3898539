"""The analytic model of a neural network: FLOPs and bytes for each of its layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nsys_tools.api.evaluation import Evaluation, as_result
from nsys_tools.errors import one_error
from nsys_tools.files import existing
from nsys_tools.session.result import Result


@one_error
def known_models() -> Result:
    """Return the shipped models, workloads and GPUs, each with its kind, name and description."""
    from nsys_tools.model import architecture, gpus, workloads  # noqa: PLC0415

    rows = [["model", name, architecture.load(name).description] for name in architecture.available()]
    rows += [["workload", name, workloads.load(name).description] for name in workloads.available()]
    for name in gpus.available():
        gpu = gpus.load(name)
        peak = gpu.peaks[0]
        rate = f"{peak.dtype} {peak.flops_per_s / 1e12:g} TFLOP/s dense, {gpu.bytes_per_s / 1e9:g} GB/s"
        rows.append(["gpu", name, f"{gpu.name}: {rate}"])
    return as_result((["kind", "name", "description"], rows), "models")


@one_error
def load_model(name: str) -> AnalyticModel:
    """Load an analytic model.

    Parameters
    ----------
    name
        The name of a shipped model, the path of a model file, or a ``config.json`` from the Hugging Face Hub (or its
        folder). Configurations of these model types do not require transformers: Llama, Mistral, Mixtral, Qwen2 and
        Qwen3, DeepSeek-V2 and V3, Kimi K2, gpt-oss, Gemma 3 and GLM-4 MoE.

    Raises
    ------
    NsysToolsError
        If the model does not exist, or the file is not a model file.

    Examples
    --------
    >>> import nsys_tools as nt
    >>> nt.load_model("llama-2-7b").weight_count
    6738415616
    """
    return AnalyticModel(name)


@one_error
class AnalyticModel:
    """An analytic model. Use `nsys_tools.load_model` to load one.

    Attributes
    ----------
    name
        Name of the model.
    """

    def __init__(self, name: str) -> None:
        from nsys_tools.model import architecture, database  # noqa: PLC0415

        self._model = architecture.load(name)
        self._formulas = database.load()
        self.name = self._model.name

    @property
    def phases(self) -> list[str]:
        """The phases of the model, in order."""
        return [phase.name for phase in self._model.phases]

    @property
    def weight_count(self) -> int:
        """Total number of weights."""
        from nsys_tools.model.figures import total_weights  # noqa: PLC0415

        return total_weights(self._model, self._formulas)

    @property
    def warnings(self) -> list[str]:
        """Warnings about what the counts omit: parts of the configuration, and classes without a formula."""
        from nsys_tools.model.demand import unknown  # noqa: PLC0415

        counts: Counter[str] = Counter()
        for layer in unknown(self._model, self._formulas):
            counts[layer.qualified_class] += layer.count
        left_out = [
            f"{name} ({count} layers) has no formula, so its FLOPs and bytes are not included"
            for name, count in counts.items()
        ]
        return [*self._model.warnings, *left_out]

    def tree(self, *, people: bool = False) -> Result:
        """Return the layer hierarchy, with class, repeat count and weights. `people` formats it for human readers."""
        from nsys_tools.model import tables, tree  # noqa: PLC0415

        return as_result(tables.tree_table(tree.nodes(self._model, self._formulas)), "tree", people=people)

    def tree_data(self) -> Any:
        """Return the layer hierarchy as plain nested data."""
        from nsys_tools.model import tree  # noqa: PLC0415
        from nsys_tools.model.serialization import to_data  # noqa: PLC0415

        return to_data(tree.nodes(self._model, self._formulas))

    def evaluate(
        self,
        *,
        workload: str = "",
        set: Mapping[str, int] | Sequence[str] = (),
        dtype: str = "",
        attention: str = "full",
        gpu: str = "",
        parallel: Mapping[str, int] | None = None,
        efficiency: float | Mapping[str, float] | None = None,
        expanded: bool = False,
    ) -> Evaluation:
        """Evaluate the model for a workload.

        Parameters
        ----------
        workload
            The name of a shipped workload, or the path of a workload file. By default, the model's default inputs are
            used.
        set
            Inputs, such as ``{"seq_len": 2048}`` or ``["seq_len=2048"]``, which override the workload's inputs.
        dtype
            One dtype for everything, such as ``bf16``, or a dtype per part (``weights``, ``activations``, ``cache``,
            ``experts``, ``head``), such as ``weights=int4-g128,cache=fp8``. By default, the dtypes in which the model
            was published are used.
        attention
            How to count attention: ``full`` or ``causal``.
        gpu
            Name of the GPU for which to compute roofline times.
        parallel
            Parallelism degrees, such as ``{"tp": 8, "pp": 2, "ep": 8, "dp": 1}``. Results are then for one GPU in
            pipeline stage ``pp_rank``.
        efficiency
            Achieved fraction of roofline speed: one for all phases, or one per phase (see `Session.efficiency`).
            Serving metrics then include expected times in addition to the bounds.
        expanded
            Instead of model FLOPs, count the FLOPs that the transformers code performs. That code expands the cached
            latent in every step, attends to keys that the indexer did not select, and pads the chunks of a scan.

        Raises
        ------
        NsysToolsError
            If an input, the workload or the GPU is unknown, or a value is invalid.
        """
        from nsys_tools.model import workloads  # noqa: PLC0415
        from nsys_tools.model.settings import settings  # noqa: PLC0415

        given = [f"{key}={value}" for key, value in set.items()] if isinstance(set, Mapping) else list(set)
        profile = workloads.load(workload) if workload else None
        found = settings(
            self._model, workload=profile, assignments=given, dtype=dtype, attention=attention, gpu=gpu,
            parallel=parallel, expanded=expanded,
        )  # fmt: skip
        shares = efficiency if isinstance(efficiency, Mapping) else dict.fromkeys(self.phases, efficiency)
        reached = {phase: share for phase, share in shares.items() if share is not None}
        return Evaluation(self._model, self._formulas, found, profile, existing(self._model.file, workload), reached)

    def __repr__(self) -> str:
        """Return the name of the model and its number of weights."""
        return f"<AnalyticModel {self.name}: {self.weight_count:,} weights>"
