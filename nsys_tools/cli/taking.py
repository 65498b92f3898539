"""Share options between commands. The options are a function's parameters, and commands receive its return value."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Container
from types import SimpleNamespace
from typing import Any, get_type_hints

Function = Callable[..., Any]


def taking(**makers: Function) -> Callable[[Function], Function]:
    """Replace parameters of a command with a function's parameters. The command receives the function's return value.

    With ``@taking(figures=evaluate)``, a command has the options of ``evaluate`` in place of ``figures``. If the
    command also declares one of these options, such as a required GPU, its own declaration takes precedence.
    """

    def decorate(command: Function) -> Function:
        own = _parameters(command, makers)
        made = {name: _parameters(maker) for name, maker in makers.items()}
        shared = {name for parameters in made.values() for name in parameters}

        @functools.wraps(command)
        def run(**given: Any) -> None:
            taken = {name: maker(**{one: given[one] for one in made[name]}) for name, maker in makers.items()}
            command(**taken, **{name: given[name] for name in own if name not in shared})

        every: dict[str, inspect.Parameter] = {}
        for name in inspect.signature(command).parameters:
            replaced = {one: parameter for one, parameter in made.get(name, {}).items() if one not in own}
            every |= {name: own[name]} if name in own else replaced
        run.__signature__ = inspect.Signature(list(every.values()))  # type: ignore[attr-defined]
        run.__annotations__ = {name: one.annotation for name, one in every.items()}
        return run

    return decorate


def _parameters(function: Function, without: Container[str] = ()) -> dict[str, inspect.Parameter]:
    """Return parameters with their types. Parameters in `without` are omitted, so their types are not imported."""
    wanted = {name: one for name, one in inspect.signature(function).parameters.items() if name not in without}
    told = SimpleNamespace(__annotations__={name: one.annotation for name, one in wanted.items()})
    hints = get_type_hints(told, function.__globals__, include_extras=True)
    return {
        name: one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name]) for name, one in wanted.items()
    }
