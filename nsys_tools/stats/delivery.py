"""Write ``nsys stats`` reports and rules to files or the console, as nsys does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

import duckdb

from nsys_tools.errors import UsageError
from nsys_tools.files import cannot_write, check_apart, place
from nsys_tools.stats.answers import Answer
from nsys_tools.stats.formats import EXTENSIONS, SEPARATED, Format, parse_format, writer

CONSOLE = "-"


def as_many(values: Sequence[str], count: int) -> list[str]:
    """Return `count` values. The last value is repeated as needed, as in nsys."""
    filled = zip_longest(range(count), values, fillvalue=values[-1])
    return [str(value) for _, value in filled][:count]


def formats(texts: Sequence[str], outputs: Sequence[str], time: str, *, csv_safe: bool = False) -> list[Format]:
    """Return one format per output. The default is column for the console and csv for files.

    Parameters
    ----------
    texts
        The formats given by the user. ``.`` or an empty string selects the default.
    outputs
        The outputs of the reports.
    time
        Unit for times whose unit the format does not set.
    csv_safe
        Quote cells that a spreadsheet would evaluate.

    Raises
    ------
    UsageError
        If a format is unknown, or `csv_safe` is set and no format is CSV or TSV.
    """
    defaults = ["column" if target == CONSOLE else "csv" for target in outputs]
    found = [
        parse_format(default if text == "." else text, time=time)
        for text, default in zip(as_many(texts or ["."], len(outputs)), defaults, strict=True)
    ]
    if csv_safe and not any(form.name in SEPARATED for form in found):
        raise UsageError("--csv-safe has no effect on these formats.", "Use it with --format csv or tsv.")
    return [replace(form, csv_safe=csv_safe and form.name in SEPARATED) for form in found]


@dataclass(frozen=True)
class Delivery:
    """The destination of the reports for a trace.

    Attributes
    ----------
    trace
        The trace. If the output is ``.``, files are written next to it.
    console
        The stream to write to if the output is ``-``.
    overwrite
        Whether to replace existing files.
    """

    trace: Path
    console: TextIO
    overwrite: bool = False

    def deliver(self, reports: Sequence[tuple[Answer, Format, str]]) -> Iterator[tuple[Answer, str]]:
        """Write results to their outputs, in order, and yield each result with its message.

        Two reports are written concurrently, because formatting a report is limited by a single core.
        """
        with ExitStack() as folders, _two_threads() as pool:
            drafts: list[tuple[Answer, Path | None, Path, Future[int] | None]] = []
            for answer, form, target in reports:
                file = self._file(target, answer, form)
                exists = file is not None and os.path.lexists(file) and not self.overwrite
                draft = Path() if exists else Path(folders.enter_context(_folder(file))) / "report"
                drafts.append((answer, file, draft, None if exists else pool.submit(writer(answer, form), draft)))
            for answer, file, draft, count in drafts:
                if count is None:
                    yield answer, f"skipped: {file} already exists. To replace it, use --force-overwrite."
                elif _written(count, file) == 0 and not draft.is_file():
                    yield answer, answer.nothing or f"skipped: {answer.no_data}"
                elif file is None:
                    self._print(draft)
                else:
                    yield answer, self._placed(draft, file)

    def _file(self, target: str, answer: Answer, form: Format) -> Path | None:
        """Return the file for an output, or None for the console."""
        if target == CONSOLE:
            return None
        if target.startswith("@"):
            raise UsageError(f"--output {target}: commands are not supported.", "Use -o - with a shell pipe.")
        base = str(self.trace.with_suffix("")) if target == "." else target
        file = Path(f"{base}_{answer.request.label}.{EXTENSIONS[form.name]}")
        check_apart(file, [self.trace])
        return file

    def _placed(self, draft: Path, file: Path) -> str:
        """Move a draft to its final name, and return the message."""
        try:
            place(draft, file, replace=self.overwrite)
        except FileExistsError:  # another process has just written it
            return f"skipped: {file} already exists. To replace it, use --force-overwrite."
        except OSError as error:
            raise cannot_write(file, error) from None
        return f"written to {file}"

    def _print(self, draft: Path) -> None:
        with draft.open(encoding="utf-8", newline="") as text:
            shutil.copyfileobj(text, self.console)
        self.console.write("\n")


def _written(count: Future[int], file: Path | None) -> int:
    """Wait until a report is written, and return its number of rows."""
    try:
        return count.result()
    except (OSError, duckdb.IOException) as error:
        raise cannot_write(file or Path(tempfile.gettempdir()), error) from None


@contextmanager
def _two_threads() -> Iterator[ThreadPoolExecutor]:
    """Yield a thread pool. On Ctrl-C, it does not wait for running tasks, and it cancels pending tasks."""
    pool, wait = ThreadPoolExecutor(max_workers=2), True
    try:
        yield pool
    except KeyboardInterrupt:
        wait = False
        raise
    finally:
        pool.shutdown(wait=wait, cancel_futures=True)


def _folder(file: Path | None) -> tempfile.TemporaryDirectory[str]:
    """Return a draft folder next to the final file, so that the draft can be renamed instead of copied."""
    if file is None:
        return tempfile.TemporaryDirectory()
    try:
        return tempfile.TemporaryDirectory(dir=file.parent, prefix=".nsys-tools-")
    except OSError as error:
        raise cannot_write(file, error) from None
