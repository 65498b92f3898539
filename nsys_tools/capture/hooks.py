"""Use forward hooks to record NVTX ranges around modules without changing the model.

Every level records the stages. The levels differ in the modules for which they also record a range:

``stage``
    no modules;
``layer``
    modules of the model's own classes, the blocks, and the direct children of a block, of a stack of blocks
    or of the model (norms, embeddings, ``lm_head``);
``op``
    every module, down to each ``Linear``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nsys_tools.capture.ranges import Ranges
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from torch import nn

LEVELS = ("off", "stage", "layer", "op")

# Libraries of building blocks. Classes of any other Python module are the model's own.
_BUILDING_BLOCKS = ("torch.nn.", "transformers.activations")
_CONTAINERS = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")


def blocks(model: nn.Module) -> set[str]:
    """Return the names of the repeated blocks: members of the outermost module lists."""
    found: set[str] = set()
    for name, module in model.named_modules():
        if type(module).__name__ == "ModuleList" and not _inside(name, found):
            found.update(f"{name}.{child}" if name else child for child, _ in module.named_children())
    return found


def _inside(name: str, parents: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:length]) in parents for length in range(1, len(parts)))


def names_at(model: nn.Module, level: str) -> list[str]:
    """Return the qualified names of the modules that have a range at a level.

    Raises
    ------
    NsysToolsError
        If the level is unknown.
    """
    if level not in LEVELS:
        raise NsysToolsError(f"--nvtx {level} is not supported.", f"Use one of: {', '.join(LEVELS)}.")
    if level in ("off", "stage"):
        return []
    called = {n: m for n, m in model.named_modules() if n and type(m).__name__ not in _CONTAINERS}
    if level == "op":
        return list(called)
    repeated = blocks(model)
    stacks = {block.rsplit(".", 2)[0] if block.count(".") > 1 else "" for block in repeated}
    direct = repeated | stacks | {""}
    return [
        name
        for name, module in called.items()
        if not type(module).__module__.startswith(_BUILDING_BLOCKS)
        or name in repeated
        or name.rpartition(".")[0] in direct
    ]


@contextmanager
def attached(
    model: nn.Module, ranges: Ranges, level: str, stages: Mapping[str, str], spanning: tuple[str, ...] = ()
) -> Iterator[None]:
    """Record ranges around a model's modules within the ``with`` block.

    Parameters
    ----------
    model
        The model whose modules are called.
    ranges
        Records the ranges.
    level
        One of `LEVELS`.
    stages
        Stage name by qualified module name. The stage's range encloses the module's own range.
    spanning
        Modules that are called in several stages. No range is recorded for them.
    """
    own = set(names_at(model, level)) - set(spanning)
    handles = []
    try:
        for name, module in model.named_modules():
            stage = stages.get(name) if level != "off" else None
            names = [*([stage] if stage else []), *([name] if name in own else [])]
            if names:
                handles += _hook(module, ranges, names, is_stage=stage is not None)
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(module: nn.Module, ranges: Ranges, names: list[str], *, is_stage: bool) -> list[Any]:
    """Open the ranges `names` before a module's forward, and close them after it, even if it raises an error."""
    depths: list[int] = []

    def enter(_module: nn.Module, _args: Any) -> None:
        depths.append(ranges.depth)
        for name in names:
            ranges.push(name)

    def leave(_module: nn.Module, _args: Any, _output: Any) -> None:
        depth = depths.pop() if depths else ranges.depth
        try:
            if is_stage:
                ranges.drain()
        finally:
            ranges.unwind(depth)

    return [module.register_forward_pre_hook(enter), module.register_forward_hook(leave, always_call=True)]
