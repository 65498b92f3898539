"""Record the call graph of a PyTorch model, which requires the ``[torch]`` extra.

Forward hooks count the actual calls and record shapes. TorchLens counts operations in a separate pass. Calls are in
the fields ``call_counts`` and ``edge_calls``, and operations are in the fields ``edges`` and ``op_call_counts``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsys_tools import __version__
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from types import ModuleType

_TARGET = (
    "A target is module:function or file.py:function. The function returns (model, args) or (model, args, kwargs)."
)


def build(target: str) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Return a model and the arguments of one forward pass from the user's function.

    Parameters
    ----------
    target
        ``module:function`` or ``file.py:function``, called without arguments.

    Raises
    ------
    NsysToolsError
        If the function does not exist or returns something else.
    """
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise NsysToolsError(f"{target} is not a valid target.", _TARGET)
    function = getattr(_load(place), name, None)
    if not callable(function):
        raise NsysToolsError(f"{target}: {place} has no function {name!r}.", _TARGET)
    built = function()
    if not isinstance(built, tuple) or len(built) not in {2, 3} or not hasattr(built[0], "named_modules"):
        raise NsysToolsError(f"{target} did not return a model and its arguments.", _TARGET)
    model, arguments = built[0], built[1]
    keywords = built[2] if len(built) == 3 else {}
    if not isinstance(arguments, tuple | list) or not isinstance(keywords, dict):
        raise NsysToolsError(
            f"{target}: the arguments must be a tuple, and the keyword arguments a dictionary.", _TARGET
        )
    return model, tuple(arguments), keywords


def _load(place: str) -> ModuleType:
    if not place.endswith(".py"):
        try:
            return importlib.import_module(place)
        except ModuleNotFoundError as error:
            raise NsysToolsError(f"{place} cannot be imported ({error}).", _TARGET) from None
    path = Path(place)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise NsysToolsError(f"{place} does not exist.", _TARGET)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


class _Hooks:
    """Forward hooks on every module, with a stack of open calls."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.names = {module: name for name, module in model.named_modules()}
        self.stack: list[str] = []
        self.calls: Counter[str] = Counter()
        self.edges: Counter[tuple[str, str]] = Counter()
        self.shapes: dict[str, str] = {}

    def run(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        """Run one forward pass and remove the hooks."""
        torch = _torch()
        handles = []
        try:
            for module in self.names:
                handles.append(module.register_forward_pre_hook(self._enter))
                handles.append(module.register_forward_hook(self._leave, with_kwargs=True, always_call=True))
            with torch.no_grad():
                self.model(*arguments, **keywords)
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, module: Any, _: Any) -> None:
        name = self.names[module]
        if name:
            self.calls[name] += 1
            self.edges[self.stack[-1] if self.stack else "", name] += 1
        self.stack.append(name)

    def _leave(self, module: Any, arguments: Any, keywords: Any, output: Any) -> None:
        name = self.stack.pop()
        self.shapes.setdefault(name, f"in {_described((arguments, keywords))} | out {_described(output)}")


def _described(value: Any) -> str:
    """Return shapes and dtypes of the tensors in a value, outermost first."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{list(value.shape)} {value.dtype}"
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ", ".join(part for part in map(_described, value) if part)
    return ""


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ModuleNotFoundError:
        raise NsysToolsError("PyTorch is not installed.", "Run `pip install 'nsys-tools[torch]'`.") from None


def _operations(
    model: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the number of operations by module and by edge, as logged by TorchLens."""
    try:
        torchlens = importlib.import_module("torchlens")
    except ModuleNotFoundError:
        raise NsysToolsError(
            "TorchLens is not installed, so operations cannot be counted.",
            "Run `pip install 'nsys-tools[torch]'`, or use --hooks-only to record only calls and shapes.",
        ) from None
    inside: Counter[str] = Counter()
    edges: Counter[str] = Counter()
    for operation in torchlens.trace(model, arguments, keywords).ops:
        around = [label.rpartition(":")[0] for label in operation.modules]
        inside.update(set(around))
        edges.update(f"{caller}->{module}" for caller, module in pairwise(around))
    return dict(inside), dict(edges)


def record(
    model: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], *, operations: bool = True
) -> dict[str, Any]:
    """Run a model and return its call graph as a JSON-serializable dictionary.

    Parameters
    ----------
    model
        A ``torch.nn.Module``.
    arguments, keywords
        Arguments of its forward pass.
    operations
        Also count operations with TorchLens, in a second pass.

    Raises
    ------
    NsysToolsError
        If PyTorch or TorchLens is not installed.
    """
    hooks = _Hooks(model)
    hooks.run(arguments, keywords)
    inside, edges = _operations(model, arguments, keywords) if operations else ({}, {})
    children: dict[str, list[str]] = {}
    for caller, module in hooks.edges:
        children.setdefault(caller, []).append(module)
    return {
        "call_counts": dict(hooks.calls),
        "edges": edges,
        "edge_calls": {f"{caller}->{module}": count for (caller, module), count in hooks.edges.items()},
        "op_call_counts": inside,
        "module_children": children,
        "module_classes": {name: type(module).__name__ for module, name in hooks.names.items() if name},
        "shapes": {name: shapes for name, shapes in hooks.shapes.items() if name},
        "metadata": {"version": __version__, "model": type(model).__name__},
    }
