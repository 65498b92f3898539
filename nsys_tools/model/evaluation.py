"""Evaluation of closed forms for one setting of the variables, or for thousands of settings at once."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from fractions import Fraction

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.closed_form import Call, ClosedForm, Factor, Monomial, Number, apply

Value = int | float | Fraction
Column = list[Value]
_MAX_STEPS = 1_000_000


class Scope:
    """Variables with their values: one column per variable, all of the same length.

    Powers and functions that occur in several formulas are computed once.

    Parameters
    ----------
    columns
        Name -> values.
    """

    def __init__(self, columns: Mapping[str, Sequence[Value]]) -> None:
        self._factors: dict[Factor, Column] = {name: list(values) for name, values in columns.items()}
        self._monomials: dict[Monomial, Column] = {}
        self.length = max((len(values) for values in columns.values()), default=1)

    @property
    def names(self) -> list[str]:
        """Names of the variables that have values."""
        return sorted(name for name in self._factors if isinstance(name, str))

    def set(self, name: str, values: Sequence[Value]) -> None:
        """Set the values of a variable."""
        self._factors[name] = list(values)

    def column(self, name: str) -> Column:
        """Return the values of a variable."""
        return list(self._factors[name])

    def repeated(self, length: int) -> Scope:
        """Return a scope that repeats the first setting `length` times."""
        return Scope({name: [self._factors[name][0]] * length for name in self.names})

    def values(self, form: ClosedForm, place: str) -> Column:
        """Return the value of `form` in every setting.

        Parameters
        ----------
        form
            The form to evaluate.
        place
            Where the form is used (model, layer, field), for error messages.

        Raises
        ------
        NsysToolsError
            If a variable has no value, a formula divides by zero, or a number is too large.
        """
        try:
            return self._values(form)
        except KeyError as error:
            known = f"Known variables: {', '.join(self.names)}."
            raise NsysToolsError(f"{place}: unknown variable {error.args[0]!r}.", known) from None
        except ZeroDivisionError:
            raise NsysToolsError(f"{place}: division by zero in {form}.") from None
        except (OverflowError, ValueError) as error:
            raise NsysToolsError(f"{place}: {form} cannot be evaluated: {error}.") from None

    def _values(self, form: ClosedForm) -> Column:
        result: Column = [0] * self.length
        for powers, coefficient in form.terms:
            column = self._monomial(powers)
            result = [have + coefficient * value for have, value in zip(result, column, strict=True)]
        return result

    def _monomial(self, powers: Monomial) -> Column:
        known = self._monomials.get(powers)
        if known is None:
            known = [1] * self.length
            for factor, power in powers:
                values = self._factor(factor)
                for _ in range(power):
                    known = list(map(operator.mul, known, values))
            self._monomials[powers] = known
        return known

    def _factor(self, factor: Factor) -> Column:
        known = self._factors.get(factor)
        if known is None:
            if isinstance(factor, str):
                raise KeyError(factor)
            known = self._factors[factor] = self._call(factor)
        return known

    def _call(self, atom: Call) -> Column:
        if atom.function == "sum":
            return self._sum(atom)
        columns = [self._values(argument) for argument in atom.arguments]
        if atom.function == "div":
            return [_divide(a, b) for a, b in zip(*columns, strict=True)]
        if atom.function == "pow":
            return [_power(a, b) for a, b in zip(*columns, strict=True)]
        return [apply(atom.function, list(values)) for values in zip(*columns, strict=True)]

    def _sum(self, atom: Call) -> Column:
        body, count, step = atom.arguments
        counts = self._values(count)
        name = next(iter(step.names))
        names = sorted(body.names - {name})
        columns = [self._factor(other) for other in names]
        totals: Column = []
        for index, steps in enumerate(counts):
            if steps > _MAX_STEPS:
                raise OverflowError(f"{steps} steps, but at most {_MAX_STEPS:,} are allowed")
            here = {other: [column[index]] * int(steps) for other, column in zip(names, columns, strict=True)}
            inner = Scope({**here, name: range(int(steps))})
            totals.append(sum(inner._values(body)) if steps > 0 else 0)
        return totals


def _divide(a: Value, b: Value) -> Value:
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    exact: Fraction = Fraction(a) / b
    return exact.numerator if exact.denominator == 1 else exact


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        if base.bit_length() * exponent > 4096:
            raise OverflowError(f"{base} ** {exponent}")
        return int(base**exponent)
    return math.pow(base, exponent)


def at(form: ClosedForm, values: Mapping[str, Number], place: str) -> Value:
    """Return the value of `form` in one setting (see `Scope.values`)."""
    return Scope({name: [value] for name, value in values.items()}).values(form, place)[0]
