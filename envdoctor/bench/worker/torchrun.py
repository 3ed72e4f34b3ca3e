"""Starts torchrun for processes on this machine, listens to all of them, and ends them all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

import torch

from .refused import Failed

START = Path(__file__).with_name("tied.py")
LOOK_SECONDS = 0.1
JOIN_SECONDS = 120.0
"""For importing torch in all processes and for finding each other."""
GRACE_SECONDS = 3.0
GONE_SECONDS = 5.0
END_SECONDS = GRACE_SECONDS + GONE_SECONDS + 2.0
"""Before the experiment's limit: this says more than the limit does, and must have ended all processes by then."""
LAST_LINES = 12
CONSEQUENCES = ("onnection closed", "onnection reset", "Broken pipe", "onnection refused", "Timed out", "timeout",
                "SocketException", "Socket", "recvValue", "Aborting")  # fmt: skip
"""What processes say of another one's death."""
ENDED = re.compile(r"exitcode\s*:?\s*(-?\d+) \(pid: (\d+)\)")
COMPLAINT = re.compile(r"error|fail|refused|cannot|unable|in use|unreachable|timed out", re.IGNORECASE)
PREFIX = re.compile(r"^(?:\[?[A-Z]\d{4} [\d:.]+ [^\]]*\] |\[[\w.:<>-]+\] )+")
REFUSED = re.compile(r"\(errno: (\d+) - ([^)]*)\)")
HINTS = {
    errno.EADDRNOTAVAIL: " (no port is free)",
    errno.EADDRINUSE: " (no port is free)",
    errno.ENETUNREACH: " (no network, not even the loopback interface)",
}
NO_WORDS = ("frame #", "<omitting", "Traceback")
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def arguments_of(plan: dict[str, Any], nodes: dict[str, Any], folder: Path) -> list[str]:
    """Return the arguments of torchrun."""
    joined = ["--nproc_per_node=%d" % plan["processes"], "--max_restarts=0", "--monitor_interval=0.5"]
    if plan["nodes"] > 1:
        name = "envdoctor-%s-%s" % (plan["name"], plan["device"])
        joined += ["--nnodes=%d" % plan["nodes"], "--rdzv_backend=c10d", "--rdzv_endpoint=%s" % nodes["endpoint"]]
        joined += ["--rdzv_id=%s" % name, "--rdzv_conf=join_timeout=%d" % _patience(plan)]
        joined += ["--local_addr=127.0.0.1"] if is_local(nodes) else []
    elif tuple(map(int, torch.__version__.split("+")[0].split(".")[:2])) < (2, 2):
        # What --standalone means since then; before, it took a port that another run may have.
        joined += ["--rdzv_backend=c10d", "--rdzv_endpoint=localhost:0", "--local_addr=127.0.0.1"]
    else:
        joined += ["--standalone", "--local_addr=127.0.0.1"]
    return [*joined, str(START), "rank", str(folder)]


def is_local(nodes: dict[str, Any]) -> bool:
    """Say whether all nodes are on this machine."""
    return not nodes or str(nodes["endpoint"]).rpartition(":")[0] in LOOPBACK


def _patience(plan: dict[str, Any]) -> float:
    return max(1.0, min(JOIN_SECONDS * (2 if plan["nodes"] > 1 else 1), float(plan["limit"]) / 2))


