"""Shorter forms of names without templates: cuBLAS, cuDNN, CUTLASS, Triton and generated kernels."""

from __future__ import annotations

import re

from nsys_tools.kernel_label.text import MOST

_LONGEST = 300  # longer names are left unchanged, because patterns with two wildcards are slow on them
_TYPE = r"(?:bf16|fp16|f16|f32|tf32|f64|i8|s8|e4m3|e5m2)"


def _compiled(*pairs: tuple[str, str]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), short) for pattern, short in pairs]


# Parts that all names of a kind have, or that repeat. Flags with sizes keep their numbers.
_ALWAYS = _compiled(
    (r"^cutlass_80_", "cutlass_"),
    (r"^cutlass_(\d+)_", r"cutlass\1_"),
    (r"tensorop_", ""),
    (r"_align(\d)", r"_a\1"),
    (rf"({_TYPE})(_(?:\w+?_)?\w*?(?:gemm|fprop|dgrad|wgrad)\w*?)_\1_", r"\1\2_"),
    (r"^cudnn_infer_|xmma_|_nhwckrsc|_nchwkcrs|_tensor\d+x\d+x\d+|_execute(_segment_k_off)?|_kernel(?=_|$)", ""),
    (r"(?:__5x|_5x)?_(?:cudnn|cublas)$", ""),
    (r"implicit_gemm", "igemm"),
    (r"tf32f32_tf32f32_f32_", "tf32_"),
    (r"f32f32_tf32f32_f32_", "f32_tf32_"),
    (rf"({_TYPE})\1_\1f32_f32_", r"\1_"),
    (rf"({_TYPE})({_TYPE})_\1f32_f32_", r"\1_\2_"),
    (r"_tilesize", "_"),
    (r"_stages_", "_"),
    (r"_stage(?=\d)", "_s"),
    (r"_warpgroupsize", "_wg"),
    (r"_warpsize", "_w"),
    (r"_cgasize", "_c"),
    (r"_(?:g1|ldg8_f2f|optimized)(?=_|$)", ""),
    (rf"_s\d+x\d+x\d+gemm_({_TYPE})_\1_f32_\1_\1_", r"_\1_"),
    (r"_0_(?=[tn]{3}_)|_warpspecialized|_epi_tma", "_"),
    (r"_cooperative", "_coop"),
    (r"__+(?=[tn]{3}_|[pc]|$)", "_"),
    (r"_$", ""),
)  # fmt: skip
_GENERATED = _compiled(
    (r"^cudnn_generated_fort_native_sdpa_(sm\d+)_flash_(.*?)_w?g?mma_(\w+?)_knob_(\d+)", r"cudnn_sdpa_\1_\2_\3_k\4"),
    (r"_kernel0_0$", ""),
    (r"^fmha_v2_flash_attention_(.*?)(?:_tma_ws)?(_sm\d+)_kernel.*", r"fmha_v2_\1\2"),
    (r"sliding_or_chunked_causal|SlidingOrChunkedCausal", "sliding"),
    (r"^(fmhaSm\w+?)Kernel_", r"\1_"),
    (r"Bfloat16", "bf16"),
    (r"^(fmhaSm\w+?_)Qkv(\w+?)O\2(?=H\d)", r"\1\2"),
    (r"^(bmm_\w+?)_Fp32(_\w+?)_et\d+x\d+_m\d+x\d+x\d+(_c\w+?)_rM(_[TN]{2}).*", r"\1\2\3\4"),
    (r"^kernel_cutlass_kernel_flash_attncuteflash_(\w+?)FlashAttention.*?_object_at__", r"fa4_\1 "),
    (r"^kernel_cutlass_kernel_(\w+?)_object_at__", r"\1 "),
)  # fmt: skip
# The least informative parts, dropped in this order until the name fits.
_MORE = _compiled(
    (r"_+(?:to_copy|unsafe_view|view|clone|expand|squeeze|unsqueeze|slice|t)(?=_)", ""),
    (r"native_layer_norm", "layer_norm"),
    (r"_indexed", "_idx"),
    (r"_aligna(\d)_alignc(\d)", r"_a\1c\2"),
    (r"_ldg\d(_ldg\d)?", ""),
    (r"_igemm", ""),
    (r"_bias_\w?f\d+", "_bias"),
    (r"(_[tn]{2})_n_", r"\1_"),
    (r"_bz_", "_"),
    (r"(?<=nvjet)_sm\d+", ""),
    (r"(?<=cutlass)\d\d(?=_)", ""),
    (r"_4x1x1|_cga1x1x1|_c1x1x1|_a8(?=_)|_tmaAB|_v1$", ""),
    (r"(?<=_)Qkv(\w+?)O(\w+?)(?=H\d)", r"\1\2"),
    (r"(?<=cutlass3)x", ""),
    (r"VarSeq|StaticSwapsAb|StaticSwap|Persistent", ""),
    (r"PagedKv", "Paged"),
    (r"Context$", "Ctx"),
    (r"ForGen\w*$", "Gen"),
    (r"(?:_kernel|Kernel)(?=_|$)", ""),
)  # fmt: skip
_PRODUCT = re.compile(r"gemm|xmma|cutlass|nvjet|wgmma|scudnn|cudnn|hmma|imma|splitK", re.IGNORECASE)


def is_product(name: str) -> bool:
    """Return whether a name is that of a GEMM or convolution. Such names contain tile, layout and types."""
    return bool(_PRODUCT.search(name))


def shortened(name: str) -> str:
    """Return a name without the parts common to its kind. If it is too long, also omit the least informative parts."""
    if name.startswith("_Z") or len(name) > _LONGEST:
        return name
    for pattern, short in _GENERATED:
        name = pattern.sub(short, name)
    if is_product(name) and "_sdpa_" not in name and " " not in name:
        for pattern, short in _ALWAYS:
            name = pattern.sub(short, name)
    for pattern, short in _MORE:
        if len(name) > MOST:
            name = pattern.sub(short, name)
    return name
