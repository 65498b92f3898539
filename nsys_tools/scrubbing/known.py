"""Names and values of a trace's machine and users, which must not appear anywhere in the copy."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
# Names that identify nobody.
_GENERIC = {
    "local (cli)", "localhost", "localdomain", "host", "node", "server", "unknown", "none", "null", "default",
    "scrubbed", "root", "user", "users", "admin", "ubuntu", "debian", "nobody", "docker", "runner", "nvidia", "home",
    "shared", "public", "test", "work", "workspace", "data", "model", "models", "python", "torch", "cuda", "true",
    "false", "auto", "disabled", "enabled",
}  # fmt: skip
_SHORTEST = {"user": 3, "host": 4, "secret": 4, "value": 8}
_SHORTEST_NUMBER = 6  # of a secret: shorter numbers would match sizes and counts
_KINDS = ("secret", "user", "host", "value")
# Must not match TOKENIZERS_PARALLELISM, max_new_tokens, KEYBOARD or PWD.
_SECRET = re.compile(
    r"(?:^|[_.-])(?:API|AUTH)?(?:KEY|TOKEN|PASS|CREDS?|AUTH|COOKIE|SIGNATURE|LICENSE|WEBHOOK|DSN|BEARER)(?:$|[_.-])"
    r"|_PWD$|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL",
    re.IGNORECASE,
)
_USERS = {"USER", "LOGNAME", "USERNAME", "SUDO_USER", "SLURM_JOB_USER", "NB_USER"}
_HOSTS = {
    "HOSTNAME",
    "HOST",
    "COMPUTERNAME",
    "SLURMD_NODENAME",
    "SLURM_SUBMIT_HOST",
    "SLURM_JOB_NODELIST",
    "NODE_NAME",
    "POD_NAME",
}
_HOME = re.compile(r"/(?:home|Users)/([^/\s:;,\"'=\0]+)|[A-Za-z]:\\Users\\([^\\\s:;,\"'=\0]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A known value in a string: its position and kind (``host``, ``user``, ``secret``, or environment ``value``)."""

    start: int
    end: int
    kind: str


class Known:
    """Names and values to search for, matched as whole words, ignoring case.

    Notes
    -----
    A trace can contain the environment of every process on a host, which has thousands of values. Values are looked up
    by their first word, so the cost of a search depends only on the number of words in the string.
    """

    def __init__(self) -> None:
        self._by_word: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)

    def __len__(self) -> int:
        """Return the number of known values."""
        return sum(len(values) for values in self._by_word.values())

    def add(self, kind: str, value: str) -> None:
        """Add a value, unless it is too short or too common to identify anything."""
        folded = _folded(value.strip().strip("\"'"))
        if len(folded) < _SHORTEST[kind] or folded in _GENERIC:
            return
        is_number = re.fullmatch(r"[\d.,:;/ _-]+", folded) is not None
        if is_number and (kind != "secret" or len(folded) < _SHORTEST_NUMBER):
            return
        if first := _WORD.search(folded):
            values = self._by_word[first[0]]
            had = values.get(folded, (0, ""))[1]
            # A value can be found under several names. If it is a secret under one, it is a secret everywhere.
            if not had or _KINDS.index(kind) < _KINDS.index(had):
                values[folded] = first.start(), kind

    def host(self, name: str) -> None:
        """Add a hostname and its first label."""
        self.add("host", name)
        self.add("host", name.partition(".")[0])

    def variable(self, name: str, value: str, *, keep_host: bool = False) -> None:
        """Add the value of an environment variable. If `keep_host` is set, hostnames are not added."""
        value = value.strip("\"'")
        if name.upper() in _USERS:
            self.add("user", value)
        elif name.upper() in _HOSTS:
            if not keep_host:
                self.host(value)
        else:
            self.add("secret" if _SECRET.search(name) else "value", value)
        self.folders(value)

    def folders(self, text: str) -> None:
        """Add the users whose home folders appear in a string."""
        lower = text.lower()
        if "home" in lower or "users" in lower:
            for found in _HOME.finditer(text):
                self.add("user", found[1] or found[2])

    def arguments(self, arguments: list[str]) -> None:
        """Add the values of arguments whose names indicate a secret."""
        for at, one in enumerate(arguments):
            name, equal, value = one.partition("=")
            if _SECRET.search(name):
                self.add("secret", value if equal else " ".join(arguments[at + 1 : at + 2]))
            self.folders(one)

    def first_words(self) -> Iterator[str]:
        """Yield the first words of all values."""
        yield from self._by_word

    def found(self, text: str, leave: Collection[str] = ()) -> Iterator[Found]:
        """Yield the known values in a string from left to right, except values of the kinds in `leave`.

        If several values begin at the same position, only the longest is yielded.
        """
        if not self._by_word:
            return
        folded = _folded(text)
        done = 0
        for word in _WORD.finditer(folded):
            values = self._by_word.get(word[0])
            if not values:
                continue
            here = [
                Found(begin, begin + len(value), kind)
                for value, (offset, kind) in values.items()
                if kind not in leave
                and (begin := word.start() - offset) >= done
                and folded.startswith(value, begin)
                and not folded[begin + len(value) : begin + len(value) + 1].isalnum()
            ]
            if here:
                longest = max(here, key=lambda one: one.end)
                done = longest.end
                yield longest

    def replaced(self, text: str, by: Callable[[str, str], str], leave: frozenset[str] = frozenset()) -> str:
        """Return a string with known values replaced by `by(kind, value)`, except values of the kinds in `leave`."""
        for one in reversed(list(self.found(text, leave))):
            text = text[: one.start] + by(one.kind, _folded(text[one.start : one.end])) + text[one.end :]
        return text


def _folded(text: str) -> str:
    """Return a string in lower case, with its length unchanged."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
