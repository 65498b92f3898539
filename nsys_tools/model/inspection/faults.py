"""What code of transformers raises, as the end of a sentence and with what to do about it."""

from __future__ import annotations

import re

# What code of transformers raises on shapes alone, or on values that do not fit each other.
FAULTS = (
    ValueError, TypeError, AttributeError, LookupError, RuntimeError, AssertionError, ImportError, ArithmeticError,
)  # fmt: skip


def reason_of(error: BaseException) -> str:
    """Return what an error of transformers says, as the end of a sentence."""
    if package := _missing(error):
        return f"it needs the package {package}, which is not installed"
    lines = (line.strip() for line in str(error).splitlines())
    return f"{type(error).__name__}: {next((line for line in lines if line), 'it does not say why')}"


def remedy(error: BaseException) -> str:
    """Return what a user can do about an error of transformers; empty if that is unknown."""
    if package := _missing(error):
        return f"Install it: pip install {package}."
    if "padding_idx" in str(error).lower():
        return "pad_token_id has to be below vocab_size: set --config pad_token_id=null, or the right vocab_size."
    return ""


def _missing(error: BaseException) -> str:
    """Return the package that is not installed, if that is what an error is about."""
    if not isinstance(error, ImportError):
        return ""
    found = re.search(r"pip install ([\w.-]+)", str(error)) or re.search(r"requires the ([\w.-]+) library", str(error))
    return found.group(1) if found else (error.name or "").partition(".")[0]
