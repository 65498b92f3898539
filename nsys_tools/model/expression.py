"""The safe expression parser, which converts text with arithmetic, ceil, floor, min, max and round to closed forms.

Nothing is executed. The text is parsed into a Python syntax tree, and every node is checked.
"""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction
from functools import cache

from nsys_tools.errors import NsysToolsError
from nsys_tools.model.closed_form import FUNCTIONS, ClosedForm, call, number, variable

MAX_LENGTH = 2000
_BRACES = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)\}")
_ALLOWED = "Allowed: numbers, names, + - * / // **, parentheses, and " + ", ".join(FUNCTIONS) + "."


def parse(source: str | float, place: str) -> ClosedForm:
    """Return the closed form of an expression such as ``"{batch_size} * {seq_len}"`` or ``"2 * rows"``.

    Parameters
    ----------
    source
        A number or a string. Braces around names are optional.
    place
        Origin (file, entry and field), for error messages.

    Raises
    ------
    NsysToolsError
        If the text is not an expression, divides by zero, or contains anything other than arithmetic.
    """
    try:
        return _parsed(source)
    except _NotAllowed as error:
        raise NsysToolsError(f"{place}: {error} in {source!r}.", _ALLOWED) from None
    except SyntaxError:
        raise NsysToolsError(f"{place}: {source!r} is not an expression.", _ALLOWED) from None
    except ZeroDivisionError:
        raise NsysToolsError(f"{place}: division by zero in {source!r}.") from None
    except (OverflowError, RecursionError, MemoryError) as error:
        raise NsysToolsError(f"{place}: {str(source)[:80]!r} is too large: {error}.") from None


class _NotAllowed(Exception):  # noqa: N818  (does not leave this module)
    pass


@cache
def _parsed(source: str | float) -> ClosedForm:
    if isinstance(source, bool) or not isinstance(source, str | int | float):
        raise _NotAllowed(f"a {type(source).__name__} is neither a number nor an expression")
    if not isinstance(source, str):
        return _number(source)
    if len(source) > MAX_LENGTH:
        raise OverflowError(f"{len(source)} characters, but at most {MAX_LENGTH} are allowed")
    text = _BRACES.sub(r" \1 ", source).strip()
    if "{" in text or "}" in text:
        raise _NotAllowed("braces must enclose exactly one name")
    try:
        tree = ast.parse(text, mode="eval")
    except ValueError as error:  # a NUL character
        raise _NotAllowed(str(error)) from None
    return _node(tree.body)


def _number(value: object) -> ClosedForm:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _NotAllowed(f"{value!r} is not a number")
    if not math.isfinite(value):
        raise _NotAllowed(f"{value!r} is not a finite number")
    return number(value if isinstance(value, int) else Fraction(str(value)))


def _node(node: ast.expr) -> ClosedForm:
    match node:
        case ast.Constant(value=value):
            return _number(value)
        case ast.Name(id=name):
            return variable(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _node(operand).scaled(-1)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(_node(left), operator, _node(right))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return _function(name, [_node(argument) for argument in arguments])
        case ast.Call(func=function):
            raise _NotAllowed(f"a call to {ast.unparse(function)!r} is not allowed")
    raise _NotAllowed(f"{ast.unparse(node)!r} ({type(node).__name__}) is not allowed")


def _function(name: str, arguments: list[ClosedForm]) -> ClosedForm:
    wanted = "two or more arguments" if name in ("min", "max") else "one argument"
    if len(arguments) < 2 if name in ("min", "max") else len(arguments) != 1:
        raise _NotAllowed(f"{name} takes {wanted}, not {len(arguments)},")
    return call(name, *arguments)


def _binary(left: ClosedForm, operator: ast.operator, right: ClosedForm) -> ClosedForm:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left + right.scaled(-1)
        case ast.Mult():
            return left * right
        case ast.Div():
            return call("div", left, right)
        case ast.FloorDiv():
            return call("floor", call("div", left, right))
        case ast.Pow():
            return call("pow", left, right)
    raise _NotAllowed(f"the operator {type(operator).__name__} is not allowed")
