"""Readable names of kernels: what tells one from another, in at most 48 characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST = 48
"""Characters of a label."""
_READ = 4000  # of a longer name, this is read
_DEEPEST = 8  # levels of templates
_NUMBERS = re.compile(r"\((?:unsigned )?(?:int|long|bool|short|char|long long)\)(-?\d+)|\b(\d+)(?:[uUlL]+)\b")
_UNNAMED = re.compile(r"(?:<unnamed>|\(anonymous namespace\)|\{anonymous\}|_GLOBAL__N__\w+)::")
_TYPES = {
    "float": "f32", "double": "f64", "half": "f16", "__half": "f16", "Half": "f16", "half_t": "f16", "fp16": "f16",
    "BFloat16": "bf16", "__nv_bfloat16": "bf16", "bfloat16_t": "bf16", "nv_bfloat16": "bf16", "bf16": "bf16",
    "long": "i64", "int": "i32", "bool": "bool", "unsigned char": "u8", "signed char": "i8", "char": "i8",
    "short": "i16", "unsigned int": "u32", "unsigned long": "u64", "unsigned short": "u16", "long long": "i64",
    "__nv_fp8_e4m3": "e4m3", "Float8_e4m3fn": "e4m3", "float_e4m3_t": "e4m3", "Float8_e5m2": "e5m2",
    "float_e5m2_t": "e5m2", "tfloat32_t": "tf32", "tf32": "tf32", "int8_t": "i8", "uint8_t": "u8", "int32_t": "i32",
    "int64_t": "i64", "complex": "complex",
}  # fmt: skip
# Templates around the functor of an elementwise kernel that say nothing of what it computes.
_AROUND = {
    "gpu_kernel_impl", "gpu_kernel_impl_nocast", "BinaryFunctor", "BUnaryFunctor", "AUnaryFunctor", "func_wrapper_t",
    "opmath_gpu_kernel_with_scalars", "opmath_symmetric_gpu_kernel_with_scalars", "UnaryOpFunctor",
    "BinaryOpScalarFunctor", "TensorListMetadata", "ReduceOp",
}  # fmt: skip
_SILENT = re.compile(r"Policy\d*$|void$|__identity$|TrivialOffsetCalculator$|LoadWithoutCast$|StoreWithoutCast$|array$")
_DULL = re.compile(
    r"(?:^|_)(?:kernel|cuda|impl|functor|CUDAFunctor|CUDA)(?=_|$)|(?:Functor|Ops|CUDAKernelImpl|KernelImpl)$"
)
_LAMBDA = re.compile(
    r"\((?:at::TensorIterator|const c10::Scalar|c10::ArrayRef|[^()]*\)::[\[{]lambda)|::[\[{]lambda|::operator"
)
_TAKEN = re.compile(r"lambda\(([^()]*)\)")
_NO_FUNCTOR = re.compile(r"-?\d+$|(?:std::)?array<|TrivialOffset|at::native::memory|(?:at::native::)?TensorList")
_ELEMENTWISE = re.compile(r"elementwise_kernel|multi_tensor_apply_kernel|reduce_kernel")
_WORD = re.compile(r"[A-Za-z_]\w*")


class _Part(NamedTuple):
    """A C++ name: its last component, and the arguments of its templates."""

    name: str
    templates: list[str]


def label(name: str) -> str:
    """Return a label of a kernel.

    Parameters
    ----------
    name
        The demangled name, with or without template arguments.

    Returns
    -------
    str
        At most `MOST` characters: the functor and element types of PyTorch's elementwise and reduction kernels, tile,
        layout and types of matrix products, head size and pass of attention, operation and type of NCCL; the name as
        it is where that is short. What is still too long is cut in the middle.
    """
    plain = _NUMBERS.sub(lambda found: found[1] or found[2], _UNNAMED.sub("", name))
    plain = " ".join("".join(c if c.isprintable() else " " for c in plain[:_READ]).split()).removeprefix("void ")
    part = _parsed(plain)
    if not part.name:
        return cut(plain or "(no name)")
    for rule in (_attention, _product, _pointwise):
        if found := rule(part, plain):
            return cut(found)
    words = [part.name, *_said(part.templates)]
    return cut(" ".join(dict.fromkeys(words)))


def labels(names: Iterable[str]) -> dict[str, str]:
    """Return the labels of the kernels of a trace; what has the label of another one gets a number."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for name in sorted(set(names)):
        one = label(name)
        number = taken[one] = taken.get(one, 0) + 1
        found[name] = one if number == 1 else f"{cut(one, MOST - len(str(number)) - 2)} #{number}"
    return found


