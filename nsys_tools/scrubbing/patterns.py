"""Patterns for strings that identify a machine or a person, or that are secrets."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

HOME = re.compile(r"(?P<folder>/(?:home|Users)/|[A-Za-z]:\\Users\\|/root/)(?P<name>[^/\\\s:;,\"'=]+)", re.IGNORECASE)
"""A user's home folder."""
MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w.])")
"""An e-mail address. A versioned symbol such as ``f@GLIBC_2.2.5`` does not match."""
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
ADDRESS = re.compile(
    rf"(?<![\w.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w-]|\.\d)"  # IPv4
    r"|(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])"  # MAC
    r"|(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![\w:])|(?<![\w:])fe80::[0-9A-Fa-f:]+"  # IPv6
)
"""A network address. A version such as ``libcublas.so.12.4.5.8`` does not match."""
DEVICE = re.compile(
    r"(?<![\w-])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![\w-])"  # UUID
    r"|(?<![\w:])[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\.[0-7](?!\w)"  # PCI
)
"""The UUID or bus address of a GPU or network device."""
# A number or a Python constant is not a secret: max_tokens=512, eos_token=None.
ASSIGNED = re.compile(
    r"(?<![a-z0-9])(?:[\w-]*[_-])?(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTHORIZATION|BEARER)"
    r"[\"']?(?:\s*[=:]+\s*|\s+(?=\S{12}))[\"']?(?!-?[\d.]+(?![\w.])|None\b|True\b|False\b|null\b|\.\.\.)"
    r"(?P<value>[^\s,;\"'()\[\]{}<>]{4,})",
    re.IGNORECASE,
)
"""A secret that follows its name: ``API_KEY=...``, ``--password ...``, ``token: ...``."""
_BEGINS = (
    r"(?<![A-Za-z0-9])(?:hf_|gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|rk_live_|xox[abprs]-|npm_|pypi-|nvapi-|dop_v1_|"
    r"AKIA|ASIA|AIza|ya29\.|SG\.)"
)
TOKEN = re.compile(_BEGINS + r"[A-Za-z0-9_-]{16,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|-----BEGIN [A-Z ]+-----")
"""A token or key, identified by its prefix: Hugging Face, GitHub, AWS, Google, Slack, NVIDIA, a JWT ..."""
TOKEN_BEGINS = re.compile(_BEGINS.replace("v1", "v[01]").replace("29", "[02][09]") + "|eyJ")
"""Prefixes of tokens, including those with every digit replaced by zero."""
# Mangled C++ names of GCC and MSVC, and the obfuscated names in NVIDIA's static libraries.
_MANGLED = re.compile(r"(?<![A-Za-z0-9])_{1,3}Z[\w.$]+|\?[\w@?$]{8,}|lib[a-z]+_static_[0-9a-f]{40}(?![0-9a-f])")
_RUN = re.compile(r"[A-Za-z0-9+]{20,}")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|\+")
_DIGITS = re.compile(r"\d+")
_LEAST_BITS, _LEAST_HEX_BITS = 3.4, 3.0
_LONGEST_WORDS, _LONGEST_NUMBERS = 3.0, 1.75


AFTER_NAME = "=: \t\n\v\f\r"
"""Characters that can separate a secret from its name."""
# Each pattern with characters of which every match contains one. Testing for these is ten times as fast.
_FORMS = (
    ("a home folder", HOME, "/\\"), ("an e-mail address", MAIL, "@"), ("a network address", ADDRESS, ".:"),
    ("the UUID or bus address of a device", DEVICE, "-:"), ("a secret that follows its name", ASSIGNED, AFTER_NAME),
    ("an access token", TOKEN, "_-.IS"),
)  # fmt: skip
_SECRETS = ("key", "token", "secret", "passw", "passphrase", "credential", "authorization", "bearer")


def forms(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield the patterns that could match a string, each with its description."""
    for what, form, marks in _FORMS:
        if any(mark in text for mark in marks) and (form is not ASSIGNED or names_secret(text.lower())):
            yield what, form


def names_secret(lower: str) -> bool:
    """Whether a lower-case string contains a word that indicates a secret."""
    return any(name in lower for name in _SECRETS)


def entropy(text: str) -> float:
    """Return the Shannon entropy of a string, in bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def random_parts(text: str) -> Iterator[str]:
    """Yield the parts of a string that look random, such as keys, tokens and digests.

    Notes
    -----
    The entropy of a kernel name can be as high as a key's, but kernel names consist of words and numbers. In
    random letters and digits, a word has 1.9 characters on average (below 2.9 in 99 % of 32-character keys) and a
    number has 1.2 digits. In ``E4m3bf16H128PagedCausalP16Kv128``, a number has 2 digits on average. Mangled C++
    names are skipped. These values were measured on the shared traces and on 2,000 random keys of each length.
    """
    if not _RUN.search(text):
        return
    for found in _RUN.finditer(_MANGLED.sub(" ", text)):
        part = found[0]
        if _HEX.fullmatch(part):
            if entropy(part) >= _LEAST_HEX_BITS:
                yield part
        elif (
            _mean_length(_WORDS.findall(part)) <= _LONGEST_WORDS
            and 0 < _mean_length(_DIGITS.findall(part)) <= _LONGEST_NUMBERS
            and entropy(part) >= _LEAST_BITS
        ):
            yield part


def _mean_length(parts: list[str]) -> float:
    return sum(map(len, parts)) / len(parts) if parts else 0.0
