"""What a user decides of a scrubbed trace."""

from __future__ import annotations

from dataclasses import dataclass

from nsys_tools.errors import UsageError

NVTX = ("keep", "paths", "hash")
NAMES = THREADS = ("keep", "hash")
_SALT_LENGTH = 16  # shorter ones can be guessed


@dataclass(frozen=True)
class Options:
    """What to keep, and how.

    Attributes
    ----------
    nvtx
        Texts of NVTX: as they are, with file paths cut down to their last part, or as digests.
    names
        Names of kernels and of the program's own functions: as they are, or as digests.
    threads
        Names of threads and programs: as they are, or as digests, but for those that everybody has.
    drop_samples
        Leave out samples of the CPU and call chains.
    keep_host
        Keep the names of hosts, and the identity of GPUs and network devices.
    salt
        Files that are scrubbed with one salt have the same pseudonyms; without one, each file has its own.

    Raises
    ------
    UsageError
        If a value means nothing.
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
                raise UsageError(f"{option} {value} is unknown.", f"It is one of: {', '.join(allowed)}.")
        if self.salt and len(self.salt) < _SALT_LENGTH:
            raise UsageError(
                f"--salt has {len(self.salt)} characters, and could be guessed.",
                f"Use {_SALT_LENGTH} random characters or more, as openssl rand -hex 16 prints them.",
            )
