"""The plain, validated and serializable input and output objects of the layer model."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
from attrs import validators


class OperatorCategory(StrEnum):
    """Categories of operators in the formula database."""

    GEMM = "gemm"
    CONVOLUTION = "convolution"
    ATTENTION = "attention"
    NORM = "norm"
    ACTIVATION = "activation"
    ELEMENTWISE = "elementwise"
    EMBEDDING = "embedding"
    ROUTING = "routing"
    POSITION = "position"
    WEIGHT = "weight"
    COMMUNICATION = "communication"
    COMPOSITE = "composite"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Kind of a node of the hierarchy."""

    MODULE = "module"
    FUNCTION = "function"
    WEIGHT = "weight"


def _existing(_instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value and not Path(value).exists():
        raise ValueError(f"{attribute.name}: {value} does not exist")


def _all_existing(_instance: object, attribute: attrs.Attribute[Any], value: tuple[str, ...]) -> None:
    for path in value:
        _existing(None, attribute, path)


_NOT_NEGATIVE = validators.and_(validators.instance_of(int), validators.ge(0))
_AMOUNT = validators.and_(validators.instance_of(int | float), validators.ge(0))
_NAME = validators.and_(validators.instance_of(str), validators.min_len(1))


def _size() -> Any:
    return attrs.field(default=None, validator=validators.optional(_NOT_NEGATIVE))


@attrs.frozen(kw_only=True)
class ModelSpec:
    """The sizes of a model, from its configuration.

    Attributes
    ----------
    id, variant, revision
        Hub id, size or variant, and commit or version. The last two may be empty.
    config_path
        The configuration file that the sizes were read from, if any. It must exist.
    hidden_size, intermediate_size, layers, heads
        Width, inner width of the dense MLP, decoder layers, query heads.
    context
        Maximum number of prompt and output tokens, according to its configuration (``max_position_embeddings``).
    vision_backbone, moe, notes
        Descriptions, or empty strings if there are none.
    """

    id: str = attrs.field(validator=_NAME)
    variant: str = ""
    revision: str = ""
    config_path: str | None = attrs.field(default=None, validator=_existing)
    hidden_size: int | None = _size()
    intermediate_size: int | None = _size()
    layers: int | None = _size()
    heads: int | None = _size()
    context: int | None = _size()
    vision_backbone: str = ""
    moe: str = ""
    notes: str = ""


@attrs.frozen(kw_only=True)
class WorkloadProfile:
    """The workload of a model. A field that is None uses the model's default.

    Attributes
    ----------
    id, description
        Name, and a descriptive sentence.
    seq_len, new_tokens
        Prompt tokens (including images) and generated tokens.
    base_size, image_size
        Side length of the global view and of a crop, in pixels.
    crop_mode
        Whether pages are cropped.
    document_kind
        Kind of document, such as ``page of text``.
    pages
        Number of pages, which run one after the other.
    inputs
        Values of additional inputs of a model, such as ``crop_rows``.
    """

    id: str = attrs.field(validator=_NAME)
    description: str = attrs.field(validator=_NAME)
    seq_len: int | None = _size()
    base_size: int | None = _size()
    image_size: int | None = _size()
    crop_mode: bool | None = None
    new_tokens: int | None = _size()
    document_kind: str = ""
    pages: int | None = _size()
    inputs: Mapping[str, int] = attrs.field(factory=dict, validator=validators.deep_mapping(_NAME, _NOT_NEGATIVE))


@attrs.frozen(kw_only=True)
class ModuleNode:
    """A node of a model's hierarchy with `count` instances, which have `weight_count` weights in total."""

    path: str = attrs.field(validator=_NAME)
    transformers_path: str
    qualified_class: str = attrs.field(validator=_NAME)
    kind: Kind
    category: OperatorCategory
    count: int = attrs.field(validator=validators.ge(1))
    weight_count: int = attrs.field(validator=_NOT_NEGATIVE)
    children: tuple[ModuleNode, ...] = ()

    def paths(self) -> set[str]:
        """Return the paths of the node and its descendants."""
        return {self.path}.union(*(child.paths() for child in self.children))


@attrs.frozen(kw_only=True)
class Metrics:
    """Total FLOPs and bytes over all instances, steps and runs.

    Attributes
    ----------
    matrix_flops, other_flops
        FLOPs of matrix products and convolutions (2 per multiply-add), and of elementwise operations.
    read_bytes, written_bytes
        Activations read (including the KV cache) and written, once per operation.
    weight_bytes
        Weights read, once per forward.
    intermediate_bytes
        Additional bytes that an unfused implementation would write and read. They are not part of `total_bytes`.
    kv_bytes
        Size of the KV cache after the last step. It is a state and is not summed over steps.
    weight_count, held_bytes
        Number of weights in memory, and their size in their number formats.
    network_bytes
        Bytes that one GPU sends to other GPUs.
    roofline_ns
        max(matrix_flops / peak, total_bytes / bandwidth, network_bytes / link), or None without a GPU.
    """

    matrix_flops: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    other_flops: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    read_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    written_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    weight_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    intermediate_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    kv_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    weight_count: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    held_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    network_bytes: int = attrs.field(default=0, validator=_NOT_NEGATIVE)
    roofline_ns: float | None = attrs.field(default=None, validator=validators.optional(_AMOUNT))

    @property
    def total_bytes(self) -> int:
        """Bytes accessed: activations read and written, and weights."""
        return self.read_bytes + self.written_bytes + self.weight_bytes

    @property
    def intensity(self) -> float | None:
        """Matrix FLOPs per byte, or None if no bytes are accessed."""
        return self.matrix_flops / self.total_bytes if self.total_bytes else None


@attrs.frozen(kw_only=True)
class ModuleMetrics(Metrics):
    """FLOPs and bytes of a layer in a phase: a row of the ``layer`` table.

    Attributes
    ----------
    path, transformers_path
        Qualified names in the model's own code and in transformers. ``[0-11]`` denotes repeated layers.
    qualified_class, kind, entry, category
        Full class name, kind of node, entry in the formula database, and category of that entry.
    phase
        Name of the phase, such as ``prefill``.
    count
        Number of instances, all of which are included in the values.
    bound
        ``compute``, ``memory`` or ``network``, or an empty string without a GPU.
    """

    path: str = attrs.field(validator=_NAME)
    transformers_path: str
    qualified_class: str = attrs.field(validator=_NAME)
    kind: Kind
    entry: str
    category: OperatorCategory
    phase: str = attrs.field(validator=_NAME)
    count: int = attrs.field(validator=validators.ge(1))
    bound: str = attrs.field(default="", validator=validators.in_(("", "compute", "memory", "network")))


@attrs.frozen(kw_only=True)
class OperatorMetrics(Metrics):
    """FLOPs and bytes of all layers of one class in a phase."""

    qualified_class: str = attrs.field(validator=_NAME)
    category: OperatorCategory
    phase: str = attrs.field(validator=_NAME)
    count: int = attrs.field(validator=validators.ge(1))


@attrs.frozen(kw_only=True)
class OperatorSpec:
    """A distinct module class, with its names, children and category, and whether it is part of torch."""

    class_name: str = attrs.field(validator=_NAME)
    qualified_class: str = attrs.field(validator=_NAME)
    is_builtin: bool
    children: tuple[str, ...] = ()
    category: OperatorCategory = OperatorCategory.UNKNOWN
    count: int = attrs.field(default=1, validator=validators.ge(1))


@attrs.frozen(kw_only=True)
class TargetOperatorList:
    """The distinct classes of a model, read from a snapshot. The source folder and files must exist."""

    snapshot: str = attrs.field(validator=_NAME)
    source_folder: str | None = attrs.field(default=None, validator=_existing)
    source_files: tuple[str, ...] = attrs.field(default=(), validator=_all_existing)
    operators: tuple[OperatorSpec, ...] = ()


@attrs.frozen(kw_only=True)
class AnalyticReport:
    """All results of the layer model for one model, workload and GPU.

    Raises
    ------
    ValueError
        If a row of `modules` has a path that is not in `nodes`.
    """

    spec: ModelSpec
    workload: WorkloadProfile | None
    inputs: Mapping[str, int]
    dtype: str = attrs.field(validator=_NAME)
    attention: str = attrs.field(validator=validators.in_(("full", "causal")))
    gpu: str
    conventions: tuple[str, ...]
    nodes: tuple[ModuleNode, ...]
    modules: tuple[ModuleMetrics, ...] = attrs.field()
    operators: tuple[OperatorMetrics, ...]
    closed_forms: Mapping[str, Mapping[str, str]]

    @modules.validator
    def _paths_exist(self, _attribute: attrs.Attribute[Any], rows: tuple[ModuleMetrics, ...]) -> None:
        known = set[str]().union(*(node.paths() for node in self.nodes))
        for row in rows:
            if row.path not in known:
                raise ValueError(f"modules: the path {row.path} is not in the hierarchy")
