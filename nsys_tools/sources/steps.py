"""Find steps if ``--steps`` is not ``auto``."""

from __future__ import annotations

from collections.abc import Sequence

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.database import Database
from nsys_tools.sources.source import Read
from nsys_tools.sources.stages import Stage, expression


class Steps:
    """The value of the ``--steps`` option, as a source.

    Parameters
    ----------
    choice
        ``none``, a stage name, or a range name pattern as in a stages file.
    stages
        The stages of the stages file.
    """

    name = "steps"
    file = ""
    tables = ("step_choice",)
    queries: tuple[str, ...] = ()
    is_asked = True
    failure = "The steps are not used"

    def __init__(self, choice: str, stages: Sequence[Stage]) -> None:
        self._choice = choice
        patterns = next((stage.patterns for stage in stages if stage.name == choice), (choice,))
        self._expression = "|".join(f"(?:{expression(pattern)})" for pattern in patterns)

    def define(self, database: Database) -> None:
        """Define the session table ``step_choice``."""
        if not self._choice:
            raise NsysToolsError("--steps is empty.", "Use auto, none, a stage, or a range name pattern.")
        row = ("none", None) if self._choice == "none" else ("pattern", self._expression)
        database.define("step_choice", [row])

    def check(self, read: Read) -> list[str]:
        """Refuse a pattern that matches no step.

        Raises
        ------
        NsysToolsError
            If no step is found.
        """
        if self._choice == "none" or any(row["step_count"] for row in read("step_found").records()):
            return []
        raise NsysToolsError(
            f"--steps {self._choice}: no range that launched GPU work matches.",
            'Run `nsys-tools sql TRACE "FROM range_summary"` to list the range names.',
        )
