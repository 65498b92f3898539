"""How many GPUs share a model, and what each layer's name says of how."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model import documents

SCHEMA = "analytic/parallel/schema.json"
CONVENTION = (
    "heads, MLP widths and the vocabulary are shared over tp, layers over pp, experts over ep, the batch over dp; what "
    "sees images or sound is on every GPU of the first stage; all-reduces are rings, and a token is sent once for each "
    "of its experts"
)


@attrs.frozen(kw_only=True)
class Parallel:
    """How a model is shared; ranks are numbered with tensor parallelism fastest, then data, then the pipeline.

    Attributes
    ----------
    tp, pp, ep, dp
        GPUs of tensor parallelism, stages of the pipeline, GPUs that experts are spread over, replicas with a share
        of the batch each.
    pp_rank
        The stage of the pipeline that figures are about, from 0.
    """

    tp: int = 1
    pp: int = 1
    ep: int = 1
    dp: int = 1
    pp_rank: int = 0

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be."""
        for name in ("tp", "pp", "ep", "dp"):
            if not 1 <= getattr(self, name) <= 2**16:
                raise UsageError(f"{name} is {getattr(self, name)}, but has to be 1 or more.")
        if not 0 <= self.pp_rank < self.pp:
            raise UsageError(f"There is no pp_rank {self.pp_rank}: the pipeline has {self.pp} stages, from 0.")
        if (
            self.ep > self.tp * self.dp
            or (self.tp * self.dp) % self.ep
            or max(self.ep, self.tp) % min(self.ep, self.tp)
        ):
            raise UsageError(
                f"Experts cannot be spread over ep={self.ep} GPUs with tp={self.tp} and dp={self.dp}.",
                "ep divides tp * dp, and one of ep and tp divides the other.",
            )

    @property
    def gpus(self) -> int:
        """GPUs in all."""
        return self.tp * self.pp * self.dp

    @property
    def replicas_of_experts(self) -> int:
        """Replicas of data parallelism whose tokens go to one set of experts."""
        return max(1, self.ep // self.tp)

    @property
    def gpus_of_an_expert(self) -> int:
        """GPUs that share each expert."""
        return max(1, self.tp // self.ep)

    def __str__(self) -> str:
        """Return it as people write it: ``tp=8, ep=8``."""
        return ", ".join(f"{name}={value}" for name, value in attrs.asdict(self).items() if value > (name != "pp_rank"))


def of(given: Mapping[str, int]) -> Parallel:
    """Return a `Parallel` from names and numbers.

    Raises
    ------
    UsageError
        For another name, or numbers that do not go together.
    """
    known = [field.name for field in attrs.fields(Parallel)]
    for name, value in given.items():
        if name not in known:
            raise UsageError(f"There is no parallelism {name!r}.", f"There is {', '.join(known)}.")
        if isinstance(value, bool) or not isinstance(value, int):
            raise UsageError(f"{name} is {value!r}, but has to be a whole number.")
    return Parallel(**given)


@attrs.frozen
class Names:
    """Which layers are shared in which way; see ``analytic/parallel/schema.json``."""

    columns: frozenset[str]
    rows: frozenset[str]
    keys: frozenset[str]
    fused: frozenset[str]
    vocabulary: frozenset[str]
    whole: frozenset[str]
    parameters: Mapping[str, tuple[str, ...]]


def names() -> Names:
    """Return the names of layers that several GPUs share, of all files in ``analytic/parallel``."""
    parameters: dict[str, tuple[str, ...]] = {}
    found: dict[str, set[str]] = {field.name: set() for field in attrs.fields(Names) if field.name != "parameters"}
    for path in documents.names("parallel", (".yaml",)).values():
        data = documents.read(path, SCHEMA)
        for kind, known in found.items():
            known.update(data.get(kind, ()))
        parameters |= {entry: tuple(shared) for entry, shared in data.get("parameters", {}).items()}
    return Names(**{kind: frozenset(known) for kind, known in found.items()}, parameters=parameters)


def share(value: int, parts: int, what: str) -> int:
    """Return an equal part of a whole number.

    Raises
    ------
    NsysToolsError
        If it cannot be divided.
    """
    if value % parts:
        raise NsysToolsError(f"{what}: {value:,} cannot be divided by {parts}.", "Choose other --tp, --ep.")
    return value // parts
