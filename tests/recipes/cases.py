"""The recipes and options that are compared with NVIDIA's answers."""

from __future__ import annotations

from typing import Any

_SUMS = (
    "cuda_api_sum", "cuda_gpu_kern_sum", "cuda_gpu_mem_size_sum", "cuda_gpu_mem_time_sum", "osrt_sum", "nvtx_sum",
    "nvtx_gpu_proj_sum", "nccl_sum", "nccl_gpu_proj_sum", "mpi_sum",
)  # fmt: skip
_TIME = {"start": 1_500_000, "end": 3_400_000}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    **{name: (name, {}) for name in _SUMS},
    **{f"{name}.window": (name, _TIME) for name in _SUMS},
    "cuda_gpu_kern_sum.base": ("cuda_gpu_kern_sum", {"base": True}),
    "cuda_gpu_kern_sum.mangled": ("cuda_gpu_kern_sum", {"mangled": True}),
    "cuda_gpu_kern_pace": ("cuda_gpu_kern_pace", {"name": "gemm"}),
    "cuda_gpu_kern_pace.window": ("cuda_gpu_kern_pace", {"name": "gemm", **_TIME}),
    "nvtx_pace": ("nvtx_pace", {"name": "step"}),
    "nvtx_gpu_proj_pace": ("nvtx_gpu_proj_pace", {"name": "forward"}),
    "nvtx_gpu_proj_trace": ("nvtx_gpu_proj_trace", {}),
    "cuda_gpu_time_util_map": ("cuda_gpu_time_util_map", {}),
    "cuda_gpu_time_util_map.bins": ("cuda_gpu_time_util_map", {"bins": 211}),
    # NVIDIA's recipe fails if a file has several GPUs, and always for NCCL.
    "cuda_gpu_time_util_map.one_gpu": ("cuda_gpu_time_util_map", {"bins": 211, "cumulative": True}),
    "cuda_gpu_time_util_map.window": ("cuda_gpu_time_util_map", {"bins": 150, **_TIME}),
    "nccl_gpu_time_util_map": ("nccl_gpu_time_util_map", {}),
    "nccl_gpu_time_util_map.bins": ("nccl_gpu_time_util_map", {"bins": 173}),
    "cuda_api_sync": ("cuda_api_sync", {}),
    "cuda_api_sync.rows": ("cuda_api_sync", {"rows": 2}),
    "cuda_api_sync.nvtx": ("cuda_api_sync", {"nvtx": "step/1"}),
    "cuda_memcpy_async": ("cuda_memcpy_async", {}),
    "cuda_memcpy_async.window": ("cuda_memcpy_async", _TIME),
    "cuda_memcpy_sync": ("cuda_memcpy_sync", {}),
    "cuda_memset_sync": ("cuda_memset_sync", {}),
    "gpu_gaps": ("gpu_gaps", {}),
    "gpu_gaps.short": ("gpu_gaps", {"gap": 0, "rows": 7}),
    "gpu_time_util": ("gpu_time_util", {}),
    "gpu_time_util.chunks": ("gpu_time_util", {"chunks": 500, "threshold": 70}),
    "gpu_time_util.window": ("gpu_time_util", {"chunks": 40, "threshold": 90, **_TIME}),
}
"""Recipe and options by the name of the case."""
