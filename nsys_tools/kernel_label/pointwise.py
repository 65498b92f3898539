"""Labels of PyTorch's elementwise, reduction, index and multi-tensor kernels: the functor and its types."""

from __future__ import annotations

import re

from nsys_tools.kernel_label.cpp import Part, closing, element, elements, numbers, parsed, plain, split
from nsys_tools.kernel_label.text import fitted

_DEEPEST = 8  # template nesting levels
# Wrappers of the functor of an elementwise kernel that do not describe what it computes.
_AROUND = {
    "gpu_kernel_impl", "gpu_kernel_impl_nocast", "BinaryFunctor", "BUnaryFunctor", "AUnaryFunctor", "func_wrapper_t",
    "opmath_gpu_kernel_with_scalars", "opmath_symmetric_gpu_kernel_with_scalars", "gpu_index_kernel",
    "uniform_and_transform", "normal_and_transform",
}  # fmt: skip
_SCALAR = {"BUnaryFunctor": "scalar", "AUnaryFunctor": "scalar_left"}
_LAMBDA = re.compile(
    r"\((?:at::TensorIterator|const c10::Scalar|c10::ArrayRef|[^()]*\)::[\[{]lambda)|::[\[{]lambda|::operator"
)
_TAKEN = re.compile(r"lambda\(([^()]*)\)")
_NO_FUNCTOR = re.compile(
    r"-?\d+$|true$|false$|(?:std::)?array<|TrivialOffset|at::native::memory|(?:at::native::)?\w*TensorList"
)
_ELEMENTWISE = re.compile(r"elementwise_(?:\w+_)?kernel|multi_tensor_apply_kernel|^reduce_kernel")
_SCATTER = re.compile(
    r"scatter_(gather|fill)_internal_kernel<(?:(true|false|[01]), ?)?([^<>]*(?:<\d+>)?)>::operator ?\(\)<([\w:]+)"
)
_KINDS = (("_kernel", ""), ("elementwise", "elem"), ("vectorized_", "vec_"), ("_grid_stride", ""), ("_apply", ""))


def pointwise(part: Part, text: str) -> str:
    """Return the label of a PyTorch kernel that takes a functor, or an empty string for other kernels."""
    if not _ELEMENTWISE.search(part.name) or not part.templates:
        return ""
    kind = part.name
    for word, short in _KINDS:
        kind = kind.replace(word, short)
    sizes = numbers(part.templates)[:2]
    if found := _SCATTER.search(text):
        way = "scatter" if found[2] in {"1", "true"} else found[1]
        words = [kind.strip("_"), way, plain(parsed(found[4]).name), *elements([found[3]]), "x".join(sizes)]
        return fitted(words)
    functors = [one for one in part.templates if not _NO_FUNCTOR.match(one) and not element(one)]
    if not functors:
        return ""
    if part.name.startswith("multi_tensor"):
        return _multi_tensor(kind, part.templates, functors)
    name, types = _reduction(functors[0]) if "ReduceOp<" in functors[0] else _functor(functors[0])
    if "templated" in part.name:
        # The last arguments are the types that it writes and reads.
        types = [",".join(elements(part.templates))]
    said = " ".join(map(plain, name.split()))
    return fitted([kind, said, _converts(text, functors[0]), ",".join(dict.fromkeys(types[:4])), "x".join(sizes)])


def _converts(text: str, functor: str) -> str:
    """Return ``cast`` or ``nocast`` for kernels that exist in both forms, or an empty string for other kernels."""
    if "::LoadWithoutCast" in text:
        return "nocast"
    return "cast" if "gpu_kernel_impl<" in functor.partition("(")[0] else ""


def _multi_tensor(kind: str, templates: list[str], functors: list[str]) -> str:
    """Return the label of a multi-tensor kernel: number of lists and operation."""
    functor = parsed(functors[0])
    others = [one for one in functors[1:] if re.search(r"[a-z_]<|lambda|^std::", one)]
    operation, types = _functor(others[0]) if others else (functor.name, [])
    around = plain(functor.name) if others and functor.name != "UnaryOpFunctor" else ""
    types = types or elements(functor.templates)
    lists = "".join(numbers(parsed(templates[0]).templates)[:1])
    own = numbers(functor.templates) if not others else []
    rest = "x".join(own[1:] if own[:1] == [lists] else own)
    words = [kind, plain(operation), around, ",".join(dict.fromkeys(types[:4])), lists, rest]
    return fitted(words, (rest, around))


def _reduction(text: str) -> tuple[str, list[str]]:
    """Return the operation of a reduction and the types that it reads and writes."""
    part = parsed(text)
    if part.name != "ReduceOp" or len(part.templates) < 2:
        return _functor(text)
    name, _ = _functor(part.templates[1])
    return name, elements([part.templates[0], *part.templates[3:4]])


def _functor(text: str, depth: int = 0) -> tuple[str, list[str]]:
    """Return what a functor computes and its element types."""
    text = text.removeprefix("void ")
    if depth > _DEEPEST:
        return "", []
    if "[lambda" in text or "{lambda" in text:
        # A lambda is named after its enclosing function. The innermost one has the element types.
        outer = parsed(_LAMBDA.split(text)[0])
        inner = [one for one in parsed(text).templates if "lambda" in one] or _inside(text)
        if outer.name in _AROUND and inner:
            return _functor(inner[-1], depth + 1)
        taken = [elements(split(found)) for found in _TAKEN.findall(text)]
        copied = [one for one in elements(_inside(text)) if one.endswith("B")]
        return outer.name, copied or next((types for types in taken if types), [])
    part = parsed(text)
    types = elements(part.templates)
    inner = [one for one in part.templates if not element(one) and not re.fullmatch(r"-?\d+", one)]
    if part.name in _AROUND and inner:
        name, more = _functor(inner[-1], depth + 1)
        return f"{name} {_SCALAR[part.name]}" if part.name in _SCALAR else name, [*types, *more]
    return part.name, types


def _inside(text: str) -> list[str]:
    """Return the template arguments of the first name that has any, ignoring the rest."""
    start = text.find("<")
    return split(text[start + 1 : closing(text, start)]) if start >= 0 else []
