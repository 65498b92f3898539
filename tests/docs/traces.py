"""The traces that the pages use, all of them generated: ``python -m tests.docs.traces FOLDER``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.job import JobPlan, build_job
from nsys_tools.synthetic.timeline import Timeline

SAMPLES = Path(__file__).parents[2] / "capture" / "samples"
US = 1_000
GEMM = "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_bf16_128x128_ldg8_f2f_stages_32x5_tn_align8>(Params)"
FLASH = "void flash_fwd_splitkv_kernel<Flash_fwd_kernel_traits<128, 64, 128, 4>, false, true>(Flash_fwd_params)"
NORM = "void vllm::rms_norm_kernel<c10::BFloat16, 8>(c10::BFloat16*, const c10::BFloat16*, float, int, int)"
SILU = (
    "void vllm::act_and_mul_kernel<c10::BFloat16, &vllm::silu_kernel, true>(c10::BFloat16*, const c10::BFloat16*, int)"
)
ADD = "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<c10::BFloat16>>(int, Array)"
ADAM = "void at::native::multi_tensor_apply_kernel<TensorListMetadata<4>, FusedAdamMathFunctor<float, 4>>(int)"
LAYERS = 8
HIDDEN, WIDTH = 2048, 11264


def _module(name: str, rows: int, weight: tuple[int, int]) -> str:
    """Return the range text that layer hooks of serving frameworks write."""
    return str(
        {
            "Module": f"top.model.layers.{name}",
            "TrainableParams": {"weight": list(weight)},
            "Inputs": [[rows, weight[1]]],
        }
    )


def _layer(on: Timeline, layer: int, rows: int, *, jitter: int, is_fused: bool, is_named: bool) -> None:
    """Run one decoder layer on ``rows`` tokens."""

    def module(name: str, weight: tuple[int, int], kernel: str, duration: int) -> None:
        if is_named:
            with on.range(_module(f"{layer}.{name}", rows, weight)):
                on.kernel(kernel, duration)
        else:
            on.kernel(kernel, duration)

    scale = 1 + rows // 64
    on.kernel(NORM, 4 * US)
    module("self_attn.qkv_proj", (3 * HIDDEN, HIDDEN), GEMM, 12 * US * scale + jitter)
    on.kernel(FLASH, 18 * US * scale + jitter)
    module("self_attn.o_proj", (HIDDEN, HIDDEN), GEMM, 6 * US * scale)
    if not is_fused:
        on.kernel(ADD, 5 * US)
    on.kernel(NORM, 4 * US)
    module("mlp.gate_up_proj", (2 * WIDTH, HIDDEN), GEMM, 34 * US * scale + jitter)
    on.kernel(SILU, 5 * US)
    module("mlp.down_proj", (HIDDEN, WIDTH), GEMM, 18 * US * scale)
    if not is_fused:
        on.kernel(ADD, 5 * US)


def serving(
    path: Path, names: Callable[[int, int, int], str], *, is_fused: bool = False, is_named: bool = False
) -> Path:
    """Write a server that processes a prompt and then decodes; ``names`` returns the name of a step."""
    with TraceBuilder(path) as builder:
        builder.h100()
        on = Timeline(builder)
        for step in range(26):
            tokens = 512 if step in {0, 13} else 0
            with on.range(names(step, tokens, 0 if tokens else 8)):
                on.compute(20 * US)
                for layer in range(LAYERS):
                    jitter = (step * 7 + layer) % 5 * 200
                    _layer(on, layer, tokens or 8, jitter=jitter, is_fused=is_fused, is_named=is_named)
                on.copy(2, 32, 2 * US)
    return path


def training(path: Path) -> Path:
    """Write a training loop whose data loader is too slow."""
    with TraceBuilder(path) as builder:
        builder.h100()
        on = Timeline(builder)
        for step in range(16):
            with on.range(f"train_step_{step}"):
                with on.range("load"):
                    on.compute(900 * US + step % 3 * 40 * US)
                    on.copy(1, 8 << 20, 700 * US)
                with on.range("forward"):
                    for layer in range(LAYERS):
                        with on.range(f"layers.{layer}"):
                            on.kernel(GEMM, 120 * US)
                            on.kernel(FLASH, 60 * US)
                with on.range("backward"):
                    for layer in reversed(range(LAYERS)):
                        with on.range(f"layers.{layer}"):
                            on.kernel(GEMM, 240 * US)
                            on.kernel(FLASH, 130 * US)
                with on.range("optimizer"):
                    on.kernel(ADAM, 300 * US)
                    on.copy(2, 4, 2 * US)
    return path


def _vllm(_: int, context: int, generation: int) -> str:
    return f"execute_context_{int(context > 0)}({context})_generation_{generation}({generation})"


def _sglang(_: int, context: int, generation: int) -> str:
    return f"step[EXTEND bs=1 toks={context}]" if context else f"step[DECODE bs={generation} toks={generation}]"


def _tensorrt(step: int, context: int, generation: int) -> str:
    return f"[Executor] _forward_step {step}: {int(context > 0)} ctx reqs, {generation} gen reqs"


def write_traces(folder: Path) -> None:
    """Write all traces to a new folder, under the names used on the pages."""
    folder.mkdir(parents=True)
    shutil.copy(SAMPLES / "sample.sqlite", folder / "trace.sqlite")
    for name in ("stages.toml", "ncu.csv", "callgraph.json"):
        shutil.copy(SAMPLES / name, folder)
    serving(folder / "before.sqlite", _vllm)
    serving(folder / "after.sqlite", _vllm, is_fused=True)
    serving(folder / "vllm.sqlite", _vllm, is_named=True)
    serving(folder / "sglang.sqlite", _sglang)
    serving(folder / "tensorrt_llm.sqlite", _tensorrt)
    training(folder / "training.sqlite")
    (folder / "traces").mkdir()
    job = build_job(folder / "traces", JobPlan(files=4, processes=1, steps=12, pinned=(2, 300_000)))
    for rank, path in enumerate(job.paths):
        path.rename(path.with_name(f"rank{rank}.sqlite"))


if __name__ == "__main__":
    write_traces(Path(sys.argv[1]))
