from __future__ import annotations

import json
from pathlib import Path

import pytest

from nsys_tools.capture import ncu
from nsys_tools.capture.ncu import KernelUse, Target
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

USES = [
    KernelUse("decode", "gemv<bf16>", launches=1240, sum_ns=700),
    KernelUse("decode", "add", launches=2480, sum_ns=260),
    KernelUse("decode", "rare", launches=2, sum_ns=40),
    KernelUse("sam", "gemm_128x64", launches=8, sum_ns=10_000),
    KernelUse("sam", "once", launches=1, sum_ns=1_000),
]


def test_kernels_are_chosen_by_their_share_of_a_stage():
    chosen = ncu.choose(USES, repeats=2, most=3)
    assert [(one.stage, one.kernel) for one in chosen] == [
        ("sam", "gemm_128x64"),
        ("decode", "gemv<bf16>"),
        ("decode", "add"),
    ]
    assert [one.share_ratio for one in chosen] == pytest.approx([10 / 11, 0.7, 0.26])


def test_small_shares_are_left_out():
    assert "rare" not in {one.kernel for one in ncu.choose(USES, repeats=2, most=99)}


def test_the_skip_stays_below_the_launches_of_one_repeat():
    for repeats in (1, 2, 7):
        for one in ncu.choose(USES, repeats, most=99):
            [launches] = [use.launches for use in USES if (use.stage, use.kernel) == (one.stage, one.kernel)]
            assert 0 <= one.skip < max(1, launches // repeats)
    assert {one.kernel: one.skip for one in ncu.choose(USES, 2, 99)}["gemv<bf16>"] == 310


def test_nothing_recorded_nothing_chosen():
    assert ncu.choose([], repeats=1, most=5) == []


def test_the_command_filters_by_stage_and_name():
    command = ncu.profile_command(
        Path("ncu"), Target("decode", "gemv<bf16>", 310, 0.7), Path("o/kernel"), ["python", "x.py"]
    )
    assert "--nvtx" in command
    assert "--nvtx-include=decode/" in command, "without the slash ncu takes it for a start/end range"
    assert "--kernel-name=regex:^gemv<bf16>$" in command
    assert {"--launch-skip=310", "--launch-count=1", "--clock-control=none"} <= set(command)
    assert command[-2:] == ["python", "x.py"]


def test_names_are_matched_literally():
    [pattern] = [
        part
        for part in ncu.profile_command(Path("ncu"), Target("sam", "f(x)*", 0, 1), Path("o"), [])
        if "regex" in part
    ]
    assert pattern == r"--kernel-name=regex:^f\(x\)\*$"


def test_csv_keeps_base_units():
    command = ncu.csv_command(Path("ncu"), Path("kernel.ncu-rep"), "raw")
    assert {"--csv", "--page=raw", "--print-units=base"} <= set(command)


TARGET = Target("decode", "gemv<bf16>", 3, 0.7)
WORKING = r"""
for word in "$@"; do case "$word" in
  --export=*) touch "${word#--export=}.ncu-rep"; echo "==PROF== Profiling gemv" ;;
  --page=*) printf '"ID","Kernel Name"\n"0","gemv %s"\n' "${word#--page=}" ;;
esac; done"""


def test_a_profiled_launch_leaves_report_and_pages(program, tmp_path):
    folder = RunFolder(tmp_path / "run")
    ncu.profile(program("ncu", WORKING), TARGET, ["python", "x.py"], folder, lambda _line: None)
    own = tmp_path / "run/ncu/decode-gemv-bf16"
    assert (own / "kernel.ncu-rep").is_file()
    assert (own / "raw.csv").read_text() == '"ID","Kernel Name"\n"0","gemv raw"\n'
    assert (own / "details.csv").read_text().endswith('"gemv details"\n')
    assert json.loads((own / "status.json").read_text())["state"] == "done"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo '==ERROR== ERR_NVGPUCTRPERM - The user does not have permission'; exit 1", "only administrators"),
        ("echo '==ERROR== ERR_NVGPUCTRPERM'; exit 0", "only administrators"),
        (
            "echo '==WARNING== No kernels were profiled.'; exit 0",
            "ncu profiled nothing: stage .* has no launch 4 of gemv",
        ),
        ("echo 'Segmentation fault'; exit 139", "exit code 139: Segmentation fault"),
    ],
)
def test_each_failure_has_its_sentence(program, tmp_path, text, message):
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(NsysToolsError, match=message) as raised, folder.step("ncu"):
        ncu.profile(program("ncu", text), TARGET, ["python", "x.py"], folder, lambda _line: None)
    assert raised.value.hint
    assert (folder.status["state"], folder.status["step"]) == ("failed", "ncu")
    assert folder.status["message"] == raised.value.message
