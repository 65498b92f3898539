"""Input checks. Impossible and contradictory values are errors, and unusual values cause a warning."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from nsys_tools.errors import UsageError
from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import ClosedForm, Number, variable
from nsys_tools.model.evaluation import Scope

# Inputs that mean the same in every model and must be at least 1.
_AT_LEAST_ONE = ("batch_size", "seq_len")


def refuse_zeros(columns: Mapping[str, Sequence[Number]]) -> None:
    """Refuse an empty run.

    Raises
    ------
    UsageError
        If the batch or prompt size is 0. Other inputs, such as new tokens, can be 0.
    """
    for name in _AT_LEAST_ONE:
        if 0 in columns.get(name, ()):
            raise UsageError(f"{name} is 0, so there is nothing to compute.", f"Set {name} to 1 or more.")


def refuse_unequal(
    model: Model, order: Sequence[str], columns: Mapping[str, Sequence[int]], scope: Scope, asked: Collection[str]
) -> None:
    """Refuse an input if the user's other inputs imply a different value for it.

    An input whose default is the value of another, such as the number of positions of the head, is a choice and is not
    checked. Values from a workload or a recorded run may be overridden, so only values that the user set are compared.

    Parameters
    ----------
    order
        The inputs in dependency order of their defaults.
    columns
        Input -> one value per setting.
    scope
        The values of all inputs.
    asked
        Names of the inputs that the user set.

    Raises
    ------
    UsageError
        If values contradict each other. The message contains the values of the first such setting.
    """
    settled = set(asked)
    for name in order:
        default = model.inputs[name].default
        if not default.names or not default.names <= settled or default in map(variable, default.names):
            continue
        if name in asked:
            _refuse_unequal(name, default, columns[name], scope, f"{model.file}: inputs.{name}")
        elif name not in columns:
            settled.add(name)


def _refuse_unequal(name: str, default: ClosedForm, given: Sequence[int], scope: Scope, place: str) -> None:
    for index, (value, follows) in enumerate(zip(given, scope.values(default, place), strict=True)):
        if value != follows:
            others = {other: scope.values(variable(other), place)[index] for other in sorted(default.names)}
            said = " and ".join(f"{other}={it}" for other, it in others.items())
            verb = "implies" if len(others) == 1 else "imply"
            raise UsageError(
                f"{name}={value} contradicts {said}, which {verb} {name}={follows}.",
                f"Omit {name}, or {' and '.join(others)}.",
            )


def beyond_context(model: Model, inputs: Mapping[str, int], asked: Collection[str]) -> Iterator[str]:
    """Yield a warning if prompt and new tokens exceed the context length of the model.

    Parameters
    ----------
    inputs
        The values of all inputs.
    asked
        Names of the inputs that are set. If decode steps are set, there is one more new token than steps.
    """
    context = model.spec.get("context")
    prompt = inputs.get("seq_len", 0)
    new = inputs["decode_steps"] + 1 if "decode_steps" in asked else inputs.get("new_tokens", 0)
    if isinstance(context, int) and prompt and prompt + new > context:
        yield (
            f"{prompt:,} prompt tokens and {new:,} new tokens exceed {model.name}'s context length of {context:,} "
            "tokens. "
            "The values are extrapolated with the same formulas."
        )
