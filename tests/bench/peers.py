"""Other tools on the same file: nsys, and nsys-ai from PyPI."""

from __future__ import annotations

import filecmp
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from tests.bench.measuring import Run, measured

_EXTENSION = "duckdb_extension_sqlite_scanner"
_NAME = "sqlite_scanner.duckdb_extension"


def nsys_stats(nsys: str, trace: Path, reports: str, work: Path) -> Run:
    """Write some reports with nsys."""
    command = [nsys, "stats", "-q", "-r", reports, "-f", "csv", "-o", str(work / "theirs")]
    return measured([*command, "--force-overwrite=true", "--force-export=false", str(trace)])


def check_equal(work: Path, reports: str) -> None:
    """Refuse to compare the speed of different answers."""
    for report in reports.split(","):
        own, other = (work / f"{side}_{report}.csv" for side in ("ours", "theirs"))
        if not filecmp.cmp(own, other, shallow=False):
            raise SystemExit(f"{report}: our file differs from that of nsys")


@dataclass(frozen=True)
class NsysAi:
    """An installed nsys-ai; if there is none, nothing is measured.

    It makes DuckDB install an extension from the network. Here it finds the extension that nsys-tools depends on, in a
    separate home folder; both use the same version of DuckDB.
    """

    program: Path
    home: Path

    @staticmethod
    def found(program: str, work: Path) -> NsysAi | None:
        """Return the named program, or one on the PATH; None if there is none."""
        path = shutil.which(program or "nsys-ai")
        if path is None:
            if program:
                raise SystemExit(f"{program}: is not a program.")
            return None
        version = f"v{metadata.version('duckdb')}"
        home = work / "home"
        place = home / ".duckdb" / "extensions" / version / "linux_amd64"
        place.mkdir(parents=True)
        for file in resources.files(_EXTENSION).joinpath("extensions").iterdir():
            place.joinpath(_NAME).write_bytes(file.joinpath(_NAME).read_bytes())
        return NsysAi(Path(path), home)

    @property
    def version(self) -> str:
        """Return the version according to its environment."""
        python = self.program.parent / "python"
        code = "from importlib.metadata import version; print(version('nsys-ai'))"
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        return done.stdout.strip() or "of unknown version"

    def runs(self, trace: Path, work: Path, seconds: float) -> dict[str, Run]:
        """Measure its ``warm`` and ``report``, and repeat it, on a copy: it writes next to and into the trace."""
        folder = work / "nsys-ai"
        folder.mkdir()
        copy = Path(shutil.copy(trace, folder / trace.name))
        words = ["report", str(copy), "--gpu", "0", "--trim", "0", f"{seconds:.0f}", "-o", str(folder / "report.md")]
        warm = self._measured("warm", str(copy))
        report = self._measured(*words)
        found = {"warm": warm, "report": report, "warm + report": warm.then(report), "again": self._measured(*words)}
        shutil.rmtree(folder)
        return found

    def _measured(self, *arguments: str) -> Run:
        return measured([str(self.program), *arguments], HOME=str(self.home))
