"""Makes programs called nvidia-smi: of several generations, and of several kinds of trouble."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

RUBBISH = bytes(range(256)) * 16 + b"\nDriver Version: \xff\xfe\xfd\n%s%n\x1b[31m\0\n"

NO_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n"
)
MISMATCH = "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.183\n"
BLOCKED = "Failed to initialize NVML: GPU access blocked by the operating system\n"
NO_PERMISSION = "Failed to initialize NVML: Insufficient Permissions\n"
UNKNOWN_ERROR = "Failed to initialize NVML: Unknown Error\n"
NO_DEVICES = "No devices were found\n"
LOST = (
    "Unable to determine the device handle for GPU0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU\n"
)


class Smi(msgspec.Struct, frozen=True, kw_only=True):
    """How a fake nvidia-smi behaves."""

    does: str = "works"
    """`works`, `fails`, `dies`, `hangs`, `ignores SIGTERM`, `floods`, `rubbish`, `crashes`, `asks` (waits for input),
    `leaves a child` (which keeps its output open), `one line` (without end), `complains` (on stderr, then works),
    `no interpreter` (its first line names none), `no program` (an ELF file without content)."""
    says: str = ""
    """What it prints when it fails."""
    exit_code: int = 0
    driver: str = ""
    """The version that it prints where that is another than the machine's driver; "": the same."""
    cuda: str = ""
    """The same for CUDA ("ERR!" where it cannot load libcuda)."""


def banner(driver: str, cuda: str, names: Sequence[str] = (), own: str = "") -> str:
    """Return the table that nvidia-smi of this driver's generation prints.

    Args:
        driver: of the running driver; it decides the layout.
        cuda: what the table says of CUDA.
        names: of the GPUs.
        own: nvidia-smi's own version, another than the driver's on WSL.
    """
    generation, own = int(driver.partition(".")[0]), own or driver
    if generation < 530:
        head = f"| NVIDIA-SMI {own:<13}Driver Version: {driver:<13}CUDA Version: {cuda:<9}|"
    elif generation < 545:
        head = f"| NVIDIA-SMI {own:<23}Driver Version: {driver:<13}CUDA Version: {cuda:<9}|"
    elif generation < 610:
        head = f"| NVIDIA-SMI {own:<23}Driver Version: {driver:<15}CUDA Version: {cuda:<9}|"
    else:
        head = f"| NVIDIA-SMI {own:<23}KMD Version: {driver:<14}CUDA UMD Version: {cuda:<9}|"
    width = len(head) - 2
    rule = "+" + "-" * width + "+"
    rows = [f"|{f'   {index}  {name}':<{width}}|" for index, name in enumerate(names)]
    return "\n".join(("Sun Nov 15 08:16:57 2026", rule, head, rule, *rows, rule)) + "\n"


def write(path: Path, smi: Smi, *, driver: str, cuda: str, cards: Sequence[Mapping[str, str]]) -> None:
    """Write the program.

    Args:
        path: where to.
        smi: how it behaves.
        driver: the machine's driver.
        cuda: what that driver knows.
        cards: for each GPU the names that --query-gpu knows, and their values.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    start = _STARTS.get(smi.does, b"#!/bin/sh\n")
    path.write_bytes(start + _BODIES[smi.does](smi, smi.driver or driver, smi.cuda or cuda, cards))
    path.chmod(0o755)


def _works(smi: Smi, driver: str, cuda: str, cards: Sequence[Mapping[str, str]]) -> bytes:
    table = banner(driver, cuda, [card["name"] for card in cards])
    # "No devices were found" is the whole answer, with success, where there is a driver and no GPU.
    return f"{_query(driver, cards)}printf %s {shlex.quote(table)}\nexit {smi.exit_code}\n".encode()


def _query(driver: str, cards: Sequence[Mapping[str, str]]) -> str:
    """Write the part that answers --query-gpu=FIELDS --format=csv[,noheader]."""
    cases = "".join(
        f"      {index}.{field}) value={shlex.quote(value)} ;;\n"
        for index, card in enumerate(cards)
        for field, value in {"index": str(index), "driver_version": driver, **card}.items()
    )
    return f"""case "$1" in
--query-gpu=*)
  [ {len(cards)} -gt 0 ] || {{ echo 'No devices were found'; exit 0; }}
  IFS=,
  fields=${{1#--query-gpu=}}
  case "$2" in
    *noheader*) ;;
    *) line=; for field in $fields; do line="${{line:+$line, }}$field"; done; echo "$line" ;;
  esac
  for card in {" ".join(str(index) for index in range(len(cards)))}; do
    line=
    for field in $fields; do
      case "$card.$field" in
{cases}      *) value='[N/A]' ;;
      esac
      line="${{line:+$line, }}$value"
    done
    echo "$line"
  done
  exit 0 ;;
esac
"""


def _fails(smi: Smi, *_rest: object) -> bytes:
    return f"printf %s {shlex.quote(smi.says)}\nexit {smi.exit_code}\n".encode()


def _dies(*_rest: object) -> bytes:
    return b"kill -9 $$\n"


def _hangs(*_rest: object) -> bytes:
    return b"exec sleep 300\n"


def _ignores_sigterm(*_rest: object) -> bytes:
    return b"trap '' TERM\nwhile :; do sleep 1; done\n"


def _floods(*_rest: object) -> bytes:
    return b"exec yes 'NVIDIA-SMI 999.99 is not a version that ends'\n"


def _rubbish(*_rest: object) -> bytes:
    octal = "".join(f"\\{byte:03o}" for byte in RUBBISH)
    return f"printf '{octal}'\nexit 0\n".encode()


def _crashes(*_rest: object) -> bytes:
    return b"kill -11 $$\n"


def _asks(*_rest: object) -> bytes:
    return b"printf 'Accept the licence? [y/N] '\nread answer || exit 1\nexec sleep 300\n"


def _leaves_a_child(smi: Smi, driver: str, *_rest: object) -> bytes:
    return f"sleep 300 &\necho {driver}\nexit {smi.exit_code}\n".encode()


def _one_line(*_rest: object) -> bytes:
    return b"exec tr '\\0' 'x' </dev/zero\n"


def _complains(_smi: Smi, driver: str, *_rest: object) -> bytes:
    noise = "while [ $i -lt 20000 ]; do echo WARNING: infoROM is corrupted >&2; i=$((i+1)); done"
    return f"i=0; {noise}\necho {driver}\n".encode()


_BODIES: dict[str, Callable[[Smi, str, str, Sequence[Mapping[str, str]]], bytes]] = {
    "works": _works,
    "fails": _fails,
    "dies": _dies,
    "hangs": _hangs,
    "ignores SIGTERM": _ignores_sigterm,
    "floods": _floods,
    "rubbish": _rubbish,
    "crashes": _crashes,
    "asks": _asks,
    "leaves a child": _leaves_a_child,
    "one line": _one_line,
    "complains": _complains,
    "no interpreter": _fails,
    "no program": _fails,
}
_STARTS = {"no interpreter": b"#!/no/such/shell\n", "no program": b"\x7fELF\x02\x01\x01" + bytes(57)}
"""What a program begins with if it is no script of the shell."""
