"""Closed forms: polynomials with exact coefficients over variables and a few functions.

Every value in the layer model is a closed form. Closed forms can be added, multiplied, substituted and
summed over steps without evaluation, so the total over a model is also one short formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

Number = int | Fraction
FUNCTIONS = ("ceil", "floor", "max", "min", "round")
MAX_EXPONENT = 64
MAX_BITS = 4096
MAX_TERMS = 4096


@dataclass(frozen=True)
class Call:
    """A non-polynomial function of closed forms: ceil, floor, min, max, round, pow, div or sum."""

    function: str
    arguments: tuple[ClosedForm, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The free variables. The step of a sum is bound and not included."""
        found = frozenset[str]().union(*(argument.names for argument in self.arguments))
        return found - self.arguments[2].names if self.function == "sum" else found

    def __str__(self) -> str:
        """Return the call as text, in the syntax of the formula files."""
        first, *rest = self.arguments
        if self.function == "pow":
            return f"({first}) ** ({rest[0]})"
        if self.function == "div":
            return f"({first}) / ({rest[0]})"
        if self.function == "sum":
            return f"sum of {first} for {rest[1]} = 0 .. {rest[0]} - 1"
        return f"{self.function}({', '.join(map(str, self.arguments))})"


Factor = str | Call
Monomial = tuple[tuple[Factor, int], ...]


