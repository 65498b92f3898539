"""A browser for tests: headless Chromium, controlled through its driver with the W3C WebDriver protocol."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

DRIVER = shutil.which("chromedriver")
"""The driver that is installed; None without one."""
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    "--force-device-scale-factor=1",
]  # fmt: skip
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """A Chromium window."""

    def __init__(self, server: str, program: str, profile: Path) -> None:
        self._open = build_opener(ProxyHandler({})).open
        self._at = f"{server}/session"
        chrome = {
            "binary": program, "args": [*FLAGS, f"--user-data-dir={profile}"],
            "perfLoggingPrefs": {"enableNetwork": True},
        }  # fmt: skip
        wanted = {
            "browserName": "chrome", "goog:chromeOptions": chrome,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }  # fmt: skip
        self._at += f"/{self._ask('POST', '', {'capabilities': {'alwaysMatch': wanted}})['sessionId']}"

    def _ask(self, method: str, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        request = Request(self._at + path, body, {"Content-Type": "application/json"}, method=method)
        with self._open(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def close(self) -> None:
        """Close the window."""
        self._ask("DELETE", "")

    def open(self, page: Path) -> None:
        """Open a page and wait until it has loaded."""
        self.visit(page.as_uri())

    def visit(self, url: str) -> None:
        """Open a URL and wait until it has loaded."""
        self._ask("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        """Return the result of a script, which can read ``arguments``; the page's policy does not apply to it."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": arguments})

    def until(self, condition: str, seconds: float = 20) -> Any:
        """Wait until an expression is true in the page, and return its value."""
        end = time.monotonic() + seconds
        while not (found := self.run(f"return {condition}")):
            assert time.monotonic() < end, condition
            time.sleep(0.05)
        return found

    def command(self, name: str, **values: Any) -> Any:
        """Run a Chrome DevTools Protocol command."""
        return self._ask("POST", "/goog/cdp/execute", {"cmd": name, "params": values})

    def size(self, width: int, height: int, *, is_phone: bool = False) -> None:
        """Set the size of the window, or emulate a phone."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )

    def prefer(self, scheme: str) -> None:
        """Emulate a system preference for ``dark`` or ``light``."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", features=features)

    def act(self, *actions: dict[str, Any], kind: str = "pointer") -> None:
        """Move, press, release and scroll like a reader."""
        source = {"type": kind, "id": kind, "actions": actions}
        if kind == "pointer":
            source["parameters"] = {"pointerType": "mouse"}
        self._ask("POST", "/actions", {"actions": [source]})

    def drag(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one point, move, and release at another."""
        self.act(
            {"type": "pointerMove", "x": round(begin[0]), "y": round(begin[1])}, {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "x": round(end[0]), "y": round(end[1]), "duration": 100},
            {"type": "pointerUp", "button": 0},
        )  # fmt: skip

    def click(self, x: float, y: float, times: int = 1) -> None:
        """Click a point."""
        press = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        self.act({"type": "pointerMove", "x": round(x), "y": round(y)}, *(press * times))

    def hover(self, x: float, y: float) -> None:
        """Move the pointer to a point."""
        self.act({"type": "pointerMove", "x": round(x), "y": round(y)})

    def wheel(self, x: float, y: float, by: int) -> None:
        """Turn the wheel at a point; negative values scroll away from the reader."""
        self.act(
            {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": by, "duration": 0}, kind="wheel"
        )

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        found = self._ask("POST", "/element", {"using": "css selector", "value": selector})
        self._ask("POST", f"/element/{found[_ELEMENT]}/value", {"text": text})

    def screenshot(self, path: Path) -> None:
        """Write a screenshot of the window as PNG."""
        path.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def console(self) -> Sequence[str]:
        """Return the console messages of the page since the last call."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """Return the network requests of pages since the last call, excluding URLs that need no network."""
        entries = self._ask("POST", "/se/log", {"type": "performance"})
        events = [json.loads(entry["message"])["message"] for entry in entries]
        urls = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith(("file:", "data:", "chrome:", "chrome-untrusted:"))]


@contextmanager
def browser(program: str, folder: Path) -> Iterator[Browser]:
    """Start a driver and a window with a separate profile; close both at the end of the block."""
    assert DRIVER is not None
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        assert driver.stdout is not None
        try:
            said = next(line for line in driver.stdout if "successfully on port" in line)
            window = Browser(f"http://127.0.0.1:{int(said.rsplit(maxsplit=1)[1].rstrip('.'))}", program, folder)
            try:
                yield window
            finally:
                window.close()
        finally:
            driver.terminate()
            driver.stdout.close()
