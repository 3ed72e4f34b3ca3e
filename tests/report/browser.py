"""A headless Chromium, driven through the DevTools protocol: no driver program and no download."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync
--disable-component-update --disable-extensions --mute-audio --remote-debugging-port=0
""".split()  # noqa: SIM905  # one readable table
PATIENCE = 60.0
"""Seconds that the browser has for anything."""


class Browser:
    """One page of one browser. `complaints` are what its console said, `requests` what it asked a network for."""

    def __init__(self, folder: Path) -> None:
        profile = folder / "profile"
        self._open = contextlib.ExitStack()
        argv = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(argv, stdin=quiet, stdout=quiet, stderr=quiet)
        self._open.callback(self._end)
        port, path = _address(profile / "DevToolsActivePort")
        made = connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None)
        self._socket: ClientConnection = self._open.enter_context(made)
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self._ask("Browser.close")
        self._open.close()

    def _end(self) -> None:
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def open(self, page: Path, *, width: int = 1024, dark: bool = False) -> None:
        """Open a page in a window of a width, and wait until it is there."""
        self.complaints.clear()
        self.requests.clear()
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        wanted = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._ask("Emulation.setEmulatedMedia", features=wanted)
        self._ask("Page.navigate", url=page.as_uri())
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, script: str) -> Any:
        """Return what JavaScript makes, awaited, as a value of JSON."""
        answer = self._ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until JavaScript says true."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(script):
            if time.monotonic() > end:
                raise TimeoutError(script)
            time.sleep(0.02)

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        text = {"text": "\r"} if key == "Enter" else {}
        self._ask("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        self._ask("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def medium(self, name: str) -> None:
        """Show the page as it is on "print", or "" as it is on a screen."""
        self._ask("Emulation.setEmulatedMedia", media=name)

    def allow(self, *permissions: str) -> None:
        """Grant the page what a person would be asked for."""
        self._ask("Browser.grantPermissions", permissions=list(permissions))

    def screenshot(self) -> bytes:
        """Return a picture of the whole page, as PNG."""
        answer = self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def printed(self) -> bytes:
        """Return the page as it is printed, as PDF."""
        return base64.b64decode(self._ask("Page.printToPDF", printBackground=False)["data"])

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        session = {"sessionId": self._session} if self._session else {}
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters, **session}))
        while True:
            said: dict[str, Any] = json.loads(self._socket.recv(PATIENCE))
            if said.get("id") == number:
                if "error" in said:
                    raise AssertionError(f"{method}: {said['error']}")
                result: dict[str, Any] = said["result"]
                return result
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        method, parameters = said.get("method"), said.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(str(parameters["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith("file:"):
                self.requests.append(url)


def _address(file: Path) -> tuple[str, str]:
    """Wait for the file in which the browser says where it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        lines = file.read_text("utf-8").split() if file.exists() else []
        if len(lines) == 2:  # the port and the path
            return lines[0], lines[1]
        time.sleep(0.05)
    raise TimeoutError(f"the browser did not write {file.name}")