@dataclass(frozen=True)
class ClosedForm:
    """A sum of terms. Each term has a coefficient and powers of variables and calls.

    Parameters
    ----------
    terms
        (powers, coefficient) pairs, sorted, without zero coefficients.
    """

    terms: tuple[tuple[Monomial, Number], ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that the value depends on."""
        return frozenset(
            name
            for powers, _ in self.terms
            for factor, _ in powers
            for name in ((factor,) if isinstance(factor, str) else factor.names)
        )

    @property
    def value(self) -> Number | None:
        """The value if the form is constant, otherwise None."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    def __add__(self, other: ClosedForm) -> ClosedForm:
        """Return the sum."""
        return total((self, other))

    def __mul__(self, other: ClosedForm) -> ClosedForm:
        """Return the expanded product."""
        if other.value is not None:
            return self.scaled(other.value)
        if len(self.terms) * len(other.terms) > MAX_TERMS:
            raise OverflowError(f"a product of {len(self.terms)} and {len(other.terms)} terms")
        return _collect((_product(a, b), x * y) for a, x in self.terms for b, y in other.terms)

    def scaled(self, by: Number) -> ClosedForm:
        """Return the form multiplied by a number."""
        if by == 1:
            return self
        return ClosedForm(tuple((p, _plain(c * by)) for p, c in self.terms) if by else ())

    @property
    def is_whole(self) -> bool:
        """Whether the value is guaranteed to be an integer if all variables are integers."""
        return all(
            isinstance(coefficient, int) and all(_whole(factor) for factor, _ in powers)
            for powers, coefficient in self.terms
        )

    def __str__(self) -> str:
        """Return the form as text, highest degree first: ``2*rows*cols + 3``."""
        if not self.terms:
            return "0"
        ordered = sorted(self.terms, key=lambda term: (-sum(n for _, n in term[0]), str(term[0])))
        text = " + ".join(_term_text(powers, coefficient) for powers, coefficient in ordered)
        return text.replace("+ -", "- ")


ZERO = ClosedForm(())


def number(value: Number) -> ClosedForm:
    """Return a constant."""
    return ClosedForm((((), _plain(value)),)) if value else ZERO


def variable(name: str) -> ClosedForm:
    """Return a variable."""
    return ClosedForm(((((name, 1),), 1),))


def total(forms: Iterable[ClosedForm]) -> ClosedForm:
    """Return the sum of many closed forms."""
    return _collect(term for form in forms for term in form.terms)


def call(function: str, *arguments: ClosedForm) -> ClosedForm:
    """Return a function of closed forms. It is evaluated if all arguments are constant.

    Raises
    ------
    ZeroDivisionError
        For ``div`` by a constant zero.
    OverflowError
        For an excessively large power.
    """
    values = [argument.value for argument in arguments]
    if function == "div" and values[1] is not None:
        return arguments[0].scaled(Fraction(1) / values[1])
    if function == "pow" and isinstance(values[1], int) and values[1] >= 0:
        return _power(arguments[0], values[1])
    known = [value for value in values if value is not None]
    if len(known) == len(values) and function in FUNCTIONS:
        return number(apply(function, known))
    if function in ("ceil", "floor", "round") and arguments[0].is_whole:
        return arguments[0]
    return ClosedForm(((((Call(function, arguments), 1),), 1),))


def apply(function: str, values: list[Number]) -> Number:
    """Return the value of ceil, floor, min, max or round for numbers (round: half to even)."""
    if function == "min":
        return min(values)
    if function == "max":
        return max(values)
    if function == "ceil":
        return math.ceil(values[0])
    return math.floor(values[0]) if function == "floor" else round(values[0])


def substitute(form: ClosedForm, by: Mapping[str, ClosedForm]) -> ClosedForm:
    """Return `form` with some variables replaced by closed forms."""
    if not form.names & by.keys():
        return form
    parts = []
    for powers, coefficient in form.terms:
        product = number(coefficient)
        for factor, power in powers:
            product = product * _power(_substituted(factor, by), power)
        parts.append(product)
    return total(parts)


def _substituted(factor: Factor, by: Mapping[str, ClosedForm]) -> ClosedForm:
    if isinstance(factor, str):
        return by.get(factor, variable(factor))
    return call(factor.function, *(substitute(argument, by) for argument in factor.arguments))


def _power(form: ClosedForm, exponent: int) -> ClosedForm:
    if exponent > MAX_EXPONENT:
        raise OverflowError(f"exponent {exponent} is larger than {MAX_EXPONENT}")
    if len(form.terms) == 1:
        powers, coefficient = form.terms[0]
        if max(coefficient.numerator, coefficient.denominator).bit_length() * exponent > MAX_BITS:
            raise OverflowError(f"{coefficient} ** {exponent}")
        raised = tuple((factor, n * exponent) for factor, n in powers if exponent)
        return ClosedForm(((raised, _plain(coefficient**exponent)),))
    result = number(1)
    for _ in range(exponent):
        result = result * form
    return result


def _product(a: Monomial, b: Monomial) -> Monomial:
    if not a or not b:
        return a or b
    powers = dict(a)
    for factor, n in b:
        powers[factor] = powers.get(factor, 0) + n
    return tuple(sorted(powers.items(), key=_order))


def _order(item: tuple[Factor, int]) -> tuple[bool, str]:
    return (not isinstance(item[0], str), str(item[0]))


def _collect(terms: Iterable[tuple[Monomial, Number]]) -> ClosedForm:
    sums: dict[Monomial, Number] = {}
    for powers, coefficient in terms:
        sums[powers] = sums.get(powers, 0) + coefficient
    return ClosedForm(tuple((powers, _plain(c)) for powers, c in sums.items() if c))


def _plain(value: Number) -> Number:
    return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value


def _whole(factor: Factor) -> bool:
    if isinstance(factor, str):
        return True
    if factor.function in ("ceil", "floor", "round"):
        return True
    if factor.function in ("min", "max", "sum"):
        return all(argument.is_whole for argument in factor.arguments)
    return False


def _term_text(powers: Monomial, coefficient: Number) -> str:
    factors = [str(factor) + (f"^{n}" if n > 1 else "") for factor, n in powers]
    if coefficient == -1 and factors:
        return "-" + "*".join(factors)
    shown = [] if coefficient == 1 and factors else [str(coefficient)]
    return "*".join(shown + factors)