def cut(text: str, length: int = MOST) -> str:
    """Return a text of at most some characters. What is longer is cut in the middle, since names differ at the end."""
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail]}…{text[-tail:]}"


def _closing(text: str, start: int) -> int:
    """Return where the bracket at a place closes; the end of the text where it does not."""
    pairs, depth = {"<": ">", "(": ")", "[": "]", "{": "}"}, []
    for place in range(start, len(text)):
        char = text[place]
        if char in pairs:
            # The operators <, << and -> are no brackets.
            if char == "<" and text[max(place - 8, 0) : place].endswith("operator"):
                continue
            depth.append(pairs[char])
        elif char in ">)]}" and depth:
            if char == ">" and (depth[-1] != ">" or text[place - 1] == "-"):
                continue
            if depth[-1] != char:
                return len(text)
            depth.pop()
            if not depth:
                return place
    return len(text)


def _split(text: str) -> list[str]:
    """Return the arguments of a list: parts between commas outside of brackets."""
    parts, start, place = [], 0, 0
    while place < len(text):
        if text[place] in "<([{":
            place = _closing(text, place)
        elif text[place] == ",":
            parts.append(text[start:place].strip())
            start = place + 1
        place += 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def _parsed(text: str) -> _Part:
    """Return the last component of a qualified name, with its arguments."""
    name, templates, place = "", list[str](), 0
    while place < len(text):
        char = text[place]
        if text.startswith("::", place):
            name, templates, place = "", [], place + 2
            continue
        if char in "<([":
            end = _closing(text, place)
            if char == "<":
                templates = _split(text[place + 1 : end])
            elif char == "(" and not text.startswith("::", end + 1):
                break
            place = end + 1
            continue
        if char == " " and name in _TYPES | {"void": "", "const": ""}:
            name = ""
        elif char != " ":
            name += char
        place += 1
    return _Part(name, templates)


def _type(text: str) -> str:
    """Return the short name of an element type; empty for anything else."""
    bare = text.removeprefix("const ").rstrip(" *&").rpartition("::")[2] if "<" not in text else ""
    return _TYPES.get(bare, "")


def _said(arguments: Sequence[str], depth: int = 0) -> list[str]:
    """Return what template arguments say: types and numbers, and the names of functors, without what repeats."""
    if depth > _DEEPEST:
        return []
    words: list[str] = []
    for one in arguments:
        if short := _type(one):
            words += [short] if words[-1:] != [short] else []
        elif re.fullmatch(r"-?\d+", one):
            words.append(one)
        elif (inner := _parsed(one)).name == "OpaqueType" and inner.templates:
            words.append(f"{inner.templates[0]}B")
        elif inner.name and not _SILENT.match(inner.name):
            words += [inner.name, *_said(inner.templates, depth + 1)[:3]]
    return words


def _functor(text: str, depth: int = 0) -> tuple[str, list[str]]:
    """Return what a functor computes, and the element types that it is for."""
    text = text.removeprefix("void ")
    if depth > _DEEPEST:
        return "", []
    if "[lambda" in text or "{lambda" in text:
        # A lambda is named by the function that it is written in; the innermost one has the element types.
        outer = _parsed(_LAMBDA.split(text)[0])
        inner = [one for one in _parsed(text).templates if "lambda" in one] or _inside(text)
        if outer.name in _AROUND and inner:
            return _functor(inner[-1], depth + 1)
        taken = [[short for one in _split(found) if (short := _type(one))] for found in _TAKEN.findall(text)]
        return outer.name, next((types for types in taken if types), [])
    part = _parsed(text)
    types = [short for one in part.templates if (short := _type(one))]
    inner = [one for one in part.templates if not _type(one) and not re.fullmatch(r"-?\d+", one)]
    if part.name in _AROUND and inner:
        name, more = _functor(inner[0] if part.name == "ReduceOp" else inner[-1], depth + 1)
        name = f"{name} scalar" if part.name in {"BUnaryFunctor", "AUnaryFunctor"} else name
        return name, types[:1] if part.name == "ReduceOp" else [*types, *more]
    return part.name, types


