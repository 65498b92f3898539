"""Sums of closed forms over steps, as closed forms."""

from __future__ import annotations

from fractions import Fraction

from nsys_tools.model.closed_form import (
    ZERO,
    Call,
    ClosedForm,
    Factor,
    Monomial,
    Number,
    call,
    number,
    substitute,
    total,
    variable,
)


def sum_over(form: ClosedForm, step: str, count: ClosedForm) -> ClosedForm:
    """Return the sum of `form` over ``step = 0 .. count - 1``.

    Polynomials in the step are summed in closed form (Faulhaber, up to the third power). So is
    ``min(a + step, b)``, the length of a filling window. If the step is inside another function, the sum
    remains a term that is summed on evaluation.
    """
    if count.value == 1:
        return substitute(form, {step: ZERO})
    return total(_sum_term(powers, coefficient, step, count) for powers, coefficient in form.terms)


def _sum_term(powers: Monomial, coefficient: Number, step: str, count: ClosedForm) -> ClosedForm:
    degree = sum(n for factor, n in powers if factor == step)
    inside = [(factor, n) for factor, n in powers if isinstance(factor, Call) and step in factor.names]
    rest = ClosedForm(((tuple(p for p in powers if p[0] != step and p not in inside), coefficient),))
    if not inside and degree <= 3:
        return rest * _power_sum(degree, count)
    if len(inside) == 1 and degree == 0 and inside[0][1] == 1:
        window = _window(inside[0][0], step)
        if window:
            return rest * _window_sum(*window, count)
    return call("sum", ClosedForm(((powers, coefficient),)), count, variable(step))


def _window(factor: Factor, step: str) -> tuple[ClosedForm, ClosedForm] | None:
    """Return (a, b) if `factor` is min(a + step, b), otherwise None."""
    if not isinstance(factor, Call) or factor.function != "min" or len(factor.arguments) != 2:
        return None
    for grows, stays in (factor.arguments, factor.arguments[::-1]):
        start = grows + variable(step).scaled(-1)
        if step not in start.names | stays.names:
            return start, stays
    return None


def _window_sum(start: ClosedForm, limit: ClosedForm, count: ClosedForm) -> ClosedForm:
    growing = call("max", ZERO, call("min", count, limit + start.scaled(-1)))
    full = count + growing.scaled(-1)
    return start * growing + _power_sum(1, growing) + limit * full


def _power_sum(degree: int, n: ClosedForm) -> ClosedForm:
    less = n + number(-1)
    if degree == 0:
        return n
    if degree == 1:
        return (n * less).scaled(Fraction(1, 2))
    if degree == 2:
        return (n * less * (n.scaled(2) + number(-1))).scaled(Fraction(1, 6))
    return (n * n * less * less).scaled(Fraction(1, 4))
