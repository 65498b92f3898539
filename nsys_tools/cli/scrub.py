"""``nsys-tools scrub``: write a copy of a trace that can be shared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.progress import status


def scrub(
    trace: Annotated[
        Path, typer.Argument(metavar="IN", help="Trace to copy: a .sqlite export or a parquetdir folder.")
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Path of the scrubbed copy, which has the same format as IN.")
    ],
    nvtx: Annotated[
        str,
        typer.Option(metavar="keep|paths|hash", help="Keep NVTX text, keep it with shortened file paths, or hash it."),
    ] = "paths",
    names: Annotated[
        str, typer.Option(metavar="keep|hash", help="Keep or hash the names of kernels and functions.")
    ] = "keep",
    threads: Annotated[
        str, typer.Option(metavar="keep|hash", help="Keep or hash the names of threads and programs.")
    ] = "hash",
    drop_samples: Annotated[bool, typer.Option("--drop-samples", help="Omit CPU samples and call chains.")] = False,
    keep_host: Annotated[
        bool, typer.Option("--keep-host", help="Keep hostnames, and the UUIDs and addresses of GPUs and NICs.")
    ] = False,
    salt: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            envvar="NSYS_TOOLS_SALT",
            help="Derive pseudonyms from this salt. Files scrubbed with the same salt have the same pseudonyms.",
        ),
    ] = "",
    manifest: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a list of what was removed to this JSON file.")
    ] = None,
    force: options.FORCE = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors to stderr.")] = False,
) -> None:
    """Write a scrubbed copy of a trace for sharing.

    A trace contains the environment, arguments and output of programs, and the names of hosts, users and files. The
    copy contains no data about the machine or its users. It is a new file with only the data that is known to be
    harmless. Metrics do not change. Finally, every string in the copy is scanned. If a string still reveals too much,
    no copy is written and the exit code is 1. A .nsys-rep file cannot be scrubbed directly. Export it first.
    """
    with status(quiet=quiet) as progress:
        done = nt.scrub(
            trace, out, nvtx=nvtx, names=names, threads=threads, drop_samples=drop_samples, keep_host=keep_host,
            salt=salt, manifest=manifest, force=force, progress=progress,
        )  # fmt: skip
    if not quiet:
        print(done.summary, file=sys.stderr)
    print(done.path)
