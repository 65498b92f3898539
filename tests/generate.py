"""Write what is generated: ``python -m tests.generate`` (``make docs``)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from nsys_tools.report.reference import reference
from nsys_tools.session import catalogue
from nsys_tools.synthetic.sample import build_sample

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
_HELP = re.compile(r"(<!-- help: (?P<command>[a-z ]*)-->\n```text\n)[^`]*(```)")


def help_text(command: str) -> str:
    """Return the help of a command, laid out for 100 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "nsys_tools", *command.split(), "--help"],
        capture_output=True, text=True, check=True, env={"COLUMNS": "100", "PATH": "", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    return done.stdout.replace("python -m nsys_tools", "nsys-tools").strip()


def with_help(readme: str) -> str:
    """Return the README with each block of help as the command prints it now."""
    return _HELP.sub(lambda match: match[1] + help_text(match["command"].strip()) + "\n" + match[3], readme)


def write_sample(path: Path) -> None:
    """Write the sample trace, unless it is the same already: nobody needs a new file with the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        build_sample(made)
        if not path.is_file() or path.read_bytes() != made.read_bytes():
            path.write_bytes(made.read_bytes())


def main() -> None:
    """Write all of it."""
    (REPOSITORY / "queries" / "README.md").write_text(reference(catalogue.queries().values()), encoding="utf-8")
    readme = REPOSITORY / "README.md"
    readme.write_text(with_help(readme.read_text(encoding="utf-8")), encoding="utf-8")
    write_sample(SAMPLE)


if __name__ == "__main__":
    main()