class Group:
    """All processes of one experiment."""

    def __init__(self, folder: Path, plan: dict[str, Any], nodes: dict[str, Any]) -> None:
        self._folder, self._plan, self._nodes = folder, plan, nodes
        self._ranks: dict[int, dict[str, Any]] = {local: {} for local in range(plan["processes"])}
        self._read = dict.fromkeys(self._ranks, 0)
        self._process: Any = None
        self._mapped = False

    def run(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Run them to their end.

        Raises:
            Failed: it was not the end that was planned.
        """
        began = time.monotonic()
        self._start()
        try:
            while self._process.poll() is None:
                self._listen(tell)
                self._check_time(time.monotonic() - began)
                time.sleep(LOOK_SECONDS)
            self._listen(tell)
        finally:
            self._end()
        if self._process.returncode or not all("done" in rank for rank in self._ranks.values()):
            raise self._failure()

    def _start(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(self._plan["threads"])}
        if is_local(self._nodes):
            # Nothing leaves the machine, and a host name that nobody can resolve is no obstacle.
            interface = "lo0" if sys.platform == "darwin" else "lo"
            if os.name != "nt":
                environment["GLOO_SOCKET_IFNAME"] = interface
            environment.setdefault("NCCL_SOCKET_IFNAME", interface)
        if os.name == "nt":
            environment["USE_LIBUV"] = "0"  # builds for Windows lack it, and ask for it nevertheless
        # torchrun's own words are read at the end, from a file: no pipe can fill up.
        with (self._folder / "stderr").open("wb") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-u", str(START), "launch", str(os.getpid()),
                 *arguments_of(self._plan, self._nodes, self._folder)],
                stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=environment,
            )  # fmt: skip

    def _listen(self, tell: Callable[[dict[str, Any]], None]) -> None:
        for local, rank in self._ranks.items():
            for said in self._lines(local):
                told = said.pop("tell", None)
                rank.update(said)
                if told is not None:
                    tell(told)
        if not self._mapped and all(rank.get("mapped") for rank in self._ranks.values()):
            self._mapped = True
            for name in ("train", "train-labels", "test", "test-labels"):
                # All have it open: a run that is killed leaves nothing large behind. Windows refuses.
                with contextlib.suppress(OSError):
                    (self._folder / name).unlink()

    def _lines(self, local: int) -> list[dict[str, Any]]:
        try:
            with (self._folder / ("said-%d.jsonl" % local)).open("rb") as file:
                file.seek(self._read[local])
                whole = file.read().rpartition(b"\n")[0]
        except OSError:
            return []  # it has not come yet
        self._read[local] += len(whole) + 1 if whole else 0
        return [json.loads(line) for line in whole.splitlines()]

    def _check_time(self, seconds: float) -> None:
        if not all(rank.get("joined") for rank in self._ranks.values()):
            if seconds > _patience(self._plan):
                reason = "the processes did not find each other in %.0f s: %s" % (seconds, self._whereabouts())
                raise Failed(reason, self._words())
        elif seconds > max(self._plan["limit"] / 2, self._plan["limit"] - END_SECONDS):
            raise Failed("no end after %.0f s: %s" % (seconds, self._whereabouts()), self._words())

    def _whereabouts(self) -> str:
        if not any(rank.get("stage") for rank in self._ranks.values()) and self._complaint():
            return "torchrun started none of them; it said: %s" % self._complaint()
        known = ["process %d %s" % (local, "is at %r" % rank["stage"] if "stage" in rank else "never came")
                 for local, rank in self._ranks.items()]  # fmt: skip
        if self._plan["nodes"] > 1 and not any(rank.get("stage") for rank in self._ranks.values()):
            return "no process was started here, because not all %d nodes came to %s" % (
                self._plan["nodes"], self._nodes["endpoint"])  # fmt: skip
        return ", ".join(known)

    def _failure(self) -> Failed:
        """Say who began it: who died without a word; else who raised something that is no answer to another's end."""
        words = self._words()
        ended = {int(pid): int(code) for code, pid in ENDED.findall("\n".join(words))}
        for local, rank in self._ranks.items():
            code = ended.get(rank.get("pid", -1), 0)
            if code < 0:
                return Failed("process %d was ended by %s at %r" % (local, _signal(-code), rank["stage"]), words)
        raised = {local: rank for local, rank in self._ranks.items() if "failed" in rank}
        silent = [local for local, rank in self._ranks.items() if not {"failed", "done"} & set(rank)]
        first = [local for local, rank in raised.items() if not any(word in rank["failed"] for word in CONSEQUENCES)]
        if first:
            rank = raised[first[0]]
            return Failed("process %d: %s" % (first[0], rank["failed"]), tuple(rank["last_lines"]))
        if silent and raised:
            rank = self._ranks[silent[0]]
            return Failed("process %d ended without a word at %r" % (silent[0], rank.get("stage", "start")), words)
        if raised:
            local, rank = next(iter(raised.items()))
            return Failed("process %d: %s" % (local, rank["failed"]), tuple(rank["last_lines"]))
        last = self._complaint() or (words[-1].strip() if words else "without a word")
        return Failed("torchrun ended with exit code %s: %s" % (self._process.returncode, last), words)

    def _complaint(self) -> str:
        """Return what the system refused torchrun last; else the last line in which it complains, without the clock."""
        words = self._words()
        refused = REFUSED.findall("\n".join(words))
        if refused:
            number, text = refused[-1]
            return str(text) + HINTS.get(int(number), "")
        found = next((line for line in reversed(words) if COMPLAINT.search(line)), "")
        return PREFIX.sub("", found).strip()[:250]

    def _words(self) -> tuple[str, ...]:
        with contextlib.suppress(OSError):
            text = (self._folder / "stderr").read_bytes()[-20_000:].decode("utf-8", "replace")
            return tuple(line for line in text.splitlines() if line.strip() and not line.startswith(NO_WORDS))
        return ()

    def _end(self) -> None:
        """End torchrun politely, then for good, and see to it that no process of its stays."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        until = time.monotonic() + GONE_SECONDS
        left = [rank["pid"] for rank in self._ranks.values() if "pid" in rank]
        while left and time.monotonic() < until:
            left = [pid for pid in left if _is_there(pid)]
            time.sleep(LOOK_SECONDS if left else 0)
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _is_there(pid: int) -> bool:
    if os.name == "nt":
        return False  # os.kill would end it whatever its number means now; envdoctor ends what is left
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return "signal %d" % number
    return name + (" (often: the system ran out of memory)" if name == "SIGKILL" else "")
