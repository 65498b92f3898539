"""Answers of commands that run alone: the reference for disturbed runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nsys_tools.synthetic.sample import build_sample
from tests.torture.frame import Done, Fault, command, digests, faults_of

COMMANDS = {
    "analyze": ("analyze", "{trace}", "--out", "out", "--format", "md,json"),
    "stats to files": ("stats", "{trace}", "-q", "-r", "cuda_gpu_kern_sum,cuda_api_sum,nvtx_sum", "-o", "base"),
    "stats": ("stats", "{trace}", "-q", "-r", "cuda_gpu_kern_sum,nvtx_gpu_proj_sum,cuda_kern_exec_sum", "-f", "csv"),
    "sql to a file": ("sql", "{trace}", "FROM kernel_summary", "--format", "csv", "--out", "rows.csv"),
    "sql to parquet": ("sql", "{trace}", "FROM kernel_summary", "--format", "parquet", "--out", "rows.parquet"),
    "sql to sqlite": ("sql", "{trace}", "FROM kernel_summary", "--format", "sqlite", "--out", "rows.db"),
    "sql": ("sql", "{trace}", "FROM range_exclusive ORDER BY ALL", "--format", "csv"),
    "sql of stages": ("sql", "{trace}", "FROM stage_summary", "--format", "json"),
}
"""Commands that write a folder, files and text; each has a folder of its own to write into."""


@dataclass(frozen=True)
class Answer:
    """The output of a command, and digests of the files that it wrote, by name."""

    stdout: str
    files: dict[str, str]


def arguments(name: str, trace: Path) -> tuple[str, ...]:
    """Return the arguments of a command."""
    return tuple(word.format(trace=trace) for word in COMMANDS[name])


def written(cwd: Path) -> dict[str, str]:
    """Return digests of the files that a command wrote into its folder, by name, excluding its TMPDIR."""
    names = {file.relative_to(cwd).as_posix(): digest for file, digest in digests(cwd).items()}
    return {name: digest for name, digest in names.items() if not name.startswith("tmp/")}


def left_in_scratch(cwd: Path) -> list[tuple[Fault, str]]:
    """Return a fault for each entry left in the TMPDIR of a command that has ended."""
    return [(Fault.LEFT_BEHIND, f"TMPDIR/{path.name}") for path in (cwd / "tmp").glob("*")]


class Alone:
    """A trace, and the answer of each command that runs on it alone with a cold cache."""

    def __init__(self, folder: Path) -> None:
        self.trace = folder / "sample.sqlite"
        build_sample(self.trace)
        self.before = digests(self.trace)
        self.seconds: dict[str, float] = {}
        self.answers = {name: self._ask(name, folder) for name in COMMANDS}

    def _ask(self, name: str, folder: Path) -> Answer:
        cwd = folder / name
        cwd.mkdir()
        done = command(*arguments(name, self.trace), cwd=cwd, cache=folder / f"cache of {name}")
        if done.returncode != 0:
            raise RuntimeError(f"{name} fails when it runs alone: {done.stderr}")
        self.seconds[name] = done.seconds
        return Answer(done.stdout, written(cwd))

    def compared(self, name: str, done: Done, cwd: Path) -> list[tuple[Fault, str]]:
        """Return the faults of a run whose answer must be the same as alone."""
        faults = faults_of(done, allowed=(0, 1))
        told = f"{name}: {done.stderr[-300:]}"
        if done.returncode == 1:
            faults.append((Fault.CRASH, told))
        elif done.returncode == 0 and done.stdout != self.answers[name].stdout:
            faults.append((Fault.WRONG_FIGURE, f"{name}: another text on stdout"))
        elif done.returncode == 0 and written(cwd) != self.answers[name].files:
            faults.append((Fault.WRONG_FIGURE, f"{name}: other files than alone"))
        return faults
