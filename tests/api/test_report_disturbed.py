"""A report with concurrent reports, on full disks, and after a killed process: the next report is correct."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from nsys_tools.files import digest
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.conftest import REPOSITORY
from tests.torture.disks import disk

# The trace is read and cached like a large one. The disturbance is between the two halves.
BEFORE = """
import os, signal, sys, zipfile
from pathlib import Path
from nsys_tools.session import materializing
from nsys_tools.session.store import Entry
from nsys_tools.report import folder, kept
from nsys_tools.sources.nsys import trace
from nsys_tools.sources.nsys.raw import Raw
trace.Raw = lambda *given, is_small: Raw(*given, is_small=False)

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
"""
AFTER = """
import nsys_tools as nt
from nsys_tools.errors import NsysToolsError
try:
    nt.write_report(sys.argv[1], sys.argv[2], formats=["json"], cache=sys.argv[3] == "cached")
except NsysToolsError as error:
    sys.exit(str(error))
"""
MOMENTS = {
    "while it loads": """
real = materializing.Materializer._run
materializing.Materializer._run = lambda self, recipe, *given: real(self, recipe, *given) or recipe.is_loading and die()
""",
    "before a table has its name": "Entry._named = die",
    "after a table has its name": """
real = Path.replace
Path.replace = lambda self, target: real(self, target) and target.suffix == ".parquet" and die()
""",
    "while the report is cached": "zipfile.ZipFile.writestr = die",
    "before the cached report has its name": """
real = Path.replace
Path.replace = lambda self, target: die() if target.suffix == ".zip" else real(self, target)
""",
    "before the folder has its name": "folder._put = die",
}
Contents = dict[str, bytes]
# One of each kind is enough for daily runs; each run takes seconds.
LARGE = pytest.mark.large


class Place:
    """A trace, a cache, and a separate folder for temporary files."""

    def __init__(self, trace: Path, cache: Path, folder: Path) -> None:
        self.trace, self.cache, self.folder = trace, cache, folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def start(self, out: str, harm: str = "", *, cached: bool = True) -> subprocess.Popen[str]:
        environment = {
            "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(self.temporary), "NSYS_TOOLS_CACHE": str(self.cache)
        }  # fmt: skip
        command = [sys.executable, "-c", f"{BEFORE}{harm}{AFTER}", str(self.trace), str(self.folder / out)]
        return subprocess.Popen(
            [*command, "cached" if cached else "not"], stderr=subprocess.PIPE, text=True, env=os.environ | environment
        )

    def run(self, out: str, harm: str = "", *, cached: bool = True) -> tuple[int, str]:
        """Return the exit code and the output."""
        process = self.start(out, harm, cached=cached)
        _, said = process.communicate(timeout=120)
        return process.returncode, said

    def report(self, out: str) -> Contents:
        return {
            path.relative_to(self.folder / out).as_posix(): path.read_bytes()
            for path in sorted((self.folder / out).rglob("*"))
            if path.is_file()
        }

    def check_cache(self) -> int:
        """Check that no cache entry is incomplete; return the number of entries."""
        entries = [path for path in self.cache.rglob("*") if path.suffix in (".parquet", ".zip")]
        for path in entries:
            assert path.stem.endswith(digest(path)[:16]), path.name
        return len(entries)

    def leftovers(self) -> list[Path]:
        drafts = [*self.cache.rglob(".nsys-tools-*"), *self.cache.glob("temporary/nsys-tools-*")]
        return [*drafts, *self.temporary.iterdir()]


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def fill(b: TraceBuilder) -> None:
        for number in range(40):
            b.range(THREAD, f"step {number}", 100 * number, 100 * number + 50)
            launch(b, 100 * number + 10, 100 * number + 20, 100 * number + 30 + number, name=f"kernel_{number % 3}")

    return build(tmp_path_factory.mktemp("trace"), fill)


@pytest.fixture(scope="module")
def expected(trace: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """Return the report created without a cache."""
    place = Place(trace, tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("alone"))
    assert place.run("out", cached=False) == (0, "")
    assert place.check_cache() == 0
    return place.report("out")


@pytest.fixture
def place(trace: Path, tmp_path: Path, cache_folder: Path) -> Place:
    return Place(trace, cache_folder, tmp_path)


def check_all(place: Place, expected: Contents, running: Sequence[subprocess.Popen[str]]) -> None:
    for number, process in enumerate(running):
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "")
        assert place.report(f"out{number}") == expected


@pytest.mark.parametrize("count", [2, pytest.param(8, marks=LARGE)])
def test_several_at_once_fill_one_cache(place: Place, expected: Contents, count: int) -> None:
    check_all(place, expected, [place.start(f"out{number}") for number in range(count)])
    assert place.check_cache() > 10
    assert place.run("after") == (0, "")
    assert place.report("after") == expected
    assert place.leftovers() == []


@pytest.mark.parametrize(
    "moment", [one if one == "while the report is cached" else pytest.param(one, marks=LARGE) for one in MOMENTS]
)
def test_after_a_kill_the_next_is_right(place: Place, expected: Contents, moment: str) -> None:
    """Files of the killed process are removed: folders by the next process, drafts in the cache after a day."""
    code, _ = place.run("killed", MOMENTS[moment])
    assert code == -signal.SIGKILL
    assert not (place.folder / "killed").exists()
    place.check_cache()
    left = place.leftovers()
    assert any(path.parent == place.temporary for path in left)
    assert any(path.parent == place.cache / "temporary" for path in left)
    for path in left:
        os.utime(path, (time.time() - 100,) * 2)
    # A cached report opens nothing and cleans up nothing; another --top forces a new one.
    assert place.run("after", "kept.find = lambda _: None") == (0, "")
    assert place.report("after") == expected
    left = place.leftovers()
    assert all(path.suffix == ".tmp" for path in left)
    for path in left:
        os.utime(path, (time.time() - 2 * 86400,) * 2)
    assert place.run("again") == (0, "")
    assert place.report("again") == expected
    assert place.leftovers() == []
    place.check_cache()


@pytest.fixture(params=[pytest.param(0, marks=LARGE), pytest.param(64, marks=LARGE), 128])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Yield a disk of the given KiB; the last size is full when some of the tables have been written."""
    with disk(tmp_path / "disk", request.param) as is_mounted:
        if not is_mounted:
            pytest.skip("mounting a tmpfs is not permitted here")
        yield tmp_path / "disk"


def test_a_full_cache_costs_no_more_than_a_sentence(full: Path, place: Place, expected: Contents) -> None:
    place.cache = full / "cache"
    code, said = place.run("out")
    assert code == 0
    assert said == "" or (said.startswith("The cache cannot be written") and said.count("\n") == 1), said
    assert place.report("out") == expected
    place.check_cache()
    assert place.leftovers() == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(full)], check=True)
    assert place.run("roomy") == (0, "")
    assert place.report("roomy") == expected
    assert place.check_cache() > 10


@LARGE
def test_temporary_folders_on_full_disks(full: Path, place: Place, expected: Contents) -> None:
    """Both the cache and TMPDIR are full: everything that needs neither is written."""
    place.cache, place.temporary = full / "cache", full
    code, said = place.run("out")
    if code == 0:
        assert place.report("out") == expected
    else:
        assert code == 1
        assert "No space left on device" in said
        assert "Traceback" not in said
        assert not (place.folder / "out").exists()
    assert not list(full.glob("nsys-tools-*"))
