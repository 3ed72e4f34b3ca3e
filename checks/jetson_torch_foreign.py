from collections.abc import Iterator
from typing import Any

from envdoctor.facts import Driver, Gpu, Host, Message, Torch, TorchRun, Unknown
from envdoctor.findings import Finding, Fix, Risk, Severity, check
from envdoctor.rules.judging import cuda_works, torch_name

CAPABILITIES = ("5.3", "6.2", "7.2", "8.7")
"""Of Nano, TX2, Xavier and Orin. Since Thor (11.0) Jetsons run the builds that are made for servers."""
OF_NVIDIA = (".nv", "+nv")
"""What stands in the version of a build that NVIDIA made ("2.5.0a0+872d972e41.nv24.08")."""


@check("GPU008", Severity.ERROR, cause="jetson-wheel", because_of=("ENV001",))
def jetson_torch_foreign(
    *,
    torch: Torch | None,
    torch_run: TorchRun | None | Unknown,
    driver: Driver | None | Unknown,
    gpus: tuple[Gpu, ...] | Unknown,
    host: Host | Unknown,
    messages: tuple[Message, ...] | Unknown,
) -> Iterator[Finding]:
    """The PyTorch on this Jetson was not built for Jetsons.

    The GPU of a Jetson up to Orin is part of its processor, with a driver of its own. What pip finds on PyPI for
    aarch64 is a build for the CPU, or one for servers: `torch.cuda.is_available()` is False although the
    board's own libcuda works. Messages that somebody pasted are judged by another check.

    How to mend it: install the build (or the container) that NVIDIA publishes for the JetPack on the board.

    Source: https://docs.nvidia.com/deeplearning/frameworks/install-pytorch-jetson-platform/.
    """
    if torch is None or isinstance(messages, tuple) or cuda_works(torch_run) or _is_of_nvidia(torch):
        return
    board = _board(gpus, host)
    if board is None or not (torch.build == "cpu" or _finds_nothing(torch, torch_run, driver)):
        return
    evidence: dict[str, Any] = {"torch.version": torch.version, **board}
    if torch.build != "cpu":
        evidence |= {"torch_run.available": False, "driver.cuinit": 0}
    yield Finding(
        what=f"{torch_name(torch)} is a {'CPU build' if torch.build == 'cpu' else 'build for servers'}; "
        "this is a Jetson.",
        why="A Jetson needs a PyTorch that was built for its JetPack; others find no GPU there.",
        fix=Fix(
            "See which JetPack the board has, remove this PyTorch, and install NVIDIA's for that JetPack, or use its "
            "container l4t-pytorch.",
            ("cat /etc/nv_tegra_release", "python3 -m pip uninstall torch"),
            Risk.CHANGES_ENVIRONMENT,
        ),
        evidence=evidence,
    )


def _is_of_nvidia(torch: Torch) -> bool:
    return isinstance(torch.version, str) and any(mark in torch.version for mark in OF_NVIDIA)


def _board(gpus: tuple[Gpu, ...] | Unknown, host: Host | Unknown) -> dict[str, str] | None:
    """Return what shows that this is a Jetson up to Orin, or None."""
    cards = () if isinstance(gpus, Unknown) else gpus
    for place, gpu in enumerate(cards):
        if gpu.compute_capability in CAPABILITIES:
            return {f"gpus.{place}.compute_capability": str(gpu.compute_capability)}
    known = [gpu for gpu in cards if isinstance(gpu.compute_capability, str)]
    if not known and isinstance(host, Host) and isinstance(host.kernel, str) and "tegra" in host.kernel:
        return {"host.kernel": host.kernel}
    return None


def _finds_nothing(torch: Torch, run: TorchRun | None | Unknown, driver: Driver | None | Unknown) -> bool:
    works = isinstance(driver, Driver) and driver.cuinit == 0
    return torch.build == "cuda" and works and isinstance(run, TorchRun) and run.available is False
