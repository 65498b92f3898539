"""Labels of attention kernels: pass, head size, tile, type and flags."""

from __future__ import annotations

import re

from nsys_tools.kernel_label.cpp import Part, closing, elements, joined, numbers, parsed, said, split
from nsys_tools.kernel_label.text import fitted

_FLAGS = {
    "flash_fwd_kernel": ("dropout", "causal", "local", "alibi", "even_mn", "even_k", "softcap", "softmax"),
    "flash_fwd_splitkv_kernel": ("causal", "local", "alibi", "even_mn", "even_k", "softcap", "split", "append"),
    "flash_fwd_splitkv_combine_kernel": ("even_k",),
    "flash_bwd_dq_dk_dv_loop_seqk_parallel_kernel": (
        "dropout", "causal", "local", "alibi", "even_mn", "even_k", "softcap"
    ),
    "flash_fwd_splitkv_mla_kernel": ("causal",),
    "flash_bwd_dot_do_o_kernel": ("clear",),
    "FlashAttnFwdSm": (
        "causal", "local", "softcap", "varlen", "paged", "append", "qv", "", "", "gqa", "split", "col_v"
    ),
    "FlashAttnBwdSm": ("causal", "local", "softcap", "varlen", "deterministic"),
}  # fmt: skip
# These follow from the head size and the batch packing. The other flags are more informative.
_LEAST = ("even_k", "even_mn", "varlen", "gqa")
_MASKS = {"0": "", "1": "causal", "2": "custom_mask", "3": "multi_item"}


def _flags(name: str, arguments: list[str]) -> list[str]:
    """Return the names of the flags that are set, or all flags as digits if the flags have no names."""
    values = [one in {"1", "true"} for one in arguments if one in {"0", "1", "true", "false"}]
    if name in _FLAGS:
        return [word for word, value in zip(_FLAGS[name], values, strict=False) if value]
    return ["".join(str(int(value)) for value in values)]


def flash2(part: Part, text: str) -> str:
    """Return the label of a FlashAttention 2 kernel, or an empty string for other kernels."""
    traits = next((parsed(one) for one in part.templates if "kernel_traits" in one), None)
    if traits is None or "flash" not in text:
        return ""
    sizes = numbers(traits.templates)
    head = f"hd{sizes[0]}" if sizes else ""
    own = [one for one in part.templates if not re.fullmatch(r"[2-9]|\d\d+", one)]
    power = "".join(numbers(part.templates)[1:2]) if "combine" in part.name else ""
    splits = f"splits{2 ** int(power)}" if re.fullmatch(r"\d", power) else ""
    name = re.sub(r"_kernel|_loop_seqk_parallel|fwd_(?=splitkv_combine)", "", part.name)
    words = [name, head, "x".join(sizes[1:3]), *elements(traits.templates)[:1], splits, *_flags(part.name, own)]
    return fitted(words, _LEAST)


def flash3(part: Part, text: str) -> str:
    """Return the label of a FlashAttention 3 kernel, or an empty string for other kernels."""
    found = re.search(r"(FlashAttn(Fwd|Bwd)Sm)\d+<", text) if part.name == "device_kernel" else None
    loop = text.find("CollectiveMainloop")
    if not found or loop < 0:
        return ""
    start = text.find("<", loop)
    arguments = split(text[start + 1 : closing(text, start)])
    sizes = [one.split("x") for one in arguments if re.fullmatch(r"\d+x\d+x\d+", one)]
    rows, columns, head = sizes[1] if len(sizes) > 1 else ("", "", "")
    value = "" if found[2] == "Bwd" else "".join(numbers(arguments)[1:2])
    heads = f"hd{head}" if value in {"", head} else f"hd{head}x{value}"
    flags = _flags(found[1], [one for one in arguments if one in {"true", "false"}])
    words = [f"fa3_{found[2].lower()}", heads, f"{rows}x{columns}", *elements(arguments)[:1], *flags]
    return fitted(words, _LEAST)


def flashinfer(part: Part, text: str) -> str:
    """Return the label of a FlashInfer prefill or decode kernel, or an empty string for other kernels.

    A tile has 16 elements per MMA in each dimension. A decode thread reads `vec_size` elements of a head.
    """
    if "flashinfer::" not in text or not re.match(r"(?:Batch|Single)(?:Prefill|Decode)With", part.name):
        return ""
    name = part.name.replace("With", "").replace("CacheKernel", "")
    traits = next((parsed(one).templates for one in part.templates if "KernelTraits" in one), None)
    values = numbers(traits or part.templates)
    if traits is not None and len(values) > 8:
        mask, query, _, along_kv, along_head, along_value, _, warps = (int(one) for one in values[:8])
        head = f"hd{16 * along_head}" if along_head == along_value else f"hd{16 * along_head}x{16 * along_value}"
        types = dict.fromkeys(elements(traits)[:3])
        return fitted([name, head, f"{query}x{16 * along_kv * warps}", ",".join(types), _MASKS.get(str(mask), "")])
    if "Decode" in name and len(values) > 6:
        return fitted([name, f"hd{int(values[3]) * int(values[4])}", f"gqa{values[5]}", "x".join(values[1:7])])
    return fitted([name, *joined(said(part.templates), terse=True)])