def _inside(text: str) -> list[str]:
    """Return the template arguments of the first name with any, whatever follows it."""
    start = text.find("<")
    return _split(text[start + 1 : _closing(text, start)]) if start >= 0 else []


def _plain(word: str) -> str:
    """Return the name of a functor without what all have."""
    bare = _DULL.sub("", word.replace("CUDAFunctorOnSelf_", "self_")).strip("_") or word
    return bare[0].lower() + bare[1:] if re.match(r"[A-Z][a-z]", bare) else bare


def _pointwise(part: _Part, _: str) -> str:
    """Return the label of one of PyTorch's elementwise, reduction or multi-tensor kernels; empty for others."""
    if not _ELEMENTWISE.search(part.name) or not part.templates:
        return ""
    sizes = [one for one in part.templates if re.fullmatch(r"\d+", one)][:2]
    functors = [one for one in part.templates if not _NO_FUNCTOR.match(one) and not _type(one)]
    if not functors:
        return ""
    name, types = _functor(functors[-1] if part.name.startswith("multi_tensor") else functors[0])
    kind = part.name.replace("_kernel", "").replace("elementwise", "elem").replace("vectorized_", "vec_")
    words = [kind, " ".join(map(_plain, name.split())), ",".join(dict.fromkeys(types[:4])), "x".join(sizes)]
    return " ".join(word for word in words if word)


_GEMM = re.compile(r"gemm|xmma|cutlass|nvjet|wgmma|scudnn|hmma|imma|splitK", re.IGNORECASE)


# What all names of a kind have, or say twice. Flags of sizes keep their numbers.
_SHORTER = [
    (re.compile(pattern), short)
    for pattern, short in (
        (r"^cutlass_(\d+)_", r"cutlass\1_"),
        (r"tensorop_", ""),
        (r"_align(\d)", r"_a\1"),
        (r"(bf16|f16|f32|tf32)(_\w+?gemm\w*?)_\1_", r"\1\2_"),
        (r"^cudnn_infer_|xmma_|_nhwckrsc|_tensor\d+x\d+x\d+|_execute(_segment_k_off)?|_kernel|(_?_5x)?_cudnn", ""),
        (r"implicit_gemm", "igemm"),
        (r"(bf16|f16|f32|tf32|i8)\1_\1f32_(\w+?)_", r"\1_\2_"),
        (r"_tilesize", "_"),
        (r"_stage", "_s"),
        (r"_warpgroupsize", "_wg"),
        (r"_warpsize", "_w"),
        (r"_g1(?=_|$)", ""),
    )
]


def _product(part: _Part, _: str) -> str:
    """Return the label of a matrix product or convolution whose name has tile, layout and types; empty for others."""
    inner = next((one for one in part.templates if _GEMM.search(one) and _WORD.fullmatch(one)), "")
    name = inner if part.name in {"Kernel", "Kernel2"} and inner else part.name
    if not _GEMM.search(name) or (part.templates and name == part.name):
        return ""
    for pattern, short in _SHORTER:
        name = pattern.sub(short, name)
    return name


_FLAGS = {
    "flash_fwd_kernel": ("dropout", "causal", "local", "alibi", "even_mn", "even_k", "softcap", "softmax"),
    "flash_fwd_splitkv_kernel": ("causal", "local", "alibi", "even_mn", "even_k", "softcap", "split", "append"),
}


def _attention(part: _Part, text: str) -> str:
    """Return the label of a flash-attention kernel: pass, head size, tile, type and flags; empty for others."""
    traits = next((_parsed(one) for one in part.templates if "kernel_traits" in one), None)
    if traits is None or "flash" not in text:
        return ""
    numbers = [one for one in traits.templates if re.fullmatch(r"\d+", one)]
    kind = next((short for one in traits.templates if (short := _type(one))), "")
    flags = [one for one in part.templates if one in {"0", "1", "true", "false"}]
    named = _FLAGS.get(part.name, ())
    said = [word for word, flag in zip(named, flags, strict=False) if flag in {"1", "true"}]
    rest = "" if named else "".join("1" if flag in {"1", "true"} else "0" for flag in flags)
    head = f"hd{numbers[0]}" if numbers else ""
    words = [part.name.replace("_kernel", ""), head, "x".join(numbers[1:3]), kind, *said, rest]
    return " ".join(word for word in words if word)
