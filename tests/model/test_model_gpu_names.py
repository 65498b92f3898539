"""GPUs, models, workloads and dtypes by name: accepted spellings, and suggestions for others."""

from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model import architecture, documents, gpus, workloads
from nsys_tools.model.architecture import Model
from nsys_tools.model.settings import settings
from tests.commands import run as command

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NVIDIA H200", "h200-sxm"),  # the driver's name of the SXM module, although two names begin with it
        ("nvidia h200", "h200-sxm"),
        ("H200 SXM", "h200-sxm"),
        ("h200_sxm", "h200-sxm"),
        ("nvidia-h200-sxm", "h200-sxm"),
        ("NVIDIA H100 80GB HBM3", "h100-sxm"),
        ("H100 80GB HBM3", "h100-sxm"),
        ("NVIDIA A100-SXM4-80GB", "a100-80gb-sxm"),
        ("A100-PCIE-40GB", "a100-40gb-pcie"),
        ("a10", "a10"),  # and not A10G or A100, which begin with it
        ("GB200", "gb200"),
        ("Quadro RTX 8000", "quadro-rtx-8000"),
        ("GeForce RTX 3090", "rtx-3090"),
        ("RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000-server"),
        ("Orin", "jetson-agx-orin"),
    ],
)
def test_spellings_of_a_gpu(written: str, meant: str) -> None:
    assert gpus.load(written) == gpus.load(meant)


def test_no_two_gpus_have_a_name_in_common() -> None:
    owners: dict[str, str] = {}
    for short in gpus.available():
        gpu = gpus.load(short)
        for name in (short, gpu.name, *gpu.trace_names):
            letters = "".join(name.casefold().split()).replace("-", "")
            assert owners.setdefault(letters, short) == short


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("h100", "h100 matches several GPUs: h100-nvl, h100-pcie, h100-sxm.", "Use one of these names."),
        ("NVIDIA H100", "NVIDIA H100 matches several GPUs: h100-nvl, h100-pcie, h100-sxm.", "Use one of these names."),
        ("h200", "h200 matches several GPUs: h200-nvl, h200-sxm.", "Use one of these names."),
        ("h100-sx", "Unknown GPU 'h100-sx'.", "Did you mean h100-sxm?"),  # a prefix is not accepted for it
        ("h100sxm5", "Unknown GPU 'h100sxm5'.", "Did you mean h100-sxm"),
        ("3090", "Unknown GPU '3090'.", "Did you mean rtx-3090?"),
        ("RTX 9090", "Unknown GPU 'RTX 9090'.", "Did you mean rtx-"),
        ("MI300X", "Unknown GPU 'MI300X'.", "Known: a10, "),
        ("nvidia", "Unknown GPU 'nvidia'.", "Known: a10, "),
        ("", "Unknown GPU ''.", "Known: a10, "),
    ],
)
def test_an_unknown_gpu_is_an_error(written: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        gpus.load(written)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_near_misses_of_models_and_workloads() -> None:
    with pytest.raises(UsageError, match=r"Unknown model 'llama2-8b'.*\n.*Did you mean llama-2-7b or llama-3\.1-8b\?"):
        architecture.load("llama2-8b")
    assert architecture.load("Llama 2 7B") == architecture.load("llama-2-7b")
    with pytest.raises(UsageError, match=r"dsocr matches several workloads: dsocr-base-v1, dsocr-standard-v1\."):
        workloads.load("dsocr")


def test_near_misses_of_dtypes(ocr: Model) -> None:
    with pytest.raises(UsageError, match=r"Unknown dtype 'bfloat16'.\n.*Did you mean bf16\?"):
        settings(ocr, dtype="bfloat16")
    with pytest.raises(UsageError, match=r"Unknown dtype 'double'.\n.*Known: fp32, "):
        settings(ocr, dtype="double")


def test_a_path_is_no_near_miss(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match=r"There is no GPU file .*h100-sxm\.yaml"):
        gpus.load(str(tmp_path / "h100-sxm.yaml"))


def test_further_names_are_asked_for_only_when_needed(tmp_path: Path) -> None:
    def fail() -> dict[str, Path]:
        raise AssertionError

    assert documents.locate("l4", "gpus", gpus.SUFFIXES, "GPU", fail) == gpus.available()["l4"]
    own = tmp_path / "own.yaml"
    assert documents.locate("My GPU", "gpus", gpus.SUFFIXES, "GPU", lambda: {"NVIDIA my-gpu": own}) == own


def test_the_command_lists_what_may_be_meant() -> None:
    done = command("model", "flops", "llama-2-7b", "--gpu", "h100", cwd=ROOT)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "h100 matches several GPUs: h100-nvl, h100-pcie, h100-sxm." in done.stderr
    assert "Traceback" not in done.stderr
    done = command("model", "flops", "llama-2-7b", "--gpu", "h100-sx", cwd=ROOT)
    assert done.returncode == 2
    assert "Did you mean h100-sxm?" in done.stderr
