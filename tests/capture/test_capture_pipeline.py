"""Every failure of a capture has a message and leaves ``status.json``; the tools are stand-ins."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from nsys_tools.capture import pipeline
from nsys_tools.capture.ncu import KernelUse
from nsys_tools.capture.nsys import export_command, profile_command
from nsys_tools.capture.options import Options, parse
from nsys_tools.capture.pipeline import Plan
from nsys_tools.errors import NsysToolsError

VERSION = 'case "$1" in --version) echo "version 2023.4.4.54"; exit 0 ;; esac\n'
OUTPUT = 'for word in "$@"; do case "$word" in --output=*) out="${word#--output=}" ;; esac; done\n'
RECORDS = """if [ "$1" = profile ]; then echo report > "$out.nsys-rep"
  echo '{"nvtx_recorded": true, "ranges": {"sam": 2}, "repeats": 1}' > "$(dirname "$out")/workload.json"; exit 0; fi
"""
EXPORTS = 'if [ "$1" = export ]; then echo sqlite > "$out"; exit 0; fi\n'


class Reader:
    """A trace with the ranges that the stand-in counts, and one kernel."""

    ranges: dict[str, tuple[int, int]] = {"sam": (2, 0)}  # noqa: RUF012

    def kernel_uses(self, _sqlite: Path) -> list[KernelUse]:
        return [KernelUse("sam", "gemm", 8, 100)]

    def range_counts(self, _sqlite: Path) -> dict[str, tuple[int, int]]:
        return self.ranges

    def analyze(self, folder: Path, *, again: bool) -> Path:
        raise NsysToolsError(f"{folder} was not to be analyzed, again: {again}.")

    def scrub(self, sqlite: Path, folder: Path) -> str:
        raise NsysToolsError(f"{sqlite} was not to be scrubbed into {folder}.")


@pytest.fixture
def capture(program, tmp_path):
    """Capture with a stand-in for nsys that prints `text`."""

    def run(text: str, reader: Reader | None = None, **settings):
        settings = {"nsys": str(program("nsys", VERSION + OUTPUT + text)), "analyze": False, **settings}
        plan = Plan("causal-lm", Options(out=tmp_path / "run", scale="tiny", device="cpu"), **settings)
        return pipeline.capture(plan, reader or Reader(), lambda _line: None)

    return run


def status(tmp_path: Path) -> dict:
    return json.loads((tmp_path / "run/status.json").read_text())


def test_the_command_records_the_whole_run():
    command = profile_command(Path("/opt/nsys"), Path("run/trace"), ["python", "x.py", "--out", "run"])
    assert command[:2] == ["/opt/nsys", "profile"]
    assert "--trace=cuda,nvtx,osrt" in command
    assert {"--cuda-graph-trace=node", "--sample=none", "--cpuctxsw=none"} <= set(command)
    assert not [part for part in command if "capture-range" in part], "gated captures lose the tail"
    assert command[-4:] == ["python", "x.py", "--out", "run"]
    assert export_command(Path("nsys"), Path("a.nsys-rep"), Path("a.sqlite"))[-2:] == [
        "--output=a.sqlite",
        "a.nsys-rep",
    ]


def test_a_run_that_works_says_done(capture, tmp_path):
    folder = capture(RECORDS + EXPORTS)
    assert status(tmp_path)["state"] == "done"
    steps = [step["name"] for step in status(tmp_path)["steps"]]
    assert steps == ["find tools", "record", "profile", "import", "export", "check"]
    commands = folder.file("command.txt").read_text().splitlines()
    assert commands[0].startswith("nsys profile --trace=cuda,nvtx,osrt ")
    assert " python " in commands[0]
    assert commands[1].startswith("nsys export --type=sqlite ")


FAILURES = {
    "profile": ("echo 'no such option'; exit 2", "exit code 2: no such option"),
    "killed": ("kill -9 $$", "killed .signal 9.: .* most likely .* out of memory"),
    "import": (
        '[ "$1" = profile ] && touch "$out.qdstrm"; exit 0',
        r"its importer failed, .*\. The raw recording is trace\.qdstrm",
    ),
    "import-nothing": ("exit 0", "its importer failed, so there is no trace.nsys-rep"),
    "export": (RECORDS + "echo 'cannot export'; exit 1", "could not export .*: cannot export"),
    "export-nothing": (RECORDS + "exit 0", "could not export"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failing_nsys_is_a_sentence(capture, tmp_path, name):
    text, message = FAILURES[name]
    with pytest.raises(NsysToolsError, match=message) as raised:
        capture(text)
    found = status(tmp_path)
    assert found["state"] == "failed"
    assert found["step"] == {"killed": "profile"}.get(name, name.removesuffix("-nothing"))
    assert (found["message"], found["hint"]) == (raised.value.message, raised.value.hint)
    assert found["hint"]


def test_a_failed_export_keeps_the_trace(capture, tmp_path):
    with pytest.raises(NsysToolsError):
        capture(RECORDS + "exit 1")
    assert (tmp_path / "run/trace.nsys-rep").read_text() == "report\n"


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({}, "contains none of the workload's 2 NVTX ranges"),
        ({"sam": (1, 0)}, "missing ranges: sam: 2 closed, 1 in the trace"),
        ({"sam": (2, 1)}, "missing ranges: sam"),
        ({"clip": (2, 0)}, "missing ranges: sam: 2 closed, 0 in the trace"),
    ],
)
def test_lost_ranges_are_a_failure(capture, tmp_path, ranges, message):
    reader = Reader()
    reader.ranges = ranges
    with pytest.raises(NsysToolsError, match=message):
        capture(RECORDS + EXPORTS, reader)
    assert status(tmp_path)["step"] == "check"


@pytest.mark.parametrize("tool", ["nsys", "ncu"])
def test_a_missing_tool_is_a_sentence_and_leaves_a_folder(capture, tmp_path, tool):
    with pytest.raises(NsysToolsError, match=f"/nowhere/{tool} is not an {tool} executable") as raised:
        capture(RECORDS + EXPORTS, **{tool: f"/nowhere/{tool}", "counters": 1})
    assert raised.value.hint
    assert (status(tmp_path)["state"], status(tmp_path)["step"]) == ("failed", "find tools")


def test_without_any_nsys_the_hint_names_the_installer(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    plan = Plan("causal-lm", Options(out=tmp_path / "run", scale="tiny"))
    with pytest.raises(NsysToolsError, match="nsys is not installed") as raised:
        pipeline.capture(plan, Reader(), lambda _line: None)
    assert "install-nsys" in raised.value.hint
    assert status(tmp_path)["step"] == "find tools"


def test_counters_that_are_not_permitted_keep_the_trace(capture, program, tmp_path):
    denied = program("ncu", "echo ==ERROR== ERR_NVGPUCTRPERM; exit 1")
    with pytest.raises(NsysToolsError, match="ERR_NVGPUCTRPERM"):
        capture(RECORDS + EXPORTS, ncu=str(denied), counters=1)
    assert status(tmp_path)["step"] == "ncu"
    assert (tmp_path / "run/trace.sqlite").is_file()
    command = (tmp_path / "run/command.txt").read_text().splitlines()[2]
    assert command.startswith("ncu --target-processes=all --nvtx --nvtx-include=sam/ '--kernel-name=regex:^gemm$'")


def test_a_trace_without_kernels_has_nothing_to_count(capture, program, tmp_path):
    reader = Reader()
    reader.kernel_uses = lambda _sqlite: []
    with pytest.raises(NsysToolsError, match="ncu has no kernels to profile because no stage"):
        capture(RECORDS + EXPORTS, reader, ncu=str(program("ncu", "exit 0")), counters=1)
    assert status(tmp_path)["step"] == "ncu"


COUNTS = """for word in "$@"; do case "$word" in --export=*) echo report > "${word#--export=}.ncu-rep" ;; esac; done
echo '"ID","Kernel Name"'
"""


def test_the_run_folder_is_analyzed_and_again_with_ncu(capture, program, tmp_path):
    """The first report remains, whatever happens to ncu; the second contains the ncu metrics."""
    done = []

    class Analyzing(Reader):
        def analyze(self, folder: Path, *, again: bool) -> Path:
            done.append((folder, again))
            return folder / "report"

    capture(RECORDS + EXPORTS, Analyzing(), analyze=True, ncu=str(program("ncu", COUNTS)), counters=1)
    assert done == [(tmp_path / "run", False), (tmp_path / "run", True)]
    steps = [step["name"] for step in status(tmp_path)["steps"]]
    assert steps[-4:] == ["check", "analyze", "ncu", "analyze"]
    assert list((tmp_path / "run" / "ncu").rglob("raw.csv"))


def test_an_analysis_that_fails_is_a_sentence(capture, tmp_path):
    with pytest.raises(NsysToolsError, match="The trace is complete, but its analysis failed") as caught:
        capture(RECORDS + EXPORTS, analyze=True)
    assert caught.value.hint == f"Run `nsys-tools analyze {tmp_path / 'run'}`."
    assert status(tmp_path)["step"] == "analyze"


def test_a_run_leaves_a_copy_to_share(capture, tmp_path):
    """The copy is made at the end, so that a rejected copy does not prevent the report."""
    done = []

    class Scrubbing(Reader):
        def scrub(self, sqlite: Path, folder: Path) -> str:
            done.append((sqlite, folder))
            return "Left out: nothing."

    capture(RECORDS + EXPORTS, Scrubbing(), share=True)
    assert done == [(tmp_path / "run/trace.sqlite", tmp_path / "run/share")]
    assert [step["name"] for step in status(tmp_path)["steps"]][-2:] == ["check", "share"]


def test_a_folder_that_holds_a_run_is_not_overwritten(capture):
    capture(RECORDS + EXPORTS)
    with pytest.raises(NsysToolsError, match="already contains a run"):
        capture(RECORDS + EXPORTS)


def test_an_unknown_model_names_those_there_are(tmp_path):
    with pytest.raises(NsysToolsError, match="no workload script for gpt") as raised:
        pipeline.capture(Plan("gpt", Options(out=tmp_path / "run")), Reader(), print)
    assert "causal-lm, deepseek-ocr" in raised.value.hint
    assert not (tmp_path / "run").exists()


def test_a_run_folder_tells_nothing_of_user_host_and_environment(capture, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("USER", "alicia")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    capture(RECORDS + EXPORTS)
    for path in (tmp_path / "run").iterdir():
        if path.is_file():
            text = path.read_text()
            assert "hf_secret" not in text
            assert "alicia" not in text
            assert str(tmp_path) not in text, path.name


def test_make_builds_the_command_of_the_gpu_sample():
    """The command of the sample with ncu metrics, which needs a GPU, as far as it runs without one."""
    variables = ["MODEL=deepseek-ocr", "PAGES=2", "TOKENS=32", "REPEATS=2", "NVTX=layer"]
    command = [
        "make",
        "--dry-run",
        "--no-print-directory",
        "capture",
        "CAPTURE_PYTHON=python3",
        *variables,
        *["DTYPE=bfloat16", "NCU=5", "SYNC=1"],
    ]
    repository = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    words = shlex.split(done.stdout)
    assert words[:5] == ["python3", "-m", "nsys_tools", "capture", "deepseek-ocr"]
    ncu = words.index("--ncu")
    assert words[ncu + 1] == "5"
    options = parse(words[5:ncu] + words[ncu + 2 :], "")
    assert options == Options(pages="2", max_new_tokens=32, repeats=2, nvtx="layer", dtype="bfloat16", sync=True)


def test_a_folder_that_holds_files_of_the_users_is_not_written_into(capture, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "trace.sqlite").write_text("mine")
    with pytest.raises(NsysToolsError, match=r"already contains trace\.sqlite"):
        capture(RECORDS + EXPORTS)
    assert [(path.name, path.read_text()) for path in (tmp_path / "run").iterdir()] == [("trace.sqlite", "mine")]
