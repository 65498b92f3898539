"""Fixtures for all rooms: an empty cache, builders, and shared traces."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterable
from pathlib import Path

import pytest
import vl_convert  # noqa: F401  (because it is loaded, reports that are written here start no second process)
from _pytest.mark.structures import ParameterSet

from nsys_tools import tools
from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys import trace
from nsys_tools.sources.nsys.raw import Raw
from nsys_tools.synthetic.sample import build_sample
from nsys_tools.synthetic.timeline import Timeline

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared"
SHARED_TRACES = (
    "cuda_graph", "four_streams", "power_iteration", "saxpy_mpi", "schema_2021", "transformer_fwd",
    "two_gpu_after", "two_gpu_before",
)  # fmt: skip


def traces_of(paths: Iterable[Path]) -> list[ParameterSet]:
    """Return recorded traces as test parameters. One trace of two similar ones is left to the large tests."""
    return [
        pytest.param(path, marks=pytest.mark.large if path.stem == "two_gpu_before" else (), id=path.stem)
        for path in paths
    ]


def pytest_configure() -> None:
    """Restore the handling of Ctrl-C: a shell starts background processes with this signal ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites reviewed goldens."""
    parser.addoption("--update", action="store_true", help="rewrite what deliberately differs: tests/goldens/ours")


# Slow tests start first, so that no worker is left running one alone at the end. The seconds are measured.
_FIRST = (
    "test_site",
    "test_pages",
    "test_capture",
    "test_capture_decoding",
    "test_large",
    "test_page_driven",
    "test_layout",
    "test_same_figures",
    "test_goldens",
    "test_report",
    "test_json",
    "test_shared",
    "test_model_inspection",
    "test_summary",
    "test_cli",
    "test_conformance",
    "test_rules",
    "test_terminal",
    "test_engine",
    "test_recipe",
    "test_report_joined",
    "test_wheel",
    "test_perfetto",
    "test_reporting",
    "test_report_disturbed",
    "test_skill",
    "test_signals",
    "test_closed_output",
    "test_diff",
    "test_page",
    "test_notebook",
    "test_model",
    "test_analyze_run",
    "test_callgraph_measured",
    "test_attribution",
    "test_llm_truth",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first."""
    places = {name: place for place, name in enumerate(_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(_FIRST)))


def installed_nsys() -> Path:
    """Return the installed nsys; skip the test if there is none."""
    try:
        return tools.find("nsys")
    except NsysToolsError as error:
        pytest.skip(error.message)


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the caches of all tests."""
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def cache_folder(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty cache."""
    folder = caches / uuid.uuid4().hex
    folder.mkdir()
    monkeypatch.setenv("NSYS_TOOLS_CACHE", str(folder))
    return folder


@pytest.fixture
def as_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and cache small traces in the same way as large ones, but on one thread."""
    monkeypatch.setattr(trace, "Raw", lambda *given, is_small: Raw(*given, is_small=False))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Timeline]:
    """Return the sample trace and its ground truth."""
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite"
    return path, build_sample(path)


@pytest.fixture(params=SHARED_TRACES)
def shared_trace(request: pytest.FixtureRequest) -> Path:
    """Return each real trace in turn; skip if they are not available."""
    path = SHARED / "traces" / f"{request.param}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    return path
