"""Labels of GEMMs and convolutions: tile, layout and types."""

from __future__ import annotations

import re

from nsys_tools.kernel_label.cpp import Part, closing, element, joined, numbers, parsed, said
from nsys_tools.kernel_label.shortening import is_product, shortened
from nsys_tools.kernel_label.text import MOST, fitted

_SCHEDULES = {"Pingpong": "pingpong", "Cooperative": "coop"}
_TILE = re.compile(r"GemmShape<(\d+), ?(\d+), ?(\d+)")
_WORD = re.compile(r"[A-Za-z_]\w*")
# The fields of vllm::ScalarType: number of bits, and position of the lowest bit.
_EXPONENT, _MANTISSA, _SIGNED, _BIAS = (8, 0), (8, 8), (1, 16), (32, 17)


def named_product(part: Part, _: str) -> str:
    """Return the label of a kernel that is named after its tile and types, or wraps such a kernel.

    The label is an empty string for other kernels.
    """
    inner = next((one for one in part.templates if is_product(one) and _WORD.fullmatch(one)), "")
    name = inner if part.name in {"Kernel", "Kernel2"} and inner else part.name
    return shortened(name) if is_product(name) and not (part.templates and name == part.name) else ""


def cutlass(part: Part, text: str) -> str:
    """Return the label of a CUTLASS GEMM that its template arguments describe, or an empty string for other kernels."""
    if "Gemm" not in text or part.name not in {"Kernel", "Kernel2", "device_kernel"} or not part.templates:
        return ""
    if "CollectiveMma<" in text:
        return _cutlass3(text)
    found = _TILE.search(text)
    types = [short for one in re.findall(r"[\w:]+", text[: text.find("epilogue")]) if (short := element(one))]
    types = [one for one in dict.fromkeys(types) if not one.startswith(("i32", "i64", "bool"))]
    layouts = "".join("t" if one == "Row" else "n" for one in re.findall(r"layout::(Row|Column)Major", text)[:2])
    names = "conv" if "::conv::" in text else "gemm"
    tile = "x".join(found.groups()) if found else ""
    return fitted([f"cutlass_{names}", tile, ",".join(types[:2]), layouts, *re.findall(r"Mma(\w+)<", text)[:1]])


def _cutlass3(text: str) -> str:
    """Return architecture, tile, types, layout, cluster, stages and schedule of a CUTLASS 3 GEMM."""
    start = text.index("CollectiveMma<") + len("CollectiveMma")
    loop, tile, first, first_stride, second, second_stride, *_ = [
        *parsed(text[start - 1 : closing(text, start) + 1]).templates, *[""] * 6
    ]  # fmt: skip
    mainloop = parsed(loop)
    found = re.search(r"Sm(\d+)", mainloop.name)
    types = dict.fromkeys(element(re.sub(r"^(?:cute::)?tuple<|,.*", "", one)) for one in (first, second))
    # A stride that starts with 1 runs along the rows of A (n) or the columns of B (t). Otherwise it runs along k.
    sides = zip((first_stride, second_stride), ("nt", "tn"), strict=True)
    layout = "".join(side[0 if re.search(r"<(?:1,|1x)", one[:20]) else 1] for one, side in sides)
    cluster = next((one for one in mainloop.templates if re.fullmatch(r"\d+x\d+x\d+", one)), "")
    stages = f"s{number}" if (number := "".join(numbers(mainloop.templates)[:1])) else ""
    schedule = [short for word, short in _SCHEDULES.items() if word in loop]
    grouped = "grouped_" if "GroupProblemShape" in text else ""
    name = f"{grouped}gemm_sm{found[1]}" if found else f"{grouped}gemm"
    return fitted([name, tile, ",".join(filter(None, types)), layout, cluster, stages, *schedule], schedule)


def deep_gemm(part: Part, text: str) -> str:
    """Return the label of a DeepGEMM kernel with its sizes, shape first, or an empty string for other kernels."""
    if "deep_gemm::" not in text or "gemm" not in part.name:
        return ""
    sizes = "x".join(one for one in numbers(part.templates) if one != "0")
    types = joined([word for word in said(part.templates) if word.kind == "type"], terse=True)
    label = " ".join([re.sub(r"_(?:impl|kernel)$", "", part.name), *types, sizes])
    return label if len(label) <= MOST else f"{label[: MOST - 1].rstrip('x')}…"


def marlin(part: Part, _: str) -> str:
    """Return the label of a Marlin GEMM, or an empty string for other kernels. Types are vLLM ScalarType ids."""
    if part.name != "Marlin":
        return ""
    arguments = [_scalar(int(one)) if re.fullmatch(r"\d{9,}", one) else one for one in part.templates]
    types = [element(one) or one for one in arguments if not re.fullmatch(r"-?\d+|true|false", one)]
    rest = [one for one in arguments if re.fullmatch(r"-?\d+|true|false", one)]
    return fitted([part.scope.removesuffix("_wna16") or "marlin", ",".join(types), *joined(said(rest))])


def _scalar(number: int) -> str:
    """Return the name of a vLLM ScalarType. Its bit layout is in vllm/scalar_type.py."""
    exponent, mantissa, signed, bias = (
        number >> low & (1 << bits) - 1 for bits, low in (_EXPONENT, _MANTISSA, _SIGNED, _BIAS)
    )
    if exponent:
        return {(8, 7): "bf16", (5, 10): "f16"}.get((exponent, mantissa), f"e{exponent}m{mantissa}")
    return f"{'i' if signed else 'u'}{mantissa + signed}{f'b{bias}' if bias else ''}"
