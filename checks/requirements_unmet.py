import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Python, Torch, TorchRun, Unknown
from envdoctor.findings import INSTALL, Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import torch_name
from envdoctor.rules.pip import pip

REQUIRED = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])? *(.*)", re.ASCII)
PIN = re.compile(r"\(?[=~]= *([\d.]+)\)?", re.ASCII)
TRITONS = ("triton", "pytorch-triton")
BUILD_TOOLS = ("setuptools",)
"""Required for building extensions alone; uv's environments and conda's do without."""


@check("LIB008", Severity.WARNING, cause="cuda-lib-shadowing", because_of=("TOR008",))
def requirements_unmet(
    torch: Torch | None,
    packages: dict[str, str],
    python: Python | None | Unknown,
    torch_run: TorchRun | None | Unknown,
) -> Iterator[Finding]:
    """A package that PyTorch requires is missing, or a CUDA library or Triton is there in another release.

    PyTorch's wheels name the exact NVIDIA packages that they were built with. Installing another package
    later can replace one of them: pip says "dependency resolver … conflicts" and goes on, and symbols are
    undefined or results fail later. A package that is missing altogether is noticed when it is first
    imported, as by torch.compile.

    How to mend it: install the versions that PyTorch requires again.

    Source: the metadata of the installed torch (core metadata, Requires-Dist; PEP 566).
    """
    if torch is None or isinstance(torch.requires, Unknown) or torch.installer == "conda":
        return  # conda has names of its own for these packages
    wanted = {_name(found[1]): found[2] for text in torch.requires if (found := REQUIRED.fullmatch(text.strip()))}
    pins = {
        name: pin[1] for name, bounds in wanted.items() if name in packages and (pin := PIN.fullmatch(bounds.strip()))
    }
    libraries = {
        name: pin for name, pin in pins.items() if name.startswith("nvidia-") if number(pin) != number(packages[name])
    }
    if libraries:
        yield _replaced(libraries, packages, torch, python)
    for name in TRITONS:  # who puts a newer one there knows why
        if name in pins and number(packages[name])[:2] < number(pins[name])[:2]:
            yield _older_triton(name, pins[name], packages, torch, python)
    missing = sorted(name for name in wanted if name not in packages and name not in BUILD_TOOLS)
    failed = isinstance(torch_run, TorchRun) and torch_run.failure is not None
    if missing and not failed:  # if the import fails, that says which one it misses
        yield _missing(missing, torch, python)


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _older_triton(
    name: str, pin: str, packages: dict[str, str], torch: Torch, python: Python | None | Unknown
) -> Finding:
    return Finding(
        what=f"{name} {packages[name]} lies beside {torch_name(torch)}, which requires {pin} or newer.",
        why="torch.compile writes code for the Triton that this PyTorch was built with, and an older one does not "
        "understand all of it.",
        fix=Fix(
            "Install the required release again.", (pip(python, "install", f"{name}=={pin}"),), Risk.CHANGES_ENVIRONMENT
        ),
        cause="triton-or-compile",
        evidence={f"packages.{name}": packages[name], "torch.requires": [f"{name}=={pin}"]},
    )


def _replaced(
    others: dict[str, str], packages: dict[str, str], torch: Torch, python: Python | None | Unknown
) -> Finding:
    named = ", ".join(f"{name} {packages[name]} (it requires {pin})" for name, pin in others.items())
    pins = [f"{name}=={pin}" for name, pin in others.items()]
    return Finding(
        what=f"CUDA libraries of other releases lie beside {torch_name(torch)}: {named}.",
        why="Another package replaced what this PyTorch was built and tested with: symbols can be undefined, and "
        "computations fail.",
        fix=Fix(
            "Install the required releases again.", (pip(python, "install", " ".join(pins)),), Risk.CHANGES_ENVIRONMENT
        ),
        cause="cudnn-mismatch" if all("cudnn" in name for name in others) else "",
        evidence={f"packages.{name}": packages[name] for name in others} | {"torch.requires": pins},
    )


def _missing(missing: list[str], torch: Torch, python: Python | None | Unknown) -> Finding:
    whole = len(missing) > 5  # noqa: PLR2004  # then it was installed without any
    return Finding(
        what=f"{torch_name(torch)} requires {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
        "installed.",
        why="It can be imported without; what needs them (torch.compile, torch.hub, a GPU) fails later.",
        fix=Fix(
            "Install them, or PyTorch anew without --no-deps.",
            (INSTALL,) if whole else (pip(python, "install", " ".join(missing)),),
            Risk.CHANGES_ENVIRONMENT,
        ),
        severity=Severity.NOTE,
        cause="triton-or-compile" if set(missing) <= set(TRITONS) else "torch-broken",
        evidence={"torch.requires": missing},
    )
