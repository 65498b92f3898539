"""Write the output of the installed nsys for every trace: ``python -m tests.goldens.generate`` (``make goldens``)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request
from tests.conformance import printed
from tests.goldens.traces import TRACES, Golden

VERSION = "2023.4.4"
"""The nsys whose answers are committed; other versions print other columns."""
NSYS, OURS = Path(__file__).with_name("nsys"), Path(__file__).with_name("ours")
"""What nsys prints, and what nsys-tools prints where it deliberately differs: a file per trace."""
_HEADING = "## "


def read(folder: Path, trace: str) -> dict[str, str]:
    """Return the text of each report that has rows."""
    file = folder / f"{trace}.txt"
    if not file.is_file():
        return {}
    parts = f"\n{file.read_bytes().decode('utf-8')}".split(f"\n{_HEADING}")[1:]
    return {name: f"{text}\n" for name, _, text in (part.removesuffix("\n").partition("\n") for part in parts)}


def write(folder: Path, trace: str, reports: Mapping[str, str]) -> None:
    """Write the reports of a trace that have rows; if there are none, the file is empty."""
    file = folder / f"{trace}.txt"
    folder.mkdir(exist_ok=True)
    file.write_bytes("".join(f"{_HEADING}{name}\n{text}" for name, text in reports.items() if text).encode("utf-8"))


def asked(golden: Golden, nsys: Path) -> dict[str, str]:
    """Return the text of each report for which nsys has rows in a trace."""
    with tempfile.TemporaryDirectory() as folder:
        trace = golden.write(Path(folder))
        texts = {r.name: printed(trace, nsys, Request(r), Path(folder)) for r in REPORTS}
    return {name: text for name, text in texts.items() if text}


def main() -> None:
    """Write all of them, and remove the files of deleted traces."""
    nsys = tools.find("nsys")
    found = tools.version(nsys) or "unknown"
    if not found.startswith(VERSION):
        raise NsysToolsError(f"The goldens are of nsys {VERSION}, and {nsys} is {found}.", "make install-nsys")
    for name, golden in TRACES.items():
        write(NSYS, name, asked(golden, nsys))
    for file in NSYS.glob("*.txt"):
        if file.stem not in TRACES:
            file.unlink()


if __name__ == "__main__":
    main()
