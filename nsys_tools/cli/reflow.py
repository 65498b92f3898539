"""Fit text with tables to a terminal by narrowing the tables and wrapping the sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import pairwise

from nsys_tools.cli import table, terminal
from nsys_tools.cli.cells import Column
from nsys_tools.cli.fitting import cells

_RULE = re.compile(r"-+(  -+)+")


def show(text: str, hint: str) -> None:
    """Print text. On a terminal, fit its tables (header, line of hyphens, and rows up to a blank line) to the width.

    Parameters
    ----------
    text
        The text to print.
    hint
        How to see the complete table if it was truncated.
    """
    if not sys.stdout.isatty():
        print(text)
        return
    page = table.Page(terminal.console())
    for number, block in enumerate(re.split(r"\n\n+", text.strip("\n"))):
        if number:
            print()
        lines = block.split("\n")
        columns = _columns(lines)
        if columns and max(map(cells, lines)) > terminal.width(sys.stdout):
            page.notes([table.left_out(page.table(columns))], hint)
        elif columns:
            print(block)
        else:
            page.text(block)


def _columns(lines: Sequence[str]) -> list[Column]:
    """Return the columns of a table, or an empty list if the lines are not a table or the columns are ambiguous."""
    if len(lines) < 2 or not _RULE.fullmatch(lines[1]) or any(len(line) != cells(line) for line in lines):
        return []
    spans = [match.span() for match in re.finditer("-+", lines[1])]
    width = len(lines[1])
    padded = [line.ljust(width) for line in (lines[0], *lines[2:])]
    gaps = [place for (_, end), (start, _) in pairwise(spans) for place in range(end, start)]
    if any(len(line) > width or any(line[place] != " " for place in gaps) for line in padded):
        return []
    return [_column([line[start:end] for line in padded]) for start, end in spans]


def _column(texts: Sequence[str]) -> Column:
    """Return a column. Right-aligned cells are numbers, which are never truncated."""
    name, *values = (text.strip() for text in texts)
    is_right = all(text == text.rstrip() for text in texts if text.strip())
    return Column(name, name, "", values, is_right)
