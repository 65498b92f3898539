"""Readable kernel names of at most 48 characters that show what distinguishes one kernel from another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nsys_tools.kernel_label.attention import flash2, flash3, flashinfer
from nsys_tools.kernel_label.cpp import Part, Word, joined, parsed, said, split
from nsys_tools.kernel_label.pointwise import pointwise
from nsys_tools.kernel_label.products import cutlass, deep_gemm, marlin, named_product
from nsys_tools.kernel_label.shortening import shortened
from nsys_tools.kernel_label.text import MOST, cut

__all__ = ["MOST", "cut", "label", "labels"]

_RAW, _READ = 16_000, 4_000  # characters read of a longer name: originally, and after cleaning
_FLAG = re.compile(r"\(bool\)([01])\b")
_NUMBERS = re.compile(r"\([A-Za-z_][\w:]*(?: \w+)*\)(-?\d+)|\b(\d+)(?:[uUlL]+)\b")
_UNNAMED = re.compile(r"(?:<unnamed>|\(anonymous namespace\)|\{anonymous\}|_GLOBAL__N__\w+)::")
_CONSTANT = re.compile(r"(?:cute::)?C<(-?\d+|true|false) ?>")
_TUPLE = re.compile(r"(?:cute::)?tuple<(\d+(?:, ?\d+)*) ?>")
_SCOPED = 13  # shorter names are shown with their namespace
_NO_SCOPE = {"native", "detail", "kernels", "cub", "std", "ops", "vllm", "flashinfer", "flash"}
_RULES = (flash2, flash3, flashinfer, marlin, deep_gemm, cutlass, named_product, pointwise)


def label(name: str) -> str:
    """Return a label for a kernel.

    Parameters
    ----------
    name
        The demangled name, with or without template arguments.

    Returns
    -------
    str
        At most `MOST` characters. The label contains the functor and element types of PyTorch's elementwise and
        reduction kernels, the tile, layout and types of GEMMs, the head size and pass of attention kernels, or the
        operation and type of NCCL kernels. A short name is unchanged. A label that is too long is cut in the middle.
    """
    text = _plain(name)
    part = parsed(text)
    if not part.name:
        return cut(text or "(no name)")
    for rule in _RULES:
        if found := rule(part, text):
            return cut(found)
    return _other(part)


def labels(names: Iterable[str]) -> dict[str, str]:
    """Return the labels of the kernels of a trace. Duplicate labels are numbered."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for name in sorted(set(names)):
        one = label(name)
        number = taken[one] = taken.get(one, 0) + 1
        found[name] = one if number == 1 else f"{cut(one, MOST - len(str(number)) - 2)} #{number}"
    return found


def _plain(name: str) -> str:
    """Return a name on one line, with numbers and flags as in C++, and CuTe constants as numbers."""
    text = _NUMBERS.sub(_number, _FLAG.sub(_flag, _UNNAMED.sub("", name[:_RAW])))
    if "tuple<" in text:
        text = _TUPLE.sub(lambda found: "x".join(split(found[1])), _CONSTANT.sub(r"\1", text))
    text = text[:_READ]
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split()).removeprefix("void ")


def _flag(found: re.Match[str]) -> str:
    return "true" if found[1] == "1" else "false"


def _number(found: re.Match[str]) -> str:
    return found[1] or found[2]


def _other(part: Part) -> str:
    """Return the label of a kernel of unknown kind: its name and the information in its template arguments."""
    if part.name in {"device_kernel", "_kernel_agent", "run_global"} and part.templates:
        part = _unwrapped(part)
    name = shortened(part.name)
    # Nsight Compute omits the namespace of this cuBLAS kernel.
    scope = part.scope or ("gemvx" if part.name == "kernel" and "cublasGemv" in "".join(part.templates[-1:]) else "")
    if len(part.name) < _SCOPED and scope and scope not in _NO_SCOPE:
        name = f"{scope}::{name}"
    words = [word for word in said(part.templates) if word.text != part.name]
    found = " ".join([name, *joined(words)])
    if len(found) > MOST:
        bare = name if part.name == "kernel" else re.sub(r"_?[kK]ernel$", "", shortened(part.name)) or name
        found = " ".join([bare, *joined(_told(words), terse=True)])
    return cut(found)


def _unwrapped(part: Part) -> Part:
    """Return the kernel that a CUTLASS or Thrust wrapper kernel runs."""
    inner = parsed(part.templates[0])
    while inner.name.startswith("enable_") and inner.templates:
        inner = parsed(inner.templates[0])
    return inner if inner.name else part


def _told(words: list[Word]) -> list[Word]:
    """Return the words without leading integer types, which are index types."""
    while len(words) > 1 and words[0].kind == words[1].kind == "type" and words[0].text in {"i32", "i64"}:
        words = words[1:]
    return words
