"""The safe evaluator and its closed forms."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.closed_form import number, substitute, variable
from nsys_tools.model.evaluation import Scope, at
from nsys_tools.model.expression import parse
from nsys_tools.model.summation import sum_over


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a} * ({b} + 1) - 2", 5 * 4 - 2),
        ("a // b + a / 5", 1 + 1),
        ("ceil({a} / 2) + floor(a / 2) - max(a, b, 9) * min(a, b)", 3 + 2 - 27),
        ("-a ** 2 + +b", -25 + 3),
        ("64 * (1 - (1 - 6 / 64) ** (a - 4))", 6),
        ("round(5 / 2) + round(7 / 2)", 2 + 4),
        (0.1, Fraction(1, 10)),
        (7, 7),
    ],
)
def test_values(text: str | float, value: int) -> None:
    assert at(parse(text, "here"), {"a": 5, "b": 3}, "here") == value


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("__import__('os')", "a call to '__import__'"),
        ("open('x')", "a call to 'open'"),
        ("a.b", "'a.b' (Attribute)"),
        ("a if b else c", "(IfExp)"),
        ("[1, 2]", "(List)"),
        ("lambda: 1", "(Lambda)"),
        ("(x := 1)", "(NamedExpr)"),
        ("f'{a}'", "(JoinedStr)"),
        ("'text'", "'text' is not a number"),
        ("True", "True is not a number"),
        ("1e999", "inf is not a finite number"),
        ("a @ b", "the operator MatMult"),
        ("a < b", "(Compare)"),
        ("min(1)", "min takes two or more arguments, not 1"),
        ("ceil(1, 2)", "ceil takes one argument, not 2"),
        ("max(a, b, key=c)", "a call to 'max'"),
        ("{a + b}", "braces must enclose exactly one name"),
        ("import os", "is not an expression"),
        ("", "is not an expression"),
        ("1 / 0", "division by zero"),
        ("a / (b - b)", "division by zero"),
        ("10 ** 10 ** 10", "is too large"),
        ("(a + b + c + d + e) ** 60", "is too large"),
        ("(" * 400 + "1" + ")" * 400, "is "),
        ("a" * 3000, "is too large"),
        (None, "a NoneType is neither a number nor an expression"),
        (True, "a bool is neither"),
    ],
)
def test_what_is_refused_names_the_place(text: str, what: str) -> None:
    with pytest.raises(NsysToolsError, match=r"^file, entry, field: ") as refusal:
        parse(text, "file, entry, field")
    assert what in refusal.value.message


def test_values_that_do_not_exist() -> None:
    with pytest.raises(NsysToolsError, match=r"^layer x: unknown variable 'c'\."):
        at(parse("a + c", ""), {"a": 1}, "layer x")
    with pytest.raises(NsysToolsError, match=r"^layer x: division by zero"):
        at(parse("a / b", ""), {"a": 1, "b": 0}, "layer x")
    with pytest.raises(NsysToolsError, match=r"^layer x: .* cannot be evaluated"):
        at(parse("a ** b", ""), {"a": 10, "b": 10**9}, "layer x")


amounts = st.integers(0, 50)


@given(amounts, amounts, st.integers(0, 30))
def test_a_sum_over_steps_is_the_sum_of_the_steps(a: int, b: int, steps: int) -> None:
    form = parse("3 * (a + step) * step + b * step ** 3 + min(step + a, b) + (1 / 2) ** step", "")
    expected = sum(3 * (a + i) * i + b * i**3 + min(i + a, b) + Fraction(1, 2) ** i for i in range(steps))
    assert math.isclose(at(sum_over(form, "step", variable("n")), {"a": a, "b": b, "n": steps}, ""), expected)


@given(amounts, amounts, amounts)
def test_substitution_is_evaluation_in_two_steps(a: int, b: int, c: int) -> None:
    form = parse("(x + y) ** 3 - ceil(x / 7) * max(y, 4)", "")
    x, y = parse("a + 2 * b", ""), parse("c * a", "")
    direct = at(substitute(form, {"x": x, "y": y}), {"a": a, "b": b, "c": c}, "")
    assert direct == at(form, {"x": a + 2 * b, "y": c * a}, "")


def test_many_settings_at_once() -> None:
    scope = Scope({"a": [1, 2, 3], "b": [10, 20, 30]})
    assert scope.values(parse("a * b + 1", ""), "") == [11, 41, 91]


def test_text() -> None:
    assert str(parse("2 * {a} * ({b} + 1) - 3 * a ** 2 + 1 / 2", "")) == "2*a*b - 3*a^2 + 2*a + 1/2"
    assert str(number(0)) == "0"
