"""Traces in which a rule on kernels fires: each adds events, and returns the time at stake."""

from __future__ import annotations

from functools import partial

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, THREAD, launch
from tests.findings.case import BF16_PRODUCT, FP32_PRODUCT, MS, US, case, described, kernel

ADD = "void at::native::vectorized_elementwise_kernel<(int)4, at::native::CUDAFunctor_add<float>>(int, T2)"
COPY = "void at::native::unrolled_elementwise_kernel<at::native::direct_copy_kernel_cuda(at::TensorIterator &)>(int)"
SOFTMAX = "void <unnamed>::softmax_warp_forward<float, float, float, (int)6, (bool)0, (bool)0>(T2 *, const T1 *, int)"
SAMPLE = "void at::native::distribution_elementwise_grid_stride_kernel<float, (int)4>(long)"


@case("fp32_product", 875 * US)
def fp32_product(b: TraceBuilder) -> None:
    """TF32 is eight times as fast on an A100: 1 ms becomes an eighth."""
    described(b)
    kernel(b, FP32_PRODUCT, 0, 1 * MS)
    kernel(b, BF16_PRODUCT, 1 * MS, 2 * MS)


@case("unfused_attention", 700 * US)
def unfused_attention(b: TraceBuilder) -> None:
    """Two products of 200 us, and a scale and softmax of 100 and 200 us between them."""
    for n, (name, start, end) in enumerate((
        (BF16_PRODUCT, 0, 200), (ADD, 200, 300), (SOFTMAX, 300, 500), (BF16_PRODUCT, 500, 700), (SAMPLE, 700, 800)
    )):  # fmt: skip
        kernel(b, name, start * US, end * US, block=(32 * (n + 1), 1, 1))


@case("elementwise_run", 300 * US)
def elementwise_run(b: TraceBuilder) -> None:
    """Of 100 + 300 + 200 us in a row, the longest remains; a single one, and one after 2 ms, do not form a row."""
    for start, end in ((0, 100), (100, 400), (400, 600)):
        kernel(b, ADD, start * US, end * US)
    kernel(b, BF16_PRODUCT, 600 * US, 700 * US)
    kernel(b, ADD, 700 * US, 800 * US)
    kernel(b, ADD, 2900 * US, 3000 * US)


@case("layout_conversion", 400 * US)
def layout_conversion(b: TraceBuilder) -> None:
    kernel(b, "void nchwToNhwcKernel<__half, __half, float, (bool)1>(cudnn::ops::nchw2nhwc_params_t<T3>)", 0, 400 * US)


@case("tensor_copy", 400 * US)
def tensor_copy(b: TraceBuilder) -> None:
    kernel(b, COPY, 0, 400 * US)


@case("dequantization", 300 * US)
def dequantization(b: TraceBuilder) -> None:
    """A product that reads quantized weights itself does not count."""
    kernel(b, "void kDequantizeBlockwise<__nv_bfloat16, (int)512, (int)64, (int)8, (int)2>(float *)", 0, 300 * US)
    kernel(b, "void marlin::Marlin<__half, (int)4, (bool)1>(const int4 *)", 300 * US, 600 * US)


@case("small_grid", 300 * US)
def small_grid(b: TraceBuilder) -> None:
    """27 blocks on 108 SMs for 400 us: three quarters of the GPU are unused."""
    described(b)
    kernel(b, "small", 0, 400 * US, grid=(27, 1, 1))
    kernel(b, "whole", 400 * US, 500 * US, grid=(108, 1, 1))


@case("partial_wave", 200 * US)
def partial_wave(b: TraceBuilder) -> None:
    """Blocks of 1,024 threads: two fit on an SM, 216 on the GPU. 324 are 1.5 waves, which take the time of two."""
    described(b)
    kernel(b, "tail", 0, 800 * US, grid=(324, 1, 1), block=(1024, 1, 1), registers=32)
    kernel(b, "whole waves", 800 * US, 900 * US, grid=(432, 1, 1), block=(1024, 1, 1), registers=32)


@case("occupancy_register", 300 * US)
def occupancy_register(b: TraceBuilder) -> None:
    """255 registers take 8,192 of a warp: 65,536 hold 8 of 64 warps, one block of 256 threads. At 16 of 64: 128."""
    described(b)
    kernel(b, "many", 0, 400 * US, block=(512, 1, 1), registers=120)
    kernel(b, "half", 400 * US, 500 * US, block=(256, 1, 1), registers=64)


@case("occupancy_shared_memory", 350 * US)
def occupancy_shared_memory(b: TraceBuilder) -> None:
    """80 KB and the 1 KB of the system: 2 blocks of 4 warps, an eighth of 64. 8 such blocks would be half of it."""
    described(b)
    kernel(b, "tiles", 0, 400 * US, shared_bytes=80 * 1024)
    kernel(b, "half", 400 * US, 500 * US, shared_bytes=19 * 1024)


@case("local_memory", 250 * US)
def local_memory(b: TraceBuilder) -> None:
    kernel(b, "spills", 0, 250 * US, local_bytes=16)
    kernel(b, "none", 250 * US, 500 * US, local_bytes=0)


@case("tiny_kernel", 50 * US)
def tiny_kernel(b: TraceBuilder) -> None:
    """Ten of 5 us; one of 6 us is in the next bin."""
    for n in range(10):
        kernel(b, f"t{n}", 10 * n * US, (10 * n + 5) * US)
    kernel(b, "longer", 100 * US, 106 * US)


@case("opaque_graph", 600 * US)
def opaque_graph(b: TraceBuilder) -> None:
    b.graph_run(PROCESS, 1, 0, 600 * US, 0)


@case("exposed_communication", 300 * US)
def exposed_communication(b: TraceBuilder) -> None:
    """Of 500 us, 200 are hidden by a kernel on another stream; on GPU 1, everything is."""
    name = "ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)"
    b.kernel(PROCESS, name, 0, 500 * US, 0, stream=9)
    kernel(b, "compute", 300 * US, 600 * US)
    b.kernel(PROCESS, name, 0, 100 * US, 0, stream=9, device=1)
    b.kernel(PROCESS, "compute", 0, 200 * US, 0, device=1)


@case("gpu_imbalance", 400 * US)
def gpu_imbalance(b: TraceBuilder) -> None:
    """GPU 0 is busy for 1 ms, GPU 1 for 500 of 900 us."""
    kernel(b, "compute", 0, 1 * MS)
    b.kernel(PROCESS, "compute", 0, 250 * US, 0, device=1)
    b.kernel(PROCESS, "compute", 650 * US, 900 * US, 0, device=1)


def outside(b: TraceBuilder, ns: int) -> None:
    """Add an operation in a range until 99 us, and one outside until 100 us."""
    b.range(THREAD, "stage", 0, 5)
    launch(b, 1, 10, 99 * US + 10)
    launch(b, 10, 99 * US + 10, 99 * US + 10 + ns)


@case("unattributed", 1001, partial(outside, ns=1000))
def unattributed(b: TraceBuilder) -> None:
    outside(b, 1001)
