"""Fill a rule's text with the values in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

from nsys_tools.units import figure_text


def worded(
    template: str, row: Mapping[str, Any], units: Mapping[str, str], known: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """Return a template filled with the numbers in a row, and the trace names for its placeholders.

    Parameters
    ----------
    template
        ``{column}`` is a value in the row. A number is written in the unit of its column, and text is replaced with a
        placeholder for a name (``{0}``, ``{1}`` ...). ``{column!s}`` is the unchanged text, and ``{column!a}``
        is a number of times, such as "once" or "2 times".
    row
        Values by column.
    units
        Unit by column.
    known
        Names that already have placeholders.

    Returns
    -------
    str, list of str
        The filled template, and all names in the order of their placeholders.
    """
    names, parts = list(known), []
    for literal, column, _, conversion in Formatter().parse(template):
        parts.append(_escaped(literal))
        if column is None:
            continue
        value = row[column]
        if isinstance(value, str) and conversion != "s":
            names += [value] if value not in names else []
            parts.append(f"{{{names.index(value)}}}")
        elif isinstance(value, str):
            parts.append(_escaped(value))
        else:
            number = figure_text(value, units.get(column, "-"))
            parts.append(number if conversion != "a" else "once" if value == 1 else f"{number} times")
    return "".join(parts), names


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
