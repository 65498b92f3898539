"""The objects that the layer model takes and gives: plain, validated, serialisable."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import attrs
from attrs import validators


class OperatorCategory(StrEnum):
    """Kinds of operators, as the formula database names them."""

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
    """What a node of the hierarchy is."""

    MODULE = "module"
    FUNCTION = "function"
    WEIGHT = "weight"


def _existing(_instance: object, attribute: attrs.Attribute[Any], value: str | None) -> None:
    if value and not Path(value).exists():
        raise ValueError(f"{attribute.name}: there is no {value}")


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
    """What a model is: its sizes as its configuration gives them.

    Attributes
    ----------
    id, variant, revision
        Name at the hub, size or flavour, and commit or version; the last two may be empty.
    config_path
        The configuration file it was made from, if it was made from one; must exist.
    hidden_size, intermediate_size, layers, heads
        Width, inner width of the dense MLP, decoder layers, query heads.
    context
        Tokens of prompt and answer that its configuration allows for (``max_position_embeddings``).
    vision_backbone, moe, notes
        In words; empty when there is none.
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
    """What a model is run on; a field that is None leaves the model's own default.

    Attributes
    ----------
    id, description
        Its name and a sentence.
    seq_len, new_tokens
        Tokens of the prompt (images included), tokens generated.
    base_size, image_size
        Side of the global view and of a crop, pixels.
    crop_mode
        Whether crops are taken.
    document_kind
        Such as ``page of text``.
    pages
        Pages, one after the other.
    inputs
        Values for further inputs of a model, such as ``crop_rows``.
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
    """A node of a model's hierarchy; `count` instances, `weight_count` weights in all of them together."""

    path: str = attrs.field(validator=_NAME)
    transformers_path: str
    qualified_class: str = attrs.field(validator=_NAME)
    kind: Kind
    category: OperatorCategory
    count: int = attrs.field(validator=validators.ge(1))
    weight_count: int = attrs.field(validator=_NOT_NEGATIVE)
    children: tuple[ModuleNode, ...] = ()

    def paths(self) -> set[str]:
        """Return the paths of itself and everything below."""
        return {self.path}.union(*(child.paths() for child in self.children))


@attrs.frozen(kw_only=True)
class Metrics:
    """What something needs: FLOPs and bytes of all its instances, steps and runs together.

    Attributes
    ----------
    matrix_flops, other_flops
        Matrix products and convolutions, 2 a multiply-add; elementwise operations.
    read_bytes, written_bytes
        Activations read (the KV cache among them) and written, once an operation.
    weight_bytes
        Weights read, once a forward.
    intermediate_bytes
        What an unfused implementation would write and read again; not part of `total_bytes`.
    kv_bytes
        The KV cache held after the last step: a state, not a flow.
    weight_count, held_bytes
        Weights held, and the bytes that they take in their number formats.
    network_bytes
        What one GPU sends to others.
    roofline_ns
        max(matrix_flops / peak, total_bytes / bandwidth, network_bytes / link); None without a GPU.
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
        """Bytes that must move: activations read and written, and weights."""
        return self.read_bytes + self.written_bytes + self.weight_bytes

    @property
    def intensity(self) -> float | None:
        """Matrix FLOPs a byte; None when nothing moves."""
        return self.matrix_flops / self.total_bytes if self.total_bytes else None


@attrs.frozen(kw_only=True)
class ModuleMetrics(Metrics):
    """What a layer needs in a phase; the row of the table ``layer``.

    Attributes
    ----------
    path, transformers_path
        Qualified names in the model's own code and in transformers; ``[0-11]`` stands for the repeats.
    qualified_class, kind, entry, category
        Full class name, what it is, its entry in the formula database and that entry's category.
    phase
        Such as ``prefill``.
    count
        Instances, all of which are in the figures.
    bound
        ``compute``, ``memory`` or ``network``; empty without a GPU.
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
    """What all layers of one class need in a phase."""

    qualified_class: str = attrs.field(validator=_NAME)
    category: OperatorCategory
    phase: str = attrs.field(validator=_NAME)
    count: int = attrs.field(validator=validators.ge(1))


@attrs.frozen(kw_only=True)
class OperatorSpec:
    """A distinct module class: short and full name, whether torch ships it, its children, its category."""

    class_name: str = attrs.field(validator=_NAME)
    qualified_class: str = attrs.field(validator=_NAME)
    is_builtin: bool
    children: tuple[str, ...] = ()
    category: OperatorCategory = OperatorCategory.UNKNOWN
    count: int = attrs.field(default=1, validator=validators.ge(1))


@attrs.frozen(kw_only=True)
class TargetOperatorList:
    """The distinct classes of a model, as read from a snapshot; source folder and files must exist."""

    snapshot: str = attrs.field(validator=_NAME)
    source_folder: str | None = attrs.field(default=None, validator=_existing)
    source_files: tuple[str, ...] = attrs.field(default=(), validator=_all_existing)
    operators: tuple[OperatorSpec, ...] = ()


@attrs.frozen(kw_only=True)
class AnalyticReport:
    """Everything that the layer model says about one model, workload and GPU.

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
