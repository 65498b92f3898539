"""Handling of texts: pseudonyms, paths, names that occur in the trace, settings, messages."""

from __future__ import annotations

import csv
import random
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nsys_tools.errors import UsageError
from nsys_tools.scrubbing.known import Known
from nsys_tools.scrubbing.options import Options
from nsys_tools.scrubbing.patterns import random_parts
from nsys_tools.scrubbing.plain import Plain
from nsys_tools.scrubbing.scanning import problems
from nsys_tools.scrubbing.texts import Texts
from tests.conftest import REPOSITORY


def known() -> Known:
    found = Known()
    found.host("gpu17.cluster.example")
    found.variable("USER", "alice")
    found.variable("DB_PASSWORD", "tr0ub")
    found.variable("PROJECT", "blue-falcon-2")
    found.variable("OMP_NUM_THREADS", "16")
    found.arguments(["--api-key", "k-123456", "--token=t-98765", "--model", "small"])
    return found


def texts(**options: object) -> Texts:
    return Texts(Options(**options), known())  # type: ignore[arg-type]


def masked(text: str | None) -> str | None:
    """Return a text with * for the digests of pseudonyms."""
    return text and re.sub(r"-[0-9a-f]{16}\b", "-*", text)


@pytest.mark.parametrize(
    ("holds", "text", "expected"),
    [
        ("nvtx", "step 3", "step 3"),
        ("nvtx", "/data/set/page.png", "page.png"),
        ("nvtx", "/home/bob/x.py", "x.py"),
        ("nvtx", "/home/bob", "user-*"),
        ("nvtx", "run of Alice on gpu17", "run of user-* on host-*"),
        ("nvtx", "malice on gpu171", "malice on gpu171"),
        ("nvtx", "gpu17.cluster.example:8000", "host-*:8000"),
        ("nvtx", "tr0ub, BLUE-FALCON-2, 16", "secret-*, value-*, 16"),
        ("nvtx", "k-123456 and t-98765 of a small model", "secret-* and secret-* of a small model"),
        ("nvtx", "mail a.b@c.example, 10.0.0.7, 00:1b:44:11:3a:b7", "mail mail-*, address-*, address-*"),
        ("nvtx", "libcublas.so.12.4.5.8, v1.2.3.4567", "libcublas.so.12.4.5.8, v1.2.3.4567"),
        ("nvtx", "c070aa13-b875-bb58-5cc2-76fab9cb8819 at 0000:3B:00.0", "address-* at address-*"),
        ("word", "NVIDIA blue-falcon-2", "NVIDIA blue-falcon-2"),
        ("symbol", "blue-falcon-2 of alice", "blue-falcon-2 of user-*"),
        ("symbol", "memcpy@GLIBC_2.2.5", "memcpy@GLIBC_2.2.5"),
        ("symbol", "void k</home/bob/kernel.cu>(int*)", "void k<kernel.cu>(int*)"),
        ("symbol", "std::vector<a::b>::operator/(int)", "std::vector<a::b>::operator/(int)"),
        ("path", "/opt/lib/libcudart.so.12", "libcudart.so.12"),
        ("path", r"C:\Users\bob\app.dll", "app.dll"),
        ("path", "[vdso]", "[vdso]"),
        ("path", "/tmp/q/cq7zlk2vvp2x3b9w8r5t4y6u1i0o.so", "file-*.so"),
        ("thread", "worker of alice", "thread-*"),
        ("thread", "pt_autograd_0", "pt_autograd_0"),
        ("process", "/home/bob/train", "process-*"),
        ("process", "/usr/bin/python3.11", "python3.11"),
        ("host", "gpu17", "host-*"),
        ("host", "Local (CLI)", "Local (CLI)"),
        ("user", "alice", "user-*"),
        ("user", "", ""),
        ("address", "0000:3B:00.0", "address-*"),
        ("time", "2025-01-31T12:00:00", "2025-01-31T12:00:00"),
        ("time", "2025-01-31 at home", None),
        ("message", "Number of CUDA events collected: \t12.", "Number of CUDA events collected: \t12."),
        ("message", "Loaded CUPTI library: /usr/local/cuda/lib/libcupti.so.12", "Loaded CUPTI library: *"),
        ("message", "Unable to open confidential file", "Unable to open * file"),
    ],
)
def test_texts(holds: str, text: str, expected: str | None) -> None:
    assert masked(texts().text(holds, text)) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EXPORT_PRODUCT_VERSION", "2026.3.1.157-gabc", "2026.3.1.157"),
        ("EXPORT_PRODUCT_VERSION", "of mine", None),
        ("SoftwareReleaseVersion", "5.14.21-150400.24.46_12.0.73-cray_shasta_c", "5.14.21"),
        ("CpuDescription", "Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel(R) Xeon(R) CPU @ 2.20GHz"),
        ("CAPTURE_EVENT_TYPE", "NvtxEvents", "NvtxEvents"),
        ("CAPTURE_EVENT_TYPE", "a=b", None),
        ("SupportsMPI", "1", "1"),
        ("SupportsMPI", "secret", None),
        ("PROCESS_0:ENVIRONMENT_VARIABLE", "RANK=3", "RANK=3"),
        ("PROCESS_0:ENVIRONMENT_VARIABLE", 'SLURM_PROCID="3"', 'SLURM_PROCID="3"'),
        ("PROCESS_0:ENVIRONMENT_VARIABLE", "TOKEN=3", None),
        ("PROCESS_0:ENVIRONMENT_VARIABLE", "RANK=3 TOKEN=x", None),
        ("PROCESS_0:ARGUMENT_0", "12", None),
        ("Hostname", "gpu17", "host-*"),
        ("EXPORT_USER", "alice", "user-*"),
    ],
)
def test_settings(name: str, value: str, expected: str | None) -> None:
    assert masked(texts().setting(name, value)) == expected


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("HF_TOKEN", True), ("AWS_SECRET_ACCESS_KEY", True), ("APIKEY", True), ("DB_PWD", True), ("MyPassword", True),
        ("GOOGLE_APPLICATION_CREDENTIALS", True), ("--api-key", True), ("token", True), ("REDIS_AUTH", True),
        ("TOKENIZERS_PARALLELISM", False), ("--max-new-tokens", False), ("KEYBOARD", False), ("OLDPWD", False),
        ("PWD", False), ("COMPASS_DIR", False), ("AUTHOR", False),
    ],
)  # fmt: skip
def test_secrets_are_known_by_the_names_of_their_variables(name: str, is_secret: bool) -> None:
    """Their values are then searched for, although they are short."""
    found = Known()
    found.variable(name, "abcd7")
    assert len(found) == is_secret
    found.variable("X_TOKEN", "false")
    found.variable("X_TOKEN", "12345")
    assert len(found) == is_secret


