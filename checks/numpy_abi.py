import re
from collections.abc import Iterator

from envdoctor.compat import number
from envdoctor.facts import Host, Python, Torch, TorchRun, Unknown, known
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import torch_name
from envdoctor.rules.pip import pip

FIRST_FOR_NUMPY_2 = {"windows": (2, 4, 1)}
ELSEWHERE = (2, 3, 0)
"""The first torch whose wheels are built for NumPy 2 (they run with NumPy 1 as well)."""
PUBLISHED = re.compile(r"\d+\.\d+\.\d+(\+(cpu|cu\d+|rocm[\d.]*|xpu)\S*)?")
"""A release as PyTorch publishes it. What others build, they may build for any NumPy."""
ABI = re.compile(r"_ARRAY_API|NumPy 1\.x|multiarray|version of numpy is 0x|dtype size changed")


@check("LIB003", Severity.ERROR, cause="numpy-abi")
def numpy_abi(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    packages: dict[str, str],
    host: Host | Unknown,
    python: Python | None | Unknown,
) -> Iterator[Finding]:
    """NumPy and PyTorch are built for different generations of NumPy.

    With NumPy 2 beside a PyTorch that was built for NumPy 1 `import torch` prints "A module that was
    compiled using NumPy 1.x cannot be run in NumPy 2", and every exchange between tensors and arrays
    fails with "Numpy is not available": DataLoaders, torchvision's transforms, plots.

    How to mend it: install `numpy<2`, or a PyTorch from 2.3.0 on (Windows: 2.4.1).

    Source: https://github.com/pytorch/pytorch/issues/135013; torch wheels, libtorch_python, which from
    those releases on ask for numpy._core.
    """
    numpy = packages.get("numpy")
    if torch is None or numpy is None:
        return
    run = torch_run if isinstance(torch_run, TorchRun) else None
    works = run.numpy_works if run else Unknown("torch did not run")
    if works is True or works is None:
        return  # seen to work; or NumPy is not to be found, which is no matter of generations
    old = _is_old(known(torch.version, "torch.version"), numpy, host, seen=works is False)
    if not old and works is not False:
        return
    measured = (
        {"torch_run.numpy_works": False, "torch_run.numpy_error": run.numpy_error} if run and works is False else {}
    )
    yield Finding(
        what=f"NumPy {numpy} is installed beside {torch_name(torch)}, which is built for NumPy 1."
        if old
        else f"{torch_name(torch)} cannot exchange data with NumPy {numpy}: {_reason(run)}",
        why="Its compiled part speaks NumPy 1's binary interface, so tensors and arrays cannot be exchanged."
        if old
        else "Tensors and arrays cannot be exchanged: this NumPy is damaged, or not the one that PyTorch can use.",
        fix=_fix(python, numpy, old=old),
        cause="numpy-abi" if old or ABI.search(_reason(run)) else "python-broken",
        confidence="proved" if measured else "likely",
        evidence={"packages.numpy": numpy, "torch.version": torch.version} | measured,
    )


def _is_old(version: str, numpy: str, host: Host | Unknown, *, seen: bool) -> bool:
    if number(numpy)[:1] < (2,) or not (seen or PUBLISHED.fullmatch(version)):
        return False
    system = host.os if isinstance(host, Host) else ""
    return number(version)[:3] < FIRST_FOR_NUMPY_2.get(system, ELSEWHERE)


def _reason(run: TorchRun | None) -> str:
    """Return why torch could not start NumPy: the warning of its import says more than the exception."""
    warned = (
        re.search(r"Failed to initialize NumPy: (.*?)( \(Triggered|$)", text) for text in (run.warnings if run else ())
    )
    told = next((match[1] for match in warned if match), None)
    return told or (run.numpy_error if run else None) or "no message"


def _fix(python: Python | None | Unknown, numpy: str, *, old: bool) -> Fix:
    if not old:
        command = pip(python, "install --force-reinstall --no-deps", f'"numpy=={numpy}"')
        return Fix("Install this NumPy anew, or another release.", (command,), Risk.CHANGES_ENVIRONMENT)
    conda = isinstance(python, Python) and python.kind == "conda"
    command = 'conda install "numpy<2"' if conda else pip(python, "install", '"numpy<2"')
    return Fix("Go back to NumPy 1, or install a newer PyTorch.", (command,), Risk.CHANGES_ENVIRONMENT)
