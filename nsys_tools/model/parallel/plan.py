"""The parallelism of a model, and how layers are split according to their names."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model import documents

SCHEMA = "analytic/parallel/schema.json"
CONVENTION = (
    "tp splits heads, MLP widths and the vocabulary, pp splits layers, ep splits experts, and dp splits the batch; "
    "every GPU of the first stage has the image and audio towers; all-reduces use rings; each token is sent once to "
    "each of its experts"
)


@attrs.frozen(kw_only=True)
class Parallel:
    """Parallelism of a model. Rank numbers vary fastest along the tensor-parallel dimension, then data, then pipeline.

    Attributes
    ----------
    tp, pp, ep, dp
        Degrees of tensor, pipeline, expert and data parallelism.
    pp_rank
        The pipeline stage to evaluate, numbered from 0.
    """

    tp: int = 1
    pp: int = 1
    ep: int = 1
    dp: int = 1
    pp_rank: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse invalid combinations."""
        for name in ("tp", "pp", "ep", "dp"):
            if not 1 <= getattr(self, name) <= 2**16:
                raise UsageError(f"{name} is {getattr(self, name)}, but must be between 1 and 65,536.")
        if not 0 <= self.pp_rank < self.pp:
            raise UsageError(f"pp_rank is {self.pp_rank}, but the pipeline has {self.pp} stages, numbered from 0.")
        if (
            self.ep > self.tp * self.dp
            or (self.tp * self.dp) % self.ep
            or max(self.ep, self.tp) % min(self.ep, self.tp)
        ):
            raise UsageError(
                f"Experts cannot be distributed over ep={self.ep} GPUs with tp={self.tp} and dp={self.dp}.",
                "ep must divide tp * dp, and ep must be a multiple or a divisor of tp.",
            )

    @property
    def gpus(self) -> int:
        """Total number of GPUs."""
        return self.tp * self.pp * self.dp

    @property
    def replicas_of_experts(self) -> int:
        """Number of data-parallel replicas that share one set of experts."""
        return max(1, self.ep // self.tp)

    @property
    def gpus_of_an_expert(self) -> int:
        """Number of GPUs that each expert is split over."""
        return max(1, self.tp // self.ep)

    def __str__(self) -> str:
        """Return the parallelism as text, such as ``tp=8, ep=8``."""
        return ", ".join(f"{name}={value}" for name, value in attrs.asdict(self).items() if value > (name != "pp_rank"))


def of(given: Mapping[str, int]) -> Parallel:
    """Return a `Parallel` from names and numbers.

    Raises
    ------
    UsageError
        If a name is unknown or the numbers cannot be combined.
    """
    known = [field.name for field in attrs.fields(Parallel)]
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"Unknown parallelism {name!r}.", f"Use one of: {', '.join(known)}.")
        if isinstance(value, bool) or not isinstance(value, int):
            raise UsageError(f"{name} is {value!r}, but must be an integer.")
    return Parallel(**given)


@attrs.frozen
class Names:
    """Names of the layers that are split in each way (see ``analytic/parallel/schema.json``)."""

    columns: frozenset[str]
    rows: frozenset[str]
    keys: frozenset[str]
    fused: frozenset[str]
    vocabulary: frozenset[str]
    whole: frozenset[str]
    parameters: Mapping[str, tuple[str, ...]]


def names() -> Names:
    """Return the names of split layers from all files in ``analytic/parallel``."""
    parameters: dict[str, tuple[str, ...]] = {}
    found: dict[str, set[str]] = {field.name: set() for field in attrs.fields(Names) if field.name != "parameters"}
    for path in documents.names("parallel", (".yaml",)).values():
        data = documents.read(path, SCHEMA)
        for kind, known in found.items():
            known.update(data.get(kind, ()))
        parameters |= {entry: tuple(shared) for entry, shared in data.get("parameters", {}).items()}
    return Names(**{kind: frozenset(known) for kind, known in found.items()}, parameters=parameters)


def share(value: int, parts: int, what: str) -> int:
    """Return an equal share of an integer.

    Raises
    ------
    NsysToolsError
        If the number cannot be divided equally.
    """
    if value % parts:
        raise NsysToolsError(f"{what}: {value:,} is not divisible by {parts}.", "Choose another --tp or --ep.")
    return value // parts