def test_options_decide() -> None:
    path = "/data/set/page.png of alice"
    assert masked(texts(nvtx="keep").text("nvtx", path)) == "/data/set/page.png of user-*"
    assert masked(texts(nvtx="hash").text("nvtx", "step 3")) == "range-*"
    assert texts(nvtx="hash").text("nvtx", "NCCL") == "NCCL"
    assert masked(texts(names="hash").text("symbol", "gemm<float>")) == "name-*"
    assert texts(names="hash").text("api", "cudaLaunchKernel_v7000") == "cudaLaunchKernel_v7000"
    assert texts(threads="keep").text("thread", "io worker") == "io worker"
    assert texts(keep_host=True).text("host", "gpu17") == "gpu17"
    assert texts(keep_host=True).text("nvtx", "on gpu17") == "on gpu17"
    assert texts(keep_host=True).text("address", "0000:3B:00.0") == "0000:3B:00.0"
    assert masked(texts(keep_host=True).text("user", "alice")) == "user-*"


def test_pseudonyms_are_stable_within_a_file_and_with_a_salt() -> None:
    one, other = texts(), texts()
    assert one.text("host", "gpu17") == one.text("nvtx", "gpu17") == one.setting("Hostname", "GPU17")
    assert one.text("host", "gpu17") != one.text("host", "gpu18")
    assert one.text("host", "gpu17") != other.text("host", "gpu17"), "another key"
    salt = "0123456789abcdef"
    assert texts(salt=salt).text("host", "gpu17") == texts(salt=salt).text("host", "gpu17")
    assert texts(salt=salt).text("host", "gpu17") != texts(salt=salt[::-1]).text("host", "gpu17")
    assert texts(salt=salt).number(0x1B4411) == texts(salt=salt).number(0x1B4411)
    assert 0 < one.number(0x1B4411) < 1 << 48


@pytest.mark.parametrize(
    "options", [{"nvtx": "path"}, {"names": "paths"}, {"threads": "no"}, {"salt": "short"}], ids=str
)
def test_a_value_that_means_nothing_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(options))}"):
        Options(**options)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("on GPU17.cluster.example", "a host name from the trace"),
        ("for alice", "a user name from the trace"),
        ("tr0ub", "a secret from the environment or the arguments"),
        ("blue-falcon-2", "the value of an environment variable"),
        ("/home/x/y.py", "a home folder"),
        (r"C:\Users\x\y.py", "a home folder"),
        ("me@work.example", "an e-mail address"),
        ("http://10.0.0.7:80", "a network address"),
        ("fe80::1ff:fe23:4567:890a", "a network address"),
        ("c070aa13-b875-bb58-5cc2-76fab9cb8819", "the UUID or bus address of a device"),
        ("AWS_SECRET_ACCESS_KEY=abcd", "a secret that follows its name"),
        ('{"password": "hunter"}', "a secret that follows its name"),
        ("--token=abcd", "a secret that follows its name"),
        ("Authorization: Bearer abcd", "a secret that follows its name"),
        ("hf_AbCdEfGhIjKlMnOpQrStUv", "an access token"),
        ("ghp_0123456789abcdefghijklmnopqrstuvwxyz", "an access token"),
        ("-----BEGIN RSA PRIVATE KEY-----", "an access token"),
        ("8fZ3kQ9xT2mB7vN4pL6wR1sD5gH0jC", "a string that looks like a key"),
        ("d41d8cd98f00b204e9800998ecf8427e", "a string that looks like a key"),
    ],
)
def test_the_scan_finds(text: str, what: str) -> None:
    assert what in problems(text, known(), keep_host=False)


