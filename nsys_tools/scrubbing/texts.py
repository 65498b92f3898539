"""String replacement: each string is copied, stripped of machine data, replaced by a pseudonym, or dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from nsys_tools.paths import base_names
from nsys_tools.scrubbing import allowed
from nsys_tools.scrubbing.known import Known
from nsys_tools.scrubbing.options import Options
from nsys_tools.scrubbing.patterns import ADDRESS, DEVICE, HOME, MAIL, random_parts
from nsys_tools.scrubbing.plain import Plain
from nsys_tools.scrubbing.pseudonyms import Pseudonyms

# Common names of threads and programs: of CUDA, nsys, PyTorch, NCCL and Python.
_PUBLIC = re.compile(
    r"python[\d.]*|torchrun|mpirun|MPI Rank \d+|nsys[\w-]*|\[NSys[\w. ]*\]|\*2CommsProcesso|cuda-?EvtHandlr|"
    r"cuda[0-9a-f]{13}|CUPTI worker th\w*|jemalloc_bg_thd|tokio-runtime-w|"
    r"pt_(?:main_thread|autograd_\d+|data_(?:worker|pin)|nccl_\w+|elastic\w*|gloo\w*|tcpstore\w*)|NCCL [A-Z][\w ]*",
    re.ASCII,
)
# NVTX domains of libraries, which queries look for.
_DOMAINS = {
    "NCCL",
    "MPI",
    "CCCL",
    "CUB",
    "Thrust",
    "cuBLAS",
    "cuDNN",
    "cuFFT",
    "cuSPARSE",
    "cuSOLVER",
    "NVSHMEM",
    "UCX",
}
# Fields of NCCL payloads, which queries look for.
_FIELDS = {"NCCL communicator ID", "Message size [bytes]", "Rank", "No. of ranks", "CUDA device", "Reduction operation"}
_MOST = 200_000  # number of cached texts
_NOBODY = {"", "local (cli)", "localhost"}
_ADMINISTRATOR = {"", "root"}
_FORMS = {
    "scalar": re.compile(r"true|false|-?\d+(?:\.\d+)?"),
    "word": re.compile(r"[A-Za-z][\w -]{0,40}", re.ASCII),
    "label": re.compile(r"[\w ()@.,/#+*-]{1,100}", re.ASCII),
    "time": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?"),
    "rank": re.compile(r"(?:RANK|OMPI_COMM_WORLD_RANK|PMI_RANK|PMIX_RANK|SLURM_PROCID)=\"?\d{1,9}\"?"),
}
_VERSION = re.compile(r"\d+(?:\.\d+)*")
_MESSAGE_WORD = re.compile(r"[^\W_][\w.'-]*[^\W_]|[^\W_]")


class Texts:
    """Replaces strings according to the content type of their column.

    Parameters
    ----------
    options
        The user's choices.
    known
        Names and values of the trace's machine and users.

    Attributes
    ----------
    plain
        Identifies strings that are certainly harmless.
    changed
        Number of changed strings by content type.
    """

    def __init__(self, options: Options, known: Known) -> None:
        self._options = options
        self._known = known
        self._pseudonyms = Pseudonyms(options.salt)
        self.plain = Plain(known)
        self._leave = frozenset({"host"} if options.keep_host else ())
        # Names of GPUs and functions are public even if they are also the value of an environment variable.
        self._leave_in_names = self._leave | {"value"}
        self._done: dict[tuple[str, str], str | None] = {}
        self.changed: Counter[str] = Counter()
        self._ways: dict[str, Callable[[str], str | None]] = {
            "word": self._name, "api": self._name, "label": self._name, "symbol": self._symbol, "nvtx": self._nvtx,
            "path": self._path, "thread": self._thread, "process": self._process, "host": self._host,
            "user": self._user, "address": self._address, "time": self._time,
            "message": self._message,
        }  # fmt: skip

    def text(self, holds: str, value: str) -> str | None:
        """Return a string's replacement in the copy, or None to drop the string."""
        key = (holds, value)
        if key not in self._done:
            if len(self._done) >= _MOST:
                self._done.clear()
            self._done[key] = self._ways[holds](value)
        made = self._done[key]
        self.changed[holds] += made != value
        return made

    def keeps_plain(self, holds: str) -> bool:
        """Whether harmless strings of a content type are copied unchanged."""
        ways = {"word": "keep", "symbol": self._options.names, "nvtx": self._options.nvtx}
        return ways.get(holds, "hash") != "hash"

    def setting(self, name: str, value: str) -> str | None:
        """Return the replacement for a setting's value in the copy, or None to drop the row."""
        holds = allowed.setting(name)
        if holds is None:
            return None
        if holds == "version":
            found = _VERSION.match(value)
            return found[0] if found else None
        if holds in {"scalar", "rank"}:
            return value if _FORMS[holds].fullmatch(value) else None
        if holds in {"word", "label"}:
            return self.text(holds, value) if _FORMS[holds].fullmatch(value) else None
        return self.text(holds, value)

    def number(self, value: float) -> float:
        """Return the replacement for a number that is an address."""
        return value if self._options.keep_host or value in {0, -1} else self._pseudonyms.number("address", value)

    def _replaced(self, text: str, leave: frozenset[str] | None = None) -> str:
        """Return a string with pseudonyms for addresses and for known names and values of the machine and its users."""
        if "/" in text or "\\" in text:
            text = HOME.sub(lambda found: found["folder"] + self._home(found["folder"], found["name"]), text)
        text = self._known.replaced(text, self._pseudonyms.text, self._leave if leave is None else leave)
        if "@" in text:
            text = MAIL.sub(lambda found: self._pseudonyms.text("mail", found[0]), text)
        if "." in text or ":" in text:
            text = ADDRESS.sub(lambda found: self._pseudonyms.text("address", found[0]), text)
        if not self._options.keep_host and ("-" in text or ":" in text):
            text = DEVICE.sub(lambda found: self._pseudonyms.text("address", found[0]), text)
        return text

    def _home(self, folder: str, name: str) -> str:
        return name if folder.lower() == "/root/" else self._pseudonyms.text("user", name.lower())

    def _clean(self, text: str, leave: frozenset[str] | None = None) -> str:
        text = self._replaced(text, leave)
        return base_names(text) if "/" in text or "\\" in text else text

    def _name(self, text: str) -> str:
        return self._clean(text, self._leave_in_names)

    def _symbol(self, text: str) -> str:
        return self._pseudonyms.text("name", text) if self._options.names == "hash" else self._name(text)

    def _nvtx(self, text: str) -> str:
        if self._options.nvtx == "hash":
            return text if text in _DOMAINS | _FIELDS else self._pseudonyms.text("range", text)
        if self._options.nvtx == "paths":
            return self._clean(text)
        return self._known.replaced(text, self._pseudonyms.text, self._leave)

    def _path(self, text: str) -> str:
        """Return the last component of a path. Digests in it, such as those of compiler caches, become pseudonyms."""
        # Replace in the whole path first: the last component of a home folder is a user name.
        name = re.split(r"[/\\]", self._replaced(text.rstrip("/\\")))[-1]
        for part in set(random_parts(name)):
            name = name.replace(part, self._pseudonyms.text("file", part))
        return name

    def _thread(self, text: str) -> str:
        if self._options.threads == "keep":
            return self._clean(text)
        return text if _PUBLIC.fullmatch(text) or not text else self._pseudonyms.text("thread", text)

    def _process(self, text: str) -> str:
        name = re.split(r"[/\\]", text)[-1]
        if self._options.threads == "keep":
            return self._replaced(name)
        return name if _PUBLIC.fullmatch(name) or not name else self._pseudonyms.text("process", name)

    def _host(self, text: str) -> str:
        is_kept = self._options.keep_host or text.lower() in _NOBODY
        return text if is_kept else self._pseudonyms.text("host", text.lower())

    def _user(self, text: str) -> str:
        return text if text.lower() in _ADMINISTRATOR else self._pseudonyms.text("user", text.lower())

    def _address(self, text: str) -> str:
        return text if self._options.keep_host or not text else self._pseudonyms.text("address", text)

    def _time(self, text: str) -> str | None:
        return text if _FORMS["time"].fullmatch(text) else None

    def _message(self, text: str) -> str:
        """Return an nsys message in which ``*`` replaces words that are not in the nsys vocabulary."""
        words = allowed.words()

        def own(found: re.Match[str]) -> str:
            return found[0] if found[0].lower() in words or _VERSION.fullmatch(found[0]) else "*"

        return _MESSAGE_WORD.sub(own, self._clean(text))
