"""The program nvidia-smi: whether it answers, and what it says. It may hang, or be missing beside a sound driver."""

from __future__ import annotations

import re

import msgspec

from envdoctor.facts import NOT_ASKED, NvidiaSmi, Unknown
from envdoctor.probes.command import Answer, Output
from envdoctor.probes.system import System

FOLDERS = ("/usr/bin", "/usr/lib/wsl/lib", "/usr/local/nvidia/bin", "/run/current-system/sw/bin", "/opt/bin")
"""Where it lies on Linux, on WSL, in containers of Kubernetes, on NixOS and on Container-Optimized OS."""
QUERY = ("--query-gpu=driver_version", "--format=csv,noheader")
FAILURES = (
    "couldn't communicate with the NVIDIA driver",
    "Failed to initialize NVML",
    "No devices were found",
    "GPU access blocked by the operating system",
    "Insufficient Permissions",
    "Unable to determine the device handle",
    "couldn't find libnvidia-ml.so",
    "GPU is lost",
    "Unknown Error",
)
"""Words of its known failures; the line with the first of them is the message."""
KEPT = 200

_VERSION = r"\d{2,4}\.\d+(?:\.\d+)*"


def find(system: System) -> str | None:
    """Return the nvidia-smi that typing its name starts, else the one in a usual place, or None."""
    if system.os == "darwin":
        return None
    if system.os != "windows":
        return system.which("nvidia-smi") or next(
            (path for path in (f"{folder}/nvidia-smi" for folder in FOLDERS) if system.exists(path)), None
        )
    windows = system.environment.get("SystemRoot", "C:\\Windows")
    programs = system.environment.get("ProgramFiles", "C:\\Program Files")
    places = (f"{windows}\\System32\\nvidia-smi.exe", f"{programs}\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe")
    return system.which("nvidia-smi.exe") or next((path for path in places if system.exists(path)), None)


def probe(system: System, seconds: float) -> NvidiaSmi | None:
    """Ask nvidia-smi for the driver's version, in the form made for programs. None: there is no nvidia-smi."""
    path = find(system)
    if path is None:
        return None
    return understand(path, system.run([str(system.path(path)), *QUERY], seconds=seconds))


def ask_banner(system: System, smi: NvidiaSmi, seconds: float) -> NvidiaSmi:
    """Ask for the table made for people, the last resort for what CUDA the driver knows."""
    answer = system.run([str(system.path(smi.path))], seconds=seconds)
    if not isinstance(answer, Output):
        return smi
    driver, cuda = banner(answer.stdout)
    known = isinstance(smi.driver, str)
    return msgspec.structs.replace(smi, cuda=cuda, driver=smi.driver if known else driver or smi.driver)


def understand(path: str, answer: Answer) -> NvidiaSmi:
    """Turn the answer to `QUERY` into a fact."""
    if not isinstance(answer, Output):
        silent = answer or Unknown(f"{path} does not start: there is no such program")
        return NvidiaSmi(path, exit_code=silent, driver=silent, cuda=silent)
    driver = version_in(answer.stdout)
    message = message_in(answer) if answer.exit_code != 0 or driver is None else None
    if driver is None:
        return NvidiaSmi(
            path,
            exit_code=answer.exit_code,
            driver=Unknown(f"nvidia-smi does not name the driver: {message or 'it said nothing'}"),
            message=message,
        )
    return NvidiaSmi(path, exit_code=answer.exit_code, driver=driver, cuda=NOT_ASKED, message=message)


def version_in(stdout: str) -> str | None:
    """Return the driver's version from an answer to `QUERY`: one line for each GPU, all the same."""
    return next((line.strip() for line in stdout.splitlines() if re.fullmatch(_VERSION, line.strip(), re.ASCII)), None)


def banner(text: str) -> tuple[str | None, str | None]:
    """Return driver and CUDA from nvidia-smi's table, each None where it is not said.

    Up to driver 605 the table says "Driver Version" and "CUDA Version", from 610 on "KMD Version" and
    "CUDA UMD Version". CUDA is "ERR!" where libcuda could not be loaded.
    """
    driver = re.search(rf"\b(?:Driver|KMD) Version\s*:\s*({_VERSION})", text, re.ASCII)
    cuda = re.search(r"\bCUDA (?:UMD )?Version\s*:\s*(\d{1,2}\.\d+)", text, re.ASCII)
    return driver[1] if driver else None, cuda[1] if cuda else None


def message_in(answer: Output) -> str | None:
    """Return the line that says why it failed: a known one, else the first; printable and short."""
    lines = [_printable(line) for line in (*answer.stdout.splitlines(), *answer.stderr.splitlines())]
    lines = [line for line in lines if line]
    for words in FAILURES:
        for line in lines:
            if words in line:
                return line
    return lines[0] if lines else None


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line[: 4 * KEPT]).strip()[:KEPT]
