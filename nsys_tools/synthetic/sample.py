"""The sample trace of ``make demo``: generated, deterministic, and with known ground truth.

The program resembles DeepSeek-OCR on an H100: two pages of 2 x 2 crops go through preprocessing, a vision tower,
prefill, and a launch-bound decode loop whose last steps run as a CUDA graph. Modules have the names of the model's own
code. Kernel names and durations are plausible but not measured. Outside the graph, each module takes at least its
roofline time.
"""

from __future__ import annotations

from pathlib import Path

from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline

_GEMM = "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_bf16_128x128_ldg8_f2f_stages_32x5_tn_align8>(Params)"
_GEMV = "void gemv2T_kernel_val<int, int, __nv_bfloat16, __nv_bfloat16, float, 128, 16, 4, 4, false>(cublasGemvParams)"
_FLASH = (
    "void flash_fwd_kernel<Flash_fwd_kernel_traits<128, 64, 64, 4, cutlass::bfloat16_t>, false, true>(Flash_fwd_params)"
)
_SPLIT = "void flash_fwd_splitkv_kernel<Flash_fwd_kernel_traits<128, 64, 128, 4>, false, true>(Flash_fwd_params)"
_NORM = "void vectorized_layer_norm_kernel<c10::BFloat16, float>(int, float, const c10::BFloat16*, c10::BFloat16*)"
_ADD = "void at::native::vectorized_elementwise_kernel<4, at::native::CUDAFunctor_add<c10::BFloat16>>(int, Array)"
_GELU = "void at::native::vectorized_elementwise_kernel<4, at::native::GeluCUDAKernelImpl(TensorIteratorBase&)>(int)"
_TOPK = "void at::native::sbtopk::gatherTopK<float, unsigned int, 2, false>(at::cuda::detail::TensorInfo<float>)"
_CONV = "void implicit_convolve_sgemm<__nv_bfloat16, 128, 5, 5, 3, 3, 3, 1>(int, int, int, const __nv_bfloat16*)"
_ARGMAX = "void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float, at::native::ArgMaxOps<float>>>(ReduceOp)"


class _Program:
    """The simulated program on a timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self.on = timeline
        self.sequence = 0

    def op(self, name: str, *kernels: tuple[str, int]) -> None:
        """Run one framework operator: an NVTX range as PyTorch's emit_nvtx writes it, and its kernels."""
        self.sequence += 1
        with self.on.range(f"{name}, op_id = {self.sequence}"):
            for kernel, duration in kernels:
                self.on.kernel(kernel, duration)
            self.on.compute(3_000)

    def attention_block(self, scale: int) -> None:
        """Run norm, attention and MLP. The largest kernel takes `scale` us."""
        self.op("aten::layer_norm", (_NORM, scale * 80))
        self.op("aten::linear", (_GEMM, scale * 1000))
        self.op("aten::scaled_dot_product_attention", (_FLASH, scale * 700))
        self.op("aten::linear", (_GEMM, scale * 400))
        self.op("aten::gelu", (_GELU, scale * 120))
        self.op("aten::linear", (_GEMM, scale * 1300))
        self.op("aten::add", (_ADD, scale * 60))

    def vision(self) -> None:
        """Run the vision tower: two encoders and a projector."""
        on = self.on
        with on.range("vision"):
            with on.range("sam"):
                with on.range("model.sam_model.patch_embed"):
                    self.op("aten::conv2d", (_CONV, 90_000))
                for layer in range(12):
                    with on.range(f"model.sam_model.blocks.{layer}"):
                        self.attention_block(230 if layer in {2, 5, 8, 11} else 120)
                with on.range("model.sam_model.neck"):
                    self.op("aten::conv2d", (_CONV, 60_000))
            with on.range("clip"):
                for layer in range(24):
                    with on.range(f"model.vision_model.transformer.layers.{layer}"):
                        self.attention_block(13)
            with on.range("projector"), on.range("model.projector"):
                self.op("aten::linear", (_GEMM, 35_000))

    def decoder_layer(self, layer: int, scale: int, attention: str, product: str) -> None:
        """Run one decoder layer. Layers after layer 0 route their tokens to experts."""
        on = self.on
        with on.range(f"model.layers.{layer}"):
            self.op("aten::rms_norm", (_NORM, max(2_000, scale * 40)))
            self.op("aten::linear", (product, max(4_500, scale * 600)))
            self.op("aten::scaled_dot_product_attention", (attention, max(3_500, scale * 300)))
            if layer:
                self.op("aten::topk", (_TOPK, 5_000))
            self.op("aten::linear", (product, max(6_000, scale * 900)), (product, max(5_000, scale * 500)))
            self.op("aten::add", (_ADD, max(1_500, scale * 30)))

    def decode(self, steps: int, graph_steps: int) -> None:
        """Run the decode loop. The last steps replay a CUDA graph."""
        on = self.on
        with on.range("decode"):
            for step in range(steps):
                with on.range(f"step {step}"):
                    if step < steps - graph_steps:
                        for layer in range(12):
                            self.decoder_layer(layer, 1, _SPLIT, _GEMV)
                        with on.range("lm_head"):
                            self.op("aten::linear", (_GEMV, 130_000))
                    else:
                        on.graph(3, 610_000)
                    with on.range("sample"):
                        self.op("aten::argmax", (_ARGMAX, 9_000))
                        on.copy(2, 8, 1_600)

    def page(self, steps: int, graph_steps: int) -> None:
        """Process one page, from the file to its text."""
        on = self.on
        with on.range("image"):
            with on.range("preprocess"):
                on.compute(6_000_000)
                on.copy(1, 3 * 1024 * 1024 * 4, 1_050_000)
                on.copy(1, 4 * 640 * 640 * 3 * 2, 620_000, stream=13, pinned=True)
            self.vision()
            with on.range("prefill"):
                on.memset(61_440 * 1024, 28_000)
                for layer in range(12):
                    self.decoder_layer(layer, 90, _FLASH, _GEMM)
                with on.range("lm_head"):
                    self.op("aten::linear", (_GEMM, 260_000))
            self.decode(steps, graph_steps)
            on.synchronize()


def build_sample(path: Path, pages: int = 2, steps: int = 12, graph_steps: int = 4) -> Timeline:
    """Write the sample trace.

    Parameters
    ----------
    path
        The new SQLite file.
    pages, steps, graph_steps
        Number of pages, of decode steps per page, and of those steps that replay a graph.

    Returns
    -------
    Timeline
        The timeline with the ground truth: operations and ns by the path of the innermost range.
    """
    with TraceBuilder(path) as builder:
        builder.h100()
        timeline = Timeline(builder)
        program = _Program(timeline)
        timeline.migrate(2 << 20, 95_000)
        for _ in range(pages):
            program.page(steps, graph_steps)
    return timeline