PARTS = st.sampled_from([
    "step ", "aten::", "linear", " op_id = ", "/home/", "/", "bob", "alice", "gpu17", ".cluster.example", "blue", "-",
    "falcon", "2", "10.0.0.7", ".", ":", "00:1b:44:11:3a:b7", "token", "=", "KEY", "password: ", "hf_", "AKIA", "ghp_",
    "eyJ", "fe80::1", "d41d8cd98f00b204", "e9800998ecf8427e", "c070aa13", "b875", "@", "tr0ub", "0000:3B:00.0", "sk-",
    "xoxb-", "ya29.", "é", "_",
])  # fmt: skip


@settings(max_examples=2_000, deadline=None)
@given(st.lists(PARTS | st.text(string.ascii_letters + string.digits + "_-", max_size=24), max_size=8))
def test_a_plain_text_is_one_that_stays_as_it_is(parts: list[str]) -> None:
    """The fast check decides like the full one, or defers to it."""
    text, of = "".join(parts), known()
    if Plain(of)(text.encode()):
        assert problems(text, of, keep_host=False) == set()
        for holds in ("word", "symbol", "nvtx"):
            assert texts().text(holds, text) == text


@pytest.mark.parametrize(
    "text",
    [
        "step 12",
        "aten::linear, seq = 12, op_id = 7, sizes = [[8, 24], []]",
        "model.layers.0.mlp",
        "",
        "void f<int>(int*)",
    ],
)
def test_names_of_ranges_are_plain(text: str) -> None:
    assert Plain(known())(text.encode())


def test_names_may_be_what_a_variable_holds() -> None:
    assert problems("blue-falcon-2", known(), keep_host=False, is_name=True) == set()
    assert problems("blue-falcon-2 of alice", known(), keep_host=False, is_name=True) != set()
    assert problems("on gpu17", known(), keep_host=True) == set()


@pytest.mark.parametrize(
    "text",
    [
        "step[DECODE bs=64 g_sq=4096]", "execute_context_2(512)_generation_3(3)", "token 17",
        "tokens=128, max_tokens=512",
        "eos_token=None", "key_states", "self_attn.k_proj",
        "aten::linear, op_id = 17, sizes = [[8, 1024], [6144, 1024]]",
        "_ZN2at6native29vectorized_elementwise_kernelILi4ENS0_15CUDAFunctor_addIfEESt5arrayIPcLm3EEEEviT0_T1_",
        "fmhaSm100fKernel_QkvE4m3OBfloat16H128PagedKvCausalP16VarSeqQ16Kv128StaticSwapsAbForGen",
        "sm90_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize128x128x64_warpgroupsize1x1x1_execute_segment_k_off_kernel__5x",
        "triton_poi_fused_0d1d2d3de4d5d6d7d8d9d10d", "libcudart_static_1310e5fb72b7ef3b631832b7a0c7e3ebdd0f4cc9",
        "memcpy@GLIBC_2.2.5",
        "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_256x128_32x3_tn_align8>",
        "model.layers.0/self_attn", "host-0123456789abcdef", "tokenizer: encode", "KeyError",
        "Intel(R) Xeon(R) CPU @ 2.20GHz",
    ],
)  # fmt: skip
def test_the_scan_leaves_names_alone(text: str) -> None:
    assert problems(text, known(), keep_host=False) == set()


def test_the_scan_leaves_names_of_real_kernels_alone() -> None:
    with (REPOSITORY / "tests" / "kernel_labels.csv").open(encoding="utf-8", newline="") as stream:
        names = [row["name"] for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert len(names) > 100
    assert [name for name in names if problems(name, Known(), keep_host=False)] == []


@pytest.mark.parametrize(
    ("alphabet", "least"),
    [
        (string.ascii_letters + string.digits, 0.95),
        (string.ascii_lowercase + string.digits, 0.7),
        ("0123456789abcdef", 1),
    ],
)
def test_random_texts_are_found(alphabet: str, least: float) -> None:
    """The rates are those in docs/guides/share.md, for 32 characters."""
    dice = random.Random(5)
    made = ["".join(dice.choices(alphabet, k=32)) for _ in range(2_000)]
    assert sum(any(random_parts(text)) for text in made) / len(made) >= least
