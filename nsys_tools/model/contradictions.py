"""Inputs that contradict each other, or what the model is: the impossible is refused, the unusual is warned of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from nsys_tools.errors import UsageError
from nsys_tools.model.architecture import Model
from nsys_tools.model.closed_form import ClosedForm, Number, variable
from nsys_tools.model.evaluation import Scope

# Inputs that mean the same in every model, and of which a run has at least one.
_AT_LEAST_ONE = ("batch_size", "seq_len")


def refuse_zeros(columns: Mapping[str, Sequence[Number]]) -> None:
    """Refuse a run of nothing.

    Raises
    ------
    UsageError
        If the batch or the prompt has a size of 0; other inputs, such as new tokens, can be 0.
    """
    for name in _AT_LEAST_ONE:
        if 0 in columns.get(name, ()):
            raise UsageError(f"{name} is 0, so there is nothing to compute.", f"Set {name} to 1 or more.")


def refuse_unequal(
    model: Model, order: Sequence[str], columns: Mapping[str, Sequence[int]], scope: Scope, asked: Collection[str]
) -> None:
    """Refuse an input that was asked for together with all that it follows from, with a value that does not follow.

    An input whose default is the value of another, such as the positions that the head runs on, is a choice and follows
    from nothing. What a workload or a recorded run sets may be overridden, so only what was asked for is compared.

    Parameters
    ----------
    order
        The inputs, each after those that its default reads.
    columns
        Input -> one value a setting.
    scope
        The values of all inputs.
    asked
        Names of the inputs that the user set.

    Raises
    ------
    UsageError
        With the values of the first setting that contradicts itself.
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
            said = ", ".join(f"{other}={it}" for other, it in others.items())
            raise UsageError(
                f"{name}={value} contradicts {said}, from which {name}={follows} follows.",
                f"Leave out {name}, or {' and '.join(others)}.",
            )


def beyond_context(model: Model, inputs: Mapping[str, int], asked: Collection[str]) -> Iterator[str]:
    """Yield a warning where prompt and new tokens are more than the model was made for; some extend that.

    Parameters
    ----------
    inputs
        The values of all inputs.
    asked
        Names of those that are not the default. Steps that are give the new tokens: the prefill gives one more.
    """
    context = model.spec.get("context")
    prompt = inputs.get("seq_len", 0)
    new = inputs["decode_steps"] + 1 if "decode_steps" in asked else inputs.get("new_tokens", 0)
    if isinstance(context, int) and prompt and prompt + new > context:
        yield (
            f"{prompt:,} tokens of the prompt and {new:,} new ones are beyond the context of {context:,} tokens of "
            f"{model.name}; the figures are of the same formulas beyond it."
        )
