"""Errors raised by transformers' code, reworded as error messages with hints."""

from __future__ import annotations

import re

# Errors that transformers' code raises on meta tensors or on inconsistent values.
FAULTS = (
    ValueError, TypeError, AttributeError, LookupError, RuntimeError, AssertionError, ImportError, ArithmeticError,
)  # fmt: skip


def reason_of(error: BaseException) -> str:
    """Return the text of a transformers error in a form that can end a sentence."""
    if package := _missing(error):
        return f"it requires the {package} package, which is not installed"
    lines = (line.strip() for line in str(error).splitlines())
    return f"{type(error).__name__}: {next((line for line in lines if line), 'no reason given')}"


def remedy(error: BaseException) -> str:
    """Return a hint for a transformers error, or an empty string if there is none."""
    if package := _missing(error):
        return f"Run `pip install {package}`."
    if "padding_idx" in str(error).lower():
        return "pad_token_id must be less than vocab_size. Set --config pad_token_id=null or the correct vocab_size."
    return ""


def _missing(error: BaseException) -> str:
    """Return the missing package if it is the cause of an error."""
    if not isinstance(error, ImportError):
        return ""
    found = re.search(r"pip install ([\w.-]+)", str(error)) or re.search(r"requires the ([\w.-]+) library", str(error))
    return found.group(1) if found else (error.name or "").partition(".")[0]
