"""Questions that a trace can answer, and the data that must be recorded to answer the others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import cattrs
import yaml

from nsys_tools.report.missing import missing
from nsys_tools.report.templates import asset
from nsys_tools.session.database import Database
from nsys_tools.session.lacking import given

COLUMNS = ("question", "is_answered", "command", "needs", "option")


@dataclass(frozen=True)
class Question:
    """A question, as ``reports/questions.yaml`` describes it.

    Attributes
    ----------
    question
        The question.
    command
        The command that answers the question, without ``nsys-tools``. ``TRACE`` is a placeholder for the trace.
    needs
        Data that must have been recorded.
    query
        The query that the command runs; empty if there is none.
    has
        The query that must return at least one row; empty if there is no such condition.
    lacks, otherwise
        What the trace lacks if that query returns no rows, and what to do about it.
    """

    question: str
    command: str
    needs: tuple[str, ...] = ()
    query: str = ""
    has: str = ""
    lacks: str = ""
    otherwise: str = ""


def questions(trace: Database, path: str) -> list[tuple[str, bool, str | None, str, str]]:
    """Return the questions. Questions that the trace can answer come first.

    Parameters
    ----------
    trace
        The trace.
    path
        Path of the trace to show in commands, quoted for a shell.

    Returns
    -------
    list
        For each question: its text, whether the trace can answer it, the command, what the trace lacks, and how to
        record that data.
    """
    known = cattrs.structure(yaml.safe_load(asset("questions.yaml").read_text(encoding="utf-8")), list[Question])
    lacking = {one.what: one.option for one in missing(trace, trace.query("trace_summary").one())}
    found = [_asked(trace, one, lacking, path) for one in known]
    return sorted(found, key=lambda row: not row[1])


def _asked(
    trace: Database, one: Question, lacking: Mapping[str, str], path: str
) -> tuple[str, bool, str | None, str, str]:
    unmet = [(what, lacking[what]) for what in one.needs if what in lacking]
    if one.query:
        unmet += [given(what) for what in sorted(trace.needs(one.query))]
    if not unmet and one.has and not _has_rows(trace, one.has):
        unmet = [(one.lacks, one.otherwise)]
    command = "nsys-tools " + re.sub(r"\bTRACE\b", lambda _: path, one.command)
    needs, options = (dict.fromkeys(part) for part in (zip(*unmet, strict=True) if unmet else ((), ())))
    return one.question, not unmet, None if unmet else command, ", ".join(needs), " ".join(options)


def _has_rows(trace: Database, name: str) -> bool:
    return not trace.needs(name) and len(trace.query(name, top=1)) > 0
