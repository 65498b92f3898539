"""The user's choices for scrubbing a trace."""

from __future__ import annotations

from dataclasses import dataclass

from nsys_tools.errors import UsageError

NVTX = ("keep", "paths", "hash")
NAMES = THREADS = ("keep", "hash")
_SALT_LENGTH = 16  # a shorter one can be guessed


@dataclass(frozen=True)
class Options:
    """What to keep, and how.

    Attributes
    ----------
    nvtx
        How to copy NVTX strings: unchanged, with file paths reduced to their last component, or as digests.
    names
        How to copy names of kernels and of the program's functions: unchanged or as digests.
    threads
        How to copy names of threads and programs: unchanged, or as digests except for common names.
    drop_samples
        Whether to omit CPU samples and call chains.
    keep_host
        Whether to keep hostnames, and the UUIDs and addresses of GPUs and network devices.
    salt
        Files that are scrubbed with the same salt have the same pseudonyms. Without a salt, each file has its own
        pseudonyms.

    Raises
    ------
    UsageError
        If a value is invalid.
    """

    nvtx: str = "paths"
    names: str = "keep"
    threads: str = "hash"
    drop_samples: bool = False
    keep_host: bool = False
    salt: str = ""

    def __post_init__(self) -> None:
        """Check the values."""
        for option, value, allowed in (
            ("--nvtx", self.nvtx, NVTX), ("--names", self.names, NAMES), ("--threads", self.threads, THREADS),
        ):  # fmt: skip
            if value not in allowed:
                raise UsageError(f"{option} {value} is not supported.", f"Use one of: {', '.join(allowed)}.")
        if self.salt and len(self.salt) < _SALT_LENGTH:
            raise UsageError(
                f"--salt has only {len(self.salt)} characters and could be guessed.",
                f"Use at least {_SALT_LENGTH} random characters, for example from `openssl rand -hex 16`.",
            )
