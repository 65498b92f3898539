"""Parse demangled C++ names: components, template arguments, element types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_DEEPEST = 8  # template nesting levels
_TYPES = {
    "float": "f32", "double": "f64", "half": "f16", "__half": "f16", "Half": "f16", "half_t": "f16", "fp16": "f16",
    "BFloat16": "bf16", "__nv_bfloat16": "bf16", "bfloat16_t": "bf16", "nv_bfloat16": "bf16", "bf16": "bf16",
    "__nv_bfloat162": "bf16x2", "__half2": "f16x2", "tfloat32_t": "tf32", "tf32": "tf32", "complex": "complex",
    "bool": "bool", "char": "i8", "signed char": "i8", "unsigned char": "u8", "short": "i16", "unsigned short": "u16",
    "int": "i32", "unsigned int": "u32", "long": "i64", "unsigned long": "u64", "long long": "i64",
    "unsigned long long": "u64", "int8_t": "i8", "uint8_t": "u8", "int32_t": "i32", "uint32_t": "u32",
    "int64_t": "i64", "uint64_t": "u64", "int4b_t": "i4", "uint4b_t": "u4", "__nv_fp8_e4m3": "e4m3",
    "Float8_e4m3fn": "e4m3", "float_e4m3_t": "e4m3", "float_ue4m3_t": "ue4m3", "__nv_fp8_e5m2": "e5m2",
    "Float8_e5m2": "e5m2", "float_e5m2_t": "e5m2", "__nv_fp4_e2m1": "e2m1", "float_e2m1_t": "e2m1",
    "float_ue8m0_t": "ue8m0",
}  # fmt: skip
_TEMPLATED = re.compile(r"(?:c10::)?complex<(float|double|c10::Half)>$")
_SILENT = re.compile(
    r"Policy\d*$|void$|_*identity\w*$|TrivialOffsetCalculator$|Load|Store|array$|cublas|\w*Params\w*$|NullType$"
    r"|TensorListMetadata$|\w*Metadata$|CUDAGenerator|counting_iterator$|EpilogueIdentity$|Empty$|arch$"
    r"|DefaultAttention$|SharedStorage|Sm\d+$|SoftMax\w+Epilogue$|device_ptr$|\w+_tag$|always_true_predicate$"
)
_TRAITS = re.compile(r"traits|Traits|KernelParams$|KernelTemplate$|GemmShape$|ScanTileState$")
_DULL = re.compile(
    r"(?:^|_)(?:kernel|cuda|impl|functor|CUDAFunctor|CUDA)(?=_|$)|(?:Functor|Ops|CUDAKernelImpl|KernelImpl|SoftMax\w+Epilogue)$"
)
_OPENING = re.compile(r"[<({\[,]")
_MARK = re.compile(r"::|[<(\[ ]")
_BRACKET = re.compile(r"[<>(){}\[\]]")
_PAIRS = {"<": ">", "(": ")", "[": "]", "{": "}"}


class Part(NamedTuple):
    """A C++ name: its last component, its template arguments, and the preceding component."""

    name: str
    templates: list[str]
    scope: str = ""


class Word(NamedTuple):
    """The information in a template argument. The kind is type, number, flag, size or name."""

    kind: str
    text: str


def closing(text: str, start: int) -> int:
    """Return the position of the matching bracket, or the end of the text if there is none."""
    depth: list[str] = []
    for found in _BRACKET.finditer(text, start):
        char, place = found[0], found.start()
        if char in _PAIRS:
            # The operators <, << and -> are not brackets.
            if char == "<" and text[max(place - 8, 0) : place].endswith("operator"):
                continue
            depth.append(_PAIRS[char])
        elif depth:
            if char == ">" and (depth[-1] != ">" or text[place - 1] == "-"):
                continue
            if depth[-1] != char:
                return len(text)
            depth.pop()
            if not depth:
                return place
    return len(text)


def split(text: str) -> list[str]:
    """Return the arguments of a list: the parts between commas that are outside brackets."""
    parts, start, place = list[str](), 0, 0
    while found := _OPENING.search(text, place):
        if found[0] == ",":
            parts.append(text[start : found.start()].strip())
            start = place = found.end()
        else:
            place = closing(text, found.start()) + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def parsed(text: str) -> Part:
    """Return the last component of a qualified name, with its arguments."""
    name, templates, scope, place = "", list[str](), "", 0
    while found := _MARK.search(text, place):
        name += text[place : found.start()]
        mark, place = found[0], found.end()
        if mark == "::":
            name, templates, scope = "", [], name
        elif mark != " ":
            end = closing(text, found.start())
            if mark == "<":
                templates = split(text[place:end])
            elif mark == "(" and not text.startswith("::", end + 1):
                return Part(name, templates, scope)
            place = end + 1
        elif name in _TYPES or name in {"void", "const", "type"}:
            name, scope = "", ""
    return Part(name + text[place:], templates, scope)


def element(text: str) -> str:
    """Return the short name of an element type, or an empty string for anything else."""
    if "<" in text:
        return f"c{_TYPES[found[1].rpartition('::')[2]]}" if (found := _TEMPLATED.match(text)) else ""
    return _TYPES.get(text.removeprefix("const ").removesuffix(" const").rstrip(" *&").rpartition("::")[2], "")


def elements(arguments: Sequence[str]) -> list[str]:
    """Return the element types among template arguments."""
    return [short for one in arguments if (short := element(one) or opaque(one))]


def opaque(text: str) -> str:
    """Return the size of an opaque type, which PyTorch only copies, or an empty string for other types."""
    found = re.match(r"(?:at::native::)?OpaqueType<(\d+)>$", text)
    return f"{found[1]}B" if found else ""


def numbers(arguments: Sequence[str]) -> list[str]:
    """Return the numbers among template arguments."""
    return [one for one in arguments if re.fullmatch(r"-?\d+", one)]


def plain(word: str) -> str:
    """Return the name of a functor without common prefixes and suffixes."""
    bare = _DULL.sub("", word.replace("CUDAFunctorOnSelf_", "self_")).strip("_") or word
    return bare[0].lower() + bare[1:] if re.match(r"[A-Z][a-z]", bare) else bare


def said(arguments: Sequence[str], depth: int = 0) -> list[Word]:
    """Return the information in template arguments: types, numbers, flags, and functor names."""
    words: list[Word] = []
    for one in arguments if depth <= _DEEPEST else ():
        if short := element(one) or opaque(one):
            word = Word("type", short)
            # A type that follows something else is included if it is new.
            if word not in words or words[-1].kind == "type":
                words.append(word)
        elif re.fullmatch(r"-?\d+", one):
            words.append(Word("number", one))
        elif one in {"true", "false"}:
            words.append(Word("flag", "1" if one == "true" else "0"))
        elif re.fullmatch(r"\d+(x\d+)+", one):
            words.append(Word("size", one))
        elif one.startswith("&"):
            words.append(Word("name", plain(parsed(one.lstrip("&(")).name)))
        else:
            words += _nested(one, depth, {word for word in words if word.kind in {"type", "name"}})
    return words


def _nested(text: str, depth: int, known: set[Word]) -> list[Word]:
    """Return the information in a nested template: its name and the words that have not appeared yet."""
    part = parsed(text)
    if not part.name or _SILENT.match(part.name) or (depth and _TRAITS.search(part.name)):
        return []
    inner = said(part.templates, depth + 1)
    if _TRAITS.search(part.name):
        return inner
    name = Word("name", f"{part.scope}::functor" if part.name == "functor" else plain(part.name))
    return [word for word in (name, *inner[:8]) if word not in known]


def joined(words: Sequence[Word], *, terse: bool = False) -> list[str]:
    """Return words as text: 128x64 for consecutive numbers, 01 for flags, and f16,f32 for types.

    If all types are equal, the type appears once. `terse` merges all consecutive equal types.
    """
    found: list[str] = []
    place = 0
    while place < len(words):
        kind, end = words[place].kind, place
        while end < len(words) and words[end].kind == kind:
            end += 1
        row = [word.text for word in words[place:end]]
        if kind == "type":
            short = [one for n, one in enumerate(row) if not n or one != row[n - 1]]
            row = short if terse or len(short) == 1 else row
        found.append({"number": "x", "flag": "", "type": ",", "size": " ", "name": " "}[kind].join(row))
        place = end
    return found
