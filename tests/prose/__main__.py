"""Look for phrases of the word list: ``python -m tests.prose --check [FILE ...]`` (part of ``make lint``)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.prose.words import REPOSITORY, check


def main() -> int:
    """Print each phrase with what to write instead; return 1 if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.prose", description=__doc__)
    parser.add_argument("--check", action="store_true", required=True, help="print the phrases; fail if there are any")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="read these files only; default: all")
    named = [path.resolve().relative_to(REPOSITORY).as_posix() for path in parser.parse_args().files]
    found, idle = check(REPOSITORY, named or None)
    for line in [*found, *idle]:
        print(line)
    if found:
        print(f"{len(found)} phrases to replace; exceptions: tests/prose/exceptions.toml", file=sys.stderr)
    return 1 if found or idle else 0


if __name__ == "__main__":
    sys.exit(main())
